// SPDX-License-Identifier: Apache-2.0
// A page of text as it grows: indentation, wrapping, and cleaning of everything that goes onto it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "report/layout.h"

namespace unsnag::report {

/// A word that is wider than the page is shortened, or, where it is to be pasted, goes on in the next line.
enum class Words : std::uint8_t { may_be_shortened, whole };

class Page {
 public:
  explicit Page(const Style& style);

  [[nodiscard]] const Ink& ink() const { return ink_; }
  [[nodiscard]] std::size_t room(std::size_t indent) const { return width_ > indent + 20 ? width_ - indent : 20; }

  /// A line that is ready: cleaned, measured and painted.
  void raw(std::size_t indent, std::string_view line);
  void blank();
  void heading(std::string_view name);  // at indent 2
  /// Prose in paragraphs, cleaned and wrapped. What is written as "- item" hangs.
  void prose(std::size_t indent, std::string_view text, Words words = Words::may_be_shortened);
  /// A label, then prose in a column of its own; a label that is too wide stands on a line of its own.
  void entry(std::size_t indent, std::string_view label, std::size_t column, std::string_view text);
  /// Lines to paste: never broken.
  void command(std::size_t indent, std::string_view text);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void wrapped(std::size_t indent, std::size_t hang, std::string_view line, Words words = Words::may_be_shortened);

  Ink ink_;
  std::size_t width_;
  bool verbose_;
  std::string out_;
};

}  // namespace unsnag::report
