// SPDX-License-Identifier: Apache-2.0
// The page of a bundle for people who unpack it: what lies where, and what is not here. All of it stands in the index, too.
#pragma once

#include <string>

#include "bundle/index.h"

namespace unsnag::bundle {

std::string readme_text(const Index& index);

}  // namespace unsnag::bundle
