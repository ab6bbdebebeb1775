// SPDX-License-Identifier: Apache-2.0
#include "readers/brackets.h"

namespace unsnag::readers {

std::optional<std::string_view> Brackets::behind_end(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string_) {
      if (c == '\\') ++i;
      else if (c == '"') in_string_ = false;
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && (depth_ == 0 || --depth_ == 0)) {
      return line.substr(i + 1);
    }
  }
  return std::nullopt;
}

}  // namespace unsnag::readers
