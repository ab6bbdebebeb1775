// SPDX-License-Identifier: Apache-2.0
// A setting as it stands in its file, so that it can be pasted: a flag, TOML, YAML, JSON, a unit's line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace unsnag::report {

/// The lines for `key` and `value` in `file` (which may be "", or words such as "user data (TOML)"). A key may name its
/// table ("[crio.image] key") or several keys ("a, b", with as many values). Without a value it is the key alone.
std::vector<std::string> setting_lines(std::string_view file, std::string_view key, std::string_view value);

}  // namespace unsnag::report
