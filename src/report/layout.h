// SPDX-License-Identifier: Apache-2.0
// Text on a terminal: how wide it is, where it may be broken, how it is shortened, and in which colours and glyphs
// it stands. Everything that comes from evidence passes through Ink::clean before it is measured or shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::report {

struct Style {
  std::size_t width = 80;  // columns; 40 is the least that is kept to
  bool colour = false;
  bool unicode = true;
  bool verbose = false;  // nothing is shortened or left out
};

/// Columns that a text takes on a terminal; East Asian wide characters take two, combining marks none.
std::size_t columns(std::string_view text);
/// Blanks added up to `width` columns.
std::string pad(std::string_view text, std::size_t width);
/// At most `width` columns: cut in the middle, where `ellipsis` then stands. The end gets more than the beginning,
/// since errors end in their reason.
std::string shorten(std::string_view text, std::size_t width, std::string_view ellipsis);
/// The same for log lines: words are kept whole where that costs little, and the beginning (time, source) gets a quarter.
std::string shorten_between_words(std::string_view text, std::size_t width, std::string_view ellipsis);
/// Lines of at most `width` columns, broken at blanks, else anywhere. At least one line. Runs of blanks that a line does
/// not break at stay.
std::vector<std::string> wrap(std::string_view text, std::size_t width);
/// Lines that belong together become one: a line that begins with a blank or "- " and a blank line start anew. Blank lines
/// are kept as empty ones; none at the ends.
std::vector<std::string> paragraphs(std::string_view text);

struct Glyphs {
  std::string_view failed, good, unknown, bullet, ellipsis, dash, full, silent, dot, corner_left, corner_right;
  std::string_view eighths[8];  // a cell filled to 1/8 … 8/8
};

class Ink {
 public:
  explicit Ink(const Style& style);

  /// One line that is safe to show: printable(), line breaks and tabs become blanks, and without `unicode` everything
  /// beyond ASCII is spelled in ASCII.
  [[nodiscard]] std::string clean(std::string_view text) const;
  /// The same for what has several lines: line breaks stay.
  [[nodiscard]] std::string clean_lines(std::string_view text) const;

  [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return paint("1;31", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return paint("33", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return paint("32", text); }
  [[nodiscard]] std::string cyan(std::string_view text) const { return paint("36", text); }

  const Glyphs& glyphs;

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;

  bool colour_;
  bool unicode_;
};

/// "1 line", "2 lines".
std::string amount(std::uint64_t number, std::string_view one, std::string_view many);

}  // namespace unsnag::report
