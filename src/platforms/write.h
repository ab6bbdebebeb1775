// SPDX-License-Identifier: Apache-2.0
// Values in the many languages that platforms are configured in, and texts inside of texts. Whoever writes one of these
// by hand forgets a quote for the one value that needs it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "settings/setting.h"

namespace unsnag::platforms {

std::string json_text(std::string_view text);
std::string json_value(const settings::Setting& setting);
std::string toml_text(std::string_view text);
std::string toml_value(const settings::Setting& setting);
std::string toml_key(std::string_view key);  // quoted where it must be
/// Bare where no reader of YAML 1.1 or 1.2 takes it for something else than a text.
std::string yaml_text(std::string_view text);
std::string yaml_value(const settings::Setting& setting);
/// What stands behind "key: " for a text of many lines, at `indent` blanks: a literal block, or a quoted text where YAML
/// could not hold it otherwise (tabs, control characters, no UTF-8). Ends without a line break.
std::string yaml_block(std::string_view text, std::size_t indent);
/// One word of a POSIX shell.
std::string shell_word(std::string_view text);
/// As it stands in Environment="…" of a unit.
std::string unit_text(std::string_view text);

/// The lines of `text` that aren't empty, moved in by `blanks`.
std::string indent(std::string_view text, std::size_t blanks);
/// `text` broken at blanks so that no line is longer than `width` where that is possible.
std::vector<std::string> wrap(std::string_view text, std::size_t width);
/// A setting's value in one line, lists joined by commas: for flags and variables.
std::string plain_value(const settings::Setting& setting);

}  // namespace unsnag::platforms
