// SPDX-License-Identifier: Apache-2.0
// Text as C++ source, for the generators.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

namespace unsnag::catalogue {

inline std::string cpp_literal(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '?') {
      out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));  // `?`: no trigraphs
    } else {
      out += c;
    }
  }
  return out + '"';
}

inline std::string cpp_list(const std::vector<std::string>& texts) {
  std::string out = "{";
  for (const auto& text : texts) out += cpp_literal(text) + ", ";
  return out + "}";
}

}  // namespace unsnag::catalogue
