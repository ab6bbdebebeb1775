// SPDX-License-Identifier: Apache-2.0
// What the editors' tests share: an edit's text or the words of its failure; only tests include this.
#pragma once

#include <string>

#include "base/result.h"

namespace unsnag::edit {

inline std::string got(const Result<std::string>& result) { return result ? *result : "!" + result.error().message(); }

inline Errc code(const Result<std::string>& result) { return result ? Errc::io : result.error().code; }

}  // namespace unsnag::edit
