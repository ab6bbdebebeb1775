// SPDX-License-Identifier: Apache-2.0
#include "report/layout.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace unsnag::report {
namespace {

constexpr Glyphs k_unicode = {"✗", "✓", "?", "·", "…", "–", "█", "▒", "·", "└", "┘", {"▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"}};
constexpr Glyphs k_ascii = {"x", "ok", "?", "-", "...", "-", "#", ".", ".", "^", "^", {"|", "|", "|", "#", "#", "#", "#", "#"}};

struct Range {
  char32_t first, last;
};

/// The blocks whose characters fill two cells: not all of Unicode's table, but what image names and messages hold.
constexpr std::array<Range, 10> k_wide = {{{0x1100, 0x115F},
                                           {0x2E80, 0x303E},
                                           {0x3041, 0xA4CF},
                                           {0xAC00, 0xD7A3},
                                           {0xF900, 0xFAFF},
                                           {0xFE30, 0xFE6F},
                                           {0xFF00, 0xFF60},
                                           {0xFFE0, 0xFFE6},
                                           {0x1F300, 0x1FAFF},
                                           {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 7> k_no_width = {
    {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x200B, 0x200D}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) { return point >= range.first && point <= range.last; });
}

struct Character {
  std::string_view bytes;
  std::size_t width;
};

char32_t decode(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(bytes[i])); };
  switch (bytes.size()) {
    case 2: return (at(0) & 0x1FU) << 6U | (at(1) & 0x3FU);
    case 3: return (at(0) & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
    case 4: return (at(0) & 0x07U) << 18U | (at(1) & 0x3FU) << 12U | (at(2) & 0x3FU) << 6U | (at(3) & 0x3FU);
    default: return at(0);
  }
}

/// The first character of a text that is not empty.
Character first_of(std::string_view text) {
  const auto length = std::max<std::size_t>(utf8_length(text), 1);
  const auto bytes = text.substr(0, length);
  if (length == 1) return {bytes, 1};
  const auto point = decode(bytes);
  return {bytes, within(k_no_width, point) ? 0U : within(k_wide, point) ? 2U : 1U};
}

/// Bytes of the longest beginning that takes at most `width` columns.
std::size_t fitting(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  for (std::size_t used = 0; bytes < text.size();) {
    const auto character = first_of(text.substr(bytes));
    if (used + character.width > width) break;
    used += character.width;
    bytes += character.bytes.size();
  }
  return bytes;
}

/// The end of a text that takes at most `width` columns.
std::string_view tail(std::string_view text, std::size_t width) {
  auto all = columns(text);
  while (all > width) {
    const auto character = first_of(text);
    all -= character.width;
    text.remove_prefix(character.bytes.size());
  }
  return text;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> k_spellings = {{{"…", "..."},
                                                                                        {"–", "-"},
                                                                                        {"—", "-"},
                                                                                        {"‘", "'"},
                                                                                        {"’", "'"},
                                                                                        {"“", "\""},
                                                                                        {"”", "\""},
                                                                                        {"·", "-"},
                                                                                        {"→", "->"},
                                                                                        {"←", "<-"},
                                                                                        {"≤", "<="},
                                                                                        {"≥", ">="},
                                                                                        {"×", "x"},
                                                                                        {"µ", "u"},
                                                                                        {"✗", "x"},
                                                                                        {"✓", "ok"}}};

std::string spell(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = first_of(text).bytes;
    if (character.size() == 1) {
      out += character;
    } else {
      const auto it = std::find_if(k_spellings.begin(), k_spellings.end(), [&](const auto& row) { return row.first == character; });
      out += it == k_spellings.end() ? std::string_view("?") : it->second;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace

std::size_t columns(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto character = first_of(text);
    width += character.width;
    text.remove_prefix(character.bytes.size());
  }
  return width;
}

std::string pad(std::string_view text, std::size_t width) {
  std::string out(text);
  const auto have = columns(text);
  if (have < width) out.append(width - have, ' ');
  return out;
}

std::string shorten(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (columns(text) <= width) return std::string(text);
  const auto mark = columns(ellipsis);
  if (width <= mark) return std::string(text.substr(0, fitting(text, width)));
  const auto head = (width - mark) * 2 / 5;
  return std::string(text.substr(0, fitting(text, head))).append(ellipsis).append(tail(text, width - mark - head));
}

std::string shorten_between_words(std::string_view text, std::size_t width, std::string_view ellipsis) {
  constexpr std::size_t k_longest_word = 16;
  if (columns(text) <= width) return std::string(text);
  const auto mark = columns(ellipsis) + 2;
  if (width <= mark + 2 * k_longest_word) return shorten(text, width, ellipsis);
  const auto head_columns = (width - mark) / 4;
  auto head = text.substr(0, fitting(text, head_columns));
  auto end = tail(text, width - mark - head_columns);
  if (const auto blank = head.rfind(' '); blank != std::string_view::npos && head.size() - blank <= k_longest_word)
    head = head.substr(0, blank);
  if (const auto blank = end.find(' '); blank < k_longest_word) end.remove_prefix(blank + 1);
  return std::string(head).append(" ").append(ellipsis).append(" ").append(end);
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  width = std::max<std::size_t>(width, 1);
  while (!text.empty()) {
    auto end = fitting(text, width);
    if (end == text.size()) {
      lines.emplace_back(text);
      return lines;
    }
    if (end == 0) end = first_of(text).bytes.size();  // one character is wider than the line
    std::size_t next = end;
    if (text[end] != ' ') {
      const auto blank = text.substr(0, end).rfind(' ');
      // A blank within an indentation is no place to break at.
      if (blank != std::string_view::npos && text.find_first_not_of(' ') < blank) end = next = blank;
    }
    auto line = text.substr(0, end);
    line = line.substr(0, line.find_last_not_of(' ') + 1);
    lines.emplace_back(line);
    while (next < text.size() && text[next] == ' ') ++next;
    text.remove_prefix(next);
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> list;
  bool open = false;
  for (auto line : split(text, '\n')) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty()) {
      if (!list.empty() && !list.back().empty()) list.emplace_back();
      open = false;
    } else if (!open || line.front() == ' ' || line.substr(0, 2) == "- ") {
      list.emplace_back(line);
      open = line.front() != ' ';
    } else {
      list.back().append(" ").append(line);
    }
  }
  while (!list.empty() && list.back().empty()) list.pop_back();
  return list;
}

Ink::Ink(const Style& style) : glyphs(style.unicode ? k_unicode : k_ascii), colour_(style.colour), unicode_(style.unicode) {}

std::string Ink::clean_lines(std::string_view text) const {
  auto out = printable(text);
  std::replace(out.begin(), out.end(), '\t', ' ');
  return unicode_ ? out : spell(out);
}

std::string Ink::clean(std::string_view text) const {
  auto out = clean_lines(trim(text));
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string Ink::paint(std::string_view code, std::string_view text) const {
  if (!colour_ || text.empty()) return std::string(text);
  return std::string("\x1B[").append(code).append("m").append(text).append("\x1B[0m");
}

std::string amount(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace unsnag::report
