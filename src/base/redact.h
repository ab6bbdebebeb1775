// SPDX-License-Identifier: Apache-2.0
// Asking before redact() (base/text.h) copies: nearly every text is clean.
#pragma once

#include <string_view>

namespace unsnag {

/// False when redact() would leave the text as it is.
bool has_secret(std::string_view text);

}  // namespace unsnag
