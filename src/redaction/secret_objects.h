// SPDX-License-Identifier: Apache-2.0
// Kubernetes' Secrets, whose values have any name and no look of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace unsnag::redaction {

/// Hides the values of `data` and `stringData` of each JSON object of kind Secret in the line, also of those that stand as
/// strings in another (the annotation last-applied-configuration), and counts them. `all`: of whatever kind.
std::string hide_secret_objects(std::string_view line, std::uint32_t& count, bool all = false);

/// A line of YAML, or of JSON as kubectl indents it, that begins with a key: `  - key: value`, `  "key": "value",`.
struct KeyLine {
  bool found = false;
  std::size_t column = 0;  // of the key, or its quote
  std::string_view key;
  std::string_view value;  // without blanks around it and without JSON's comma; may have quotes
  std::size_t value_at = 0;
};
KeyLine key_line(std::string_view line);

/// The place of the line's first letter; its length when it is blank.
std::size_t indent_of(std::string_view line);

/// The line with `***` for its value; quotes and comma stay, and a bare value gets quotes. A value of nothing, and one that
/// is hidden already, stays: `count` then does, too.
std::string hide_value(std::string_view line, const KeyLine& parts, std::uint32_t& count);

}  // namespace unsnag::redaction
