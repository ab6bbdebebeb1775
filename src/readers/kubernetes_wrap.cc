// SPDX-License-Identifier: Apache-2.0
// See kubernetes_wrap.h.
#include "readers/kubernetes_wrap.h"

#include <algorithm>

#include "base/text.h"

namespace unsnag::readers::kubernetes {
namespace {

bool starts_with_blank(std::string_view line) { return !line.empty() && (line[0] == ' ' || line[0] == '\t'); }

/// True when a line that ends so can't have ended there by a newline of the message: inside a quoted name without
/// blanks, or inside a digest.
bool ends_inside_a_word(std::string_view before, std::string_view after) {
  if (before.empty() || after.empty() || starts_with_blank(after)) return false;
  constexpr std::string_view k_digest = "sha256:";
  if (const auto at = before.rfind(k_digest); at != std::string_view::npos) {
    const auto digits = before.substr(at + k_digest.size());
    if (digits.size() < 64 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
        std::string_view("0123456789abcdef").find(after[0]) != std::string_view::npos)
      return true;
  }
  if (std::count(before.begin(), before.end(), '"') % 2 == 0) return false;
  const auto opened = before.substr(before.rfind('"') + 1);
  constexpr std::size_t k_longest_name = 512;
  return !opened.empty() && opened.size() <= k_longest_name && opened.find_first_of(" \t<{\\") == std::string_view::npos;
}

/// True when the next line's first word would have made this line wider than `limit`.
bool has_no_room(std::string_view line, std::string_view next, std::size_t limit) {
  next = trim(next);
  return width_of(line) + 1 + width_of(next.substr(0, next.find(' '))) > limit;
}

/// True when line `i` is as wide as the frame that it stands in: │ … │. What did not fit stands in the next line.
bool fills_its_frame(const Lines& lines, std::size_t i) {
  constexpr std::string_view k_bar = "\xe2\x94\x82";
  const auto line = lines[i];
  return line.size() > 1 && line.back() == ' ' && line[line.size() - 2] != ' ' && trim(lines.raw(i)).ends_with(k_bar) &&
         trim(lines.raw(i)).starts_with(k_bar);
}

}  // namespace

Wrapping find_wrapping(const Lines& lines, const std::vector<RowLines>& rows) {
  std::size_t widest = 0, widest_words = 0;  // of all lines; of those that could have been broken at a blank
  for (const auto& row : rows) {
    for (auto i = row.first; i < row.end; ++i) {
      const auto width = width_of(lines[i]);
      widest = std::max(widest, width);
      if (trim(lines[i]).find(' ') != std::string_view::npos) widest_words = std::max(widest_words, width);
    }
  }
  std::size_t full = 0, broken = 0, at_blank = 0;
  for (const auto& row : rows) {
    for (auto i = row.first; i + 1 < row.end; ++i) {
      ++broken;
      if (width_of(lines[i]) == widest && widest == widest_words) ++full;
      if (has_no_room(lines[i], lines[i + 1], widest_words)) ++at_blank;
    }
  }
  Wrapping wrapping;
  static constexpr std::size_t k_terminals[] = {80, 100, 120, 132, 160, 200};
  const bool usual = std::find(std::begin(k_terminals), std::end(k_terminals), widest) != std::end(k_terminals);
  if (full >= 2 || (full == 1 && usual)) {
    wrapping.hard = widest;
    return wrapping;
  }
  constexpr std::size_t k_widest_prose = 120;  // a single break in a longer line is the message's own
  if (broken > 0 && at_blank * 5 >= broken * 4 && (widest_words <= k_widest_prose || broken >= 3)) wrapping.soft = widest_words;
  return wrapping;
}

std::string join_row(const Lines& lines, const RowLines& row, const Wrapping& wrapping) {
  std::string joined(lines[row.first]);
  for (auto i = row.first + 1; i < row.end; ++i) {
    const auto line = lines[i];
    const auto before = width_of(lines[i - 1]);
    const auto indent = indent_of(line);
    constexpr std::size_t k_lost_blanks = 3;  // a blank at the cut was trimmed by an editor
    if (fills_its_frame(lines, i - 1)) {
      joined.pop_back();  // the frame's
      joined += line;
    } else if (wrapping.hard != 0 && before + k_lost_blanks > wrapping.hard) {
      if (before < wrapping.hard) joined += ' ';
      joined += indent >= 2 ? line.substr(indent) : line;
    } else if (ends_inside_a_word(joined, line.substr(indent))) {
      joined += line.substr(indent);
    } else if (indent >= 2 || (wrapping.soft != 0 && has_no_room(lines[i - 1], line, wrapping.soft))) {
      joined += ' ';
      joined += line.substr(indent);
    } else {
      joined += '\n';
      joined += line;
    }
  }
  return joined;
}

}  // namespace unsnag::readers::kubernetes
