// SPDX-License-Identifier: Apache-2.0
// Text in double quotes, as TOML ("basic string") and YAML have it: the same but for how they write other control characters.
#pragma once

#include <string>
#include <string_view>

namespace unsnag::edit {

enum class Control : unsigned char { as_u, as_x };  // \u001B in TOML, \x1b in YAML

std::string double_quoted(std::string_view text, Control control);

}  // namespace unsnag::edit
