// SPDX-License-Identifier: Apache-2.0
// The lines of a text that holds kubectl's output, as kubectl printed them: what a chat, a terminal or a web page
// put around them (quote marks, colours, no-break spaces, frames, \r) is taken away. Also recognises the command
// line that such a paste often begins with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::readers::kubernetes {

/// Borrows the text; views stay good as long as text and object live. Takes no more memory than the text, whatever its
/// lines are: ten million empty ones are ten megabytes, too.
class Lines {
 public:
  explicit Lines(std::string_view text);
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  [[nodiscard]] std::size_t size() const { return raw_.size(); }
  /// Line `i`, counted from 0, cleaned.
  [[nodiscard]] std::string_view operator[](std::size_t i) const;
  /// The same as it stands in the text, with all its marks.
  [[nodiscard]] std::string_view raw(std::size_t i) const;

 private:
  /// A text's lines, found again from the starts of some of them.
  class Index {
   public:
    explicit Index(std::string_view text);
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::string_view operator[](std::size_t i) const;

   private:
    static constexpr std::size_t k_every = 4;  // more would save little: lines of people's texts are 80 bytes long
    std::string_view text_;
    std::vector<std::uint32_t> starts_;  // of lines 0, k_every, 2 * k_every, …
    std::size_t size_ = 0;
  };

  Index raw_;
  std::string changed_;         // the whole text, when the inside of some lines had to change
  std::optional<Index> clean_;  // … and its lines
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
