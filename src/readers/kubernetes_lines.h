// SPDX-License-Identifier: Apache-2.0
// The lines of a text that holds kubectl's output, as kubectl printed them: what a chat, a terminal or a web page
// put around them (quote marks, colours, no-break spaces, frames, \r) is taken away. Also recognises the command
// line that such a paste often begins with.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::readers::kubernetes {

/// Borrows the text; views stay good as long as text and object live.
class Lines {
 public:
  explicit Lines(std::string_view text);

  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  /// Line `i`, counted from 0, cleaned.
  [[nodiscard]] std::string_view operator[](std::size_t i) const { return lines_[i].clean; }
  /// The same as it stands in the text, with all its marks.
  [[nodiscard]] std::string_view raw(std::size_t i) const { return lines_[i].raw; }

 private:
  struct Line {
    std::string_view raw, clean;
  };
  std::vector<Line> lines_;
  std::deque<std::string> changed_;  // lines whose inside had to change
};

/// A shell line that runs kubectl or oc.
struct Prompt {
  std::string_view name_space;  // of -n or --namespace; may be empty
};
std::optional<Prompt> parse_prompt(std::string_view line);

std::size_t indent_of(std::string_view line);  // leading blanks; a tab counts as one
bool is_blank(std::string_view line);
std::size_t width_of(std::string_view line);  // code points, as a terminal counts nearly all of kubectl's text

/// "Start Time:   Tue, …" → {"Start Time", "Tue, …"}. The key begins with a letter and ends at a colon that a
/// blank or the line's end follows.
struct KeyValue {
  std::string_view key, value;
};
std::optional<KeyValue> key_value(std::string_view line);

}  // namespace unsnag::readers::kubernetes
