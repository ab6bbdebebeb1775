// SPDX-License-Identifier: Apache-2.0
// Places in a text, and replacing them; what all editors need of lines and line ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::edit {

struct Span {
  std::size_t begin = 0, end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

struct Patch {
  Span where;
  std::string with;
};

/// The text with all patches applied. They must not overlap; those at one place come in the order given.
std::string apply(std::string_view text, std::vector<Patch> patches);

std::size_t line_begin(std::string_view text, std::size_t at);
/// Where the line's break stands (of \r\n, the \r), or the text's end.
std::size_t line_end(std::string_view text, std::size_t at);
/// Where the next line begins, or the text's end.
std::size_t next_line(std::string_view text, std::size_t at);
/// "\r\n" if the first line ends so, else "\n".
std::string_view newline_of(std::string_view text);
/// The blanks and tabs that the line begins with.
std::string_view indent_at(std::string_view text, std::size_t at);
/// True when only blanks stand before `at` in its line.
bool first_in_line(std::string_view text, std::size_t at);
/// True when `text` from `at` to the line's end holds only blanks.
bool last_in_line(std::string_view text, std::size_t at);
/// Bytes of a byte order mark at the begin: 3 or 0.
std::size_t bom_size(std::string_view text);
/// A patch that puts whole lines (`lines` ends in a line break) at `at`, which is a line's begin or the text's end. Where
/// the text has no break at its end, it still has none afterwards.
Patch insert_lines(std::string_view text, std::size_t at, std::string lines);
/// A patch that takes lines out; where the last line has no break, neither has the one that is last then.
Patch remove_lines(std::string_view text, Span lines);

}  // namespace unsnag::edit
