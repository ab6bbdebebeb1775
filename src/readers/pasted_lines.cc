// SPDX-License-Identifier: Apache-2.0
// See pasted_lines.h.
#include "readers/pasted_lines.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "readers/envelope.h"
#include "readers/kubernetes_row.h"
#include "readers/messages.h"

namespace unsnag::readers {
namespace {

constexpr std::size_t k_max_text = std::size_t{64} << 10U, k_max_lines = 400;
constexpr std::size_t k_seen = 1024;  // how much of a line is looked at on each side of a break

/// The frame's bars of two lines of k9s that a web page ran together; the words went on behind them.
std::string without_bars(std::string_view text) {
  constexpr std::string_view k_bars = "\xe2\x94\x82\xe2\x94\x82";  // ││
  std::string out;
  for (std::size_t begin = 0;;) {
    const auto at = text.find(k_bars, begin);
    out += text.substr(begin, at - begin);
    if (at == std::string_view::npos) return out;
    if (!out.empty() && out.back() == ' ') out.pop_back();
    begin = at + k_bars.size();
    if (begin < text.size() && text[begin] == ' ') ++begin;
  }
}

bool has_blank_end(std::string_view line) { return !line.empty() && (line.back() == ' ' || line.back() == '\t'); }
bool has_blank_start(std::string_view line) { return !line.empty() && (line.front() == ' ' || line.front() == '\t'); }

/// True when a known message begins in `left` and needs words of `right`, and those behind its first `least` letters.
bool runs_across(std::string_view left, std::string_view between, std::string_view right, std::size_t least = 0) {
  const auto& catalogue = messages();
  const auto text = std::string(left) + std::string(between) + std::string(right);
  const auto behind = left.size() + between.size() + least;
  const auto alone = catalogue.find(left);
  for (const auto& one : catalogue.find(text)) {
    if (one.begin >= left.size() || one.end <= behind || catalogue.messages()[one.message].at_start) continue;
    // A message that is whole in `left` only took a longer last word here.
    const bool whole = std::any_of(alone.begin(), alone.end(), [&](const auto& other) {
      return other.message == one.message && other.begin == one.begin && other.end == left.size();
    });
    if (!whole) return true;
  }
  return false;
}

class PastedLines {
 public:
  explicit PastedLines(std::string_view text) : lines_(split(text, '\n')), breaks_(lines_.size()) {}

  /// False: no line is broken.
  bool find_breaks() {
    bool any = false;
    for (std::size_t first = 0; first < lines_.size();) {
      auto end = first + 1;
      while (end < lines_.size() && goes_on(end)) ++end;
      any = find_breaks(first, end) || any;
      first = end;
    }
    return any;
  }

  [[nodiscard]] std::string joined() const {
    std::string out;
    std::size_t owed = 0;  // newlines of the breaks in the line that is being put together
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const bool continues = i > 0 && breaks_[i - 1];
      auto line = continues ? lines_[i].substr(std::min(lines_[i].find_first_not_of(" \t"), lines_[i].size())) : lines_[i];
      if (breaks_[i]) line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
      out += line;
      if (breaks_[i]) {
        out += *breaks_[i];
        ++owed;
      } else if (i + 1 < lines_.size()) {
        out.append(owed + 1, '\n');
        owed = 0;
      }
    }
    return out;
  }

 private:
  [[nodiscard]] bool is_row(std::size_t i) const { return kubernetes::row_layout(lines_[i]) != kubernetes::Layout::none; }

  /// True when line `i` may be the rest of the line before it.
  [[nodiscard]] bool goes_on(std::size_t i) const {
    return !trim(lines_[i - 1]).empty() && !trim(lines_[i]).empty() && !starts_record(trim(lines_[i])) && !is_row(i);
  }

  /// How lines `i` and `i` + 1 go together, if a message runs across their break.
  [[nodiscard]] std::optional<std::string_view> evident(std::size_t i) const {
    const auto left = trim(lines_[i]), right = trim(lines_[i + 1]);
    const auto seen = left.substr(left.size() - std::min(left.size(), k_seen));
    if (runs_across(seen, " ", right.substr(0, k_seen))) return " ";
    if (blank_at(i)) return std::nullopt;
    if (runs_across(seen, "", right.substr(0, k_seen))) return "";
    return std::nullopt;
  }

  /// The same of lines `i` to `i` + 2, where a message runs across the one in the middle: a digest on a line of its own.
  [[nodiscard]] std::optional<std::string_view> evident_twice(std::size_t i) const {
    const auto left = trim(lines_[i]), middle = trim(lines_[i + 1]), right = trim(lines_[i + 2]);
    const auto seen = left.substr(left.size() - std::min(left.size(), k_seen));
    if (middle.size() > k_seen) return std::nullopt;
    for (const std::string_view between : {" ", ""}) {
      if (between.empty() && (blank_at(i) || blank_at(i + 1))) break;
      const auto rest = std::string(middle) + std::string(between) + std::string(right.substr(0, k_seen));
      if (runs_across(seen, between, rest, middle.size() + between.size())) return between;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool blank_at(std::size_t i) const { return has_blank_end(lines_[i]) || has_blank_start(lines_[i + 1]); }

  /// What stands in the place of the newline behind line `i` where whatever broke the evident ones, which are up to
  /// `width` wide, broke this one as well: the line is full, or the next word did not fit.
  [[nodiscard]] std::optional<std::string_view> likewise(std::size_t i, std::size_t width, bool in_words) const {
    constexpr std::size_t k_trimmed = 3;  // blanks at the cut that an editor took away
    const auto size = lines_[i].size();
    if (size > width) return std::nullopt;
    if (in_words && size + k_trimmed > width) return blank_at(i) || size < width ? " " : "";
    const auto next = trim(lines_[i + 1]);
    if (size + 1 + next.substr(0, next.find(' ')).size() > width) return " ";
    return std::nullopt;
  }

  /// Lines [first, end) begin no record but the first.
  bool find_breaks(std::size_t first, std::size_t end) {
    if (is_row(first)) return false;
    std::size_t from = end, to = first, width = 0;
    bool in_words = false;
    for (auto i = first; i + 1 < end; ++i) {
      if (!breaks_[i]) breaks_[i] = evident(i);
      if (!breaks_[i] && i + 2 < end)
        if (const auto both = evident_twice(i)) breaks_[i] = breaks_[i + 1] = both;
      if (!breaks_[i]) continue;
      from = std::min(from, i);
      to = i + 1;
      width = std::max(width, lines_[i].size());
      in_words = in_words || breaks_[i]->empty();
    }
    if (from == end) return false;
    const auto take = [&](std::size_t i) {
      if (!breaks_[i]) breaks_[i] = likewise(i, width, in_words);
      return breaks_[i].has_value();
    };
    for (auto i = from; i < to; ++i) take(i);
    while (from > first && take(from - 1)) --from;
    while (to + 1 < end && take(to)) ++to;
    return true;
  }

  std::vector<std::string_view> lines_;
  std::vector<std::optional<std::string_view>> breaks_;  // what belongs in the place of the newline behind a line
};

}  // namespace

std::string with_whole_lines(std::string_view text) {
  if (text.size() > k_max_text || static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) > k_max_lines) return {};
  const auto unframed = without_bars(text);
  PastedLines lines(unframed);
  if (lines.find_breaks()) return lines.joined();
  return unframed.size() == text.size() ? std::string() : unframed;
}

}  // namespace unsnag::readers
