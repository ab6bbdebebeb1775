// SPDX-License-Identifier: Apache-2.0
#include "report/page.h"

#include <algorithm>

#include "base/text.h"

namespace unsnag::report {

Page::Page(const Style& style) : ink_(style), width_(std::clamp<std::size_t>(style.width, 40, 1000)), verbose_(style.verbose) {}

void Page::raw(std::size_t indent, std::string_view line) {
  if (!line.empty()) out_.append(indent, ' ').append(line);
  out_ += '\n';
}

void Page::blank() { out_ += '\n'; }

void Page::heading(std::string_view name) {
  blank();
  raw(2, ink_.bold(name));
}

void Page::wrapped(std::size_t indent, std::size_t hang, std::string_view line, Words words) {
  // A word wider than the page (an image's name of 300 letters) is shortened; -v shows it whole.
  std::string text;
  const auto widest = room(indent + hang);
  if (verbose_ || words == Words::whole || columns(line) <= widest) {
    text = line;
  } else {
    for (const auto part : split(line, ' ')) {
      if (!text.empty()) text += ' ';
      text += shorten(part, widest, ink_.glyphs.ellipsis);
    }
  }
  bool first = true;
  for (const auto& piece : wrap(text, widest)) {
    raw(first ? indent : indent + hang, piece);
    first = false;
  }
}

void Page::prose(std::size_t indent, std::string_view text, Words words) {
  for (const auto& paragraph : paragraphs(ink_.clean_lines(trim(text)))) {
    const auto blanks = std::min(paragraph.find_first_not_of(' '), paragraph.size());
    const auto line = std::string_view(paragraph).substr(blanks);
    wrapped(indent + std::min<std::size_t>(blanks, 8), line.substr(0, 2) == "- " ? 2 : 0, line, words);
  }
}

void Page::entry(std::size_t indent, std::string_view label, std::size_t column, std::string_view text) {
  const auto name = verbose_ ? ink_.clean(label) : shorten(ink_.clean(label), room(indent), ink_.glyphs.ellipsis);
  const auto line = ink_.clean(text);
  if (line.empty()) return raw(indent, name);
  if (columns(name) + 2 > column) {
    raw(indent, name);
    return wrapped(indent + 2, 0, line);
  }
  bool first = true;
  for (const auto& piece : wrap(line, room(indent + column))) {
    raw(indent, pad(first ? std::string_view(name) : std::string_view(), column) + piece);
    first = false;
  }
}

void Page::command(std::size_t indent, std::string_view text) {
  for (const auto line : split(trim(text), '\n')) raw(indent, ink_.cyan(ink_.clean_lines(line)));
}

}  // namespace unsnag::report
