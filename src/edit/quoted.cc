// SPDX-License-Identifier: Apache-2.0
#include "edit/quoted.h"

#include <fmt/format.h>

namespace unsnag::edit {

std::string double_quoted(std::string_view text, Control control) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (byte >= 0x20 && byte != 0x7F) out += c;
        else if (control == Control::as_u) out += fmt::format("\\u{:04X}", static_cast<unsigned>(byte));
        else out += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
    }
  }
  return out += '"';
}

}  // namespace unsnag::edit
