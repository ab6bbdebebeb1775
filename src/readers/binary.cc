// SPDX-License-Identifier: Apache-2.0
#include "readers/binary.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace unsnag::readers {
namespace {

constexpr std::size_t k_looked_for_nul = std::size_t{64} << 10U;
constexpr std::size_t k_sample = 4096;    // bytes that are no NUL
constexpr std::size_t k_strange_in = 20;  // one strange byte in so many is too many for a text
constexpr std::array<std::string_view, 3> k_with_words{
    "\x7f"
    "ELF",
    "SQLite format 3", "\x89PNG"};  // binary, with text in front

/// Control characters that stand in no log.
bool is_strange(unsigned char c) { return (c < 0x20 && (c < 0x07 || c > 0x0d) && c != 0x1b) || c == 0x7f; }

}  // namespace

bool is_text(std::string_view bytes) {
  const auto nul = bytes.substr(0, k_looked_for_nul).find('\0');
  if (nul == std::string_view::npos) return true;
  if (std::any_of(k_with_words.begin(), k_with_words.end(), [&](auto magic) { return bytes.starts_with(magic); })) return false;
  std::size_t looked = 0, strange = 0;
  for (std::size_t i = 0; i < bytes.size() && looked < k_sample;) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c == 0) {
      ++i;
      continue;
    }
    const auto length = std::max<std::size_t>(utf8_length(bytes.substr(i, 4)), 1);
    if (is_strange(c) || (c >= 0x80 && length == 1)) ++strange;
    looked += length;
    i += length;
  }
  return looked != 0 && strange * k_strange_in <= looked;
}

void take_nuls_out(std::string& text, bool whole) {
  if (text.find('\0') == std::string::npos) return;
  if (whole && text.back() == '\0' && text.find('\n') == std::string::npos && !contains(text, std::string_view("\0\0", 2)))
    std::replace(text.begin(), text.end(), '\0', ' ');
  else text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
}

}  // namespace unsnag::readers
