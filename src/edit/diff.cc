// SPDX-License-Identifier: Apache-2.0
// Myers' O(ND): edits are few, so this is fast; where they are very many, what differs is shown as one block.
#include "edit/diff.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace unsnag::edit {
namespace {

using Lines = std::vector<std::string_view>;  // each with its break, but perhaps the last
constexpr std::ptrdiff_t k_max_edits = 1000;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

struct Marks {
  std::vector<bool> gone, come;  // of the lines before, of those after
};

void mark_all(Marks& marks, std::size_t front, std::size_t before_end, std::size_t after_end) {
  std::fill(marks.gone.begin() + static_cast<std::ptrdiff_t>(front), marks.gone.begin() + static_cast<std::ptrdiff_t>(before_end), true);
  std::fill(marks.come.begin() + static_cast<std::ptrdiff_t>(front), marks.come.begin() + static_cast<std::ptrdiff_t>(after_end), true);
}

Marks compare(const Lines& before, const Lines& after) {
  Marks marks{std::vector<bool>(before.size()), std::vector<bool>(after.size())};
  std::size_t front = 0, back = 0;
  const auto most = std::min(before.size(), after.size());
  while (front < most && before[front] == after[front]) ++front;
  while (back < most - front && before[before.size() - 1 - back] == after[after.size() - 1 - back]) ++back;
  const auto n = static_cast<std::ptrdiff_t>(before.size() - front - back), m = static_cast<std::ptrdiff_t>(after.size() - front - back);
  if (n == 0 || m == 0) {
    mark_all(marks, front, before.size() - back, after.size() - back);
    return marks;
  }
  const auto limit = std::min(n + m, k_max_edits);
  const auto offset = limit + 1;
  const auto is_same = [&](std::ptrdiff_t x, std::ptrdiff_t y) {
    return before[front + static_cast<std::size_t>(x)] == after[front + static_cast<std::size_t>(y)];
  };
  std::vector<std::ptrdiff_t> reach(static_cast<std::size_t>(2 * offset + 1), 0);
  const auto at = [offset](std::vector<std::ptrdiff_t>& of, std::ptrdiff_t k) -> std::ptrdiff_t& {
    return of[static_cast<std::size_t>(k + offset)];
  };
  std::vector<std::vector<std::ptrdiff_t>> history;  // of each d, reach[-d..d]
  for (std::ptrdiff_t d = 0; d <= limit; ++d) {
    for (std::ptrdiff_t k = -d; k <= d; k += 2) {
      std::ptrdiff_t x = d == 0 ? 0 : k == -d || (k != d && at(reach, k - 1) < at(reach, k + 1)) ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < n && x - k < m && is_same(x, x - k)) ++x;
      at(reach, k) = x;
      if (x < n || x - k < m) continue;
      // Back from the end, edit by edit.
      std::ptrdiff_t y = x - k, now = k;
      for (auto step = d; step > 0; --step) {
        auto& earlier = history[static_cast<std::size_t>(step - 1)];
        const auto of = [&](std::ptrdiff_t diagonal) {
          const auto index = diagonal + (step - 1);
          return index < 0 || index >= static_cast<std::ptrdiff_t>(earlier.size()) ? std::ptrdiff_t{-1}
                                                                                   : earlier[static_cast<std::size_t>(index)];
        };
        const bool down = now == -step || (now != step && of(now - 1) < of(now + 1));
        const auto from = down ? now + 1 : now - 1;
        const auto from_x = of(from), from_y = from_x - from;
        if (down) marks.come[front + static_cast<std::size_t>(from_y)] = true;
        else marks.gone[front + static_cast<std::size_t>(from_x)] = true;
        x = from_x;
        y = from_y;
        now = from;
      }
      (void)y;
      return marks;
    }
    history.emplace_back(reach.begin() + (offset - d), reach.begin() + (offset + d + 1));
  }
  mark_all(marks, front, before.size() - back, after.size() - back);
  return marks;
}

struct Step {
  char sign;
  std::string_view line;
  std::size_t before, after;  // the lines' numbers, from 0
};

std::vector<Step> steps_of(const Lines& before, const Lines& after, const Marks& marks) {
  std::vector<Step> steps;
  std::size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && marks.gone[i]) {
      steps.push_back({'-', before[i], i, j});
      ++i;
    } else if (j < after.size() && marks.come[j]) {
      steps.push_back({'+', after[j], i, j});
      ++j;
    } else {
      steps.push_back({' ', before[i], i, j});
      ++i;
      ++j;
    }
  }
  return steps;
}

/// "3,2"; "3" for one line; of none, the line before: "2,0".
std::string range(std::size_t begin, std::size_t count) {
  if (count == 1) return fmt::format("{}", begin + 1);
  return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

std::string name(std::string_view text, std::string_view side, std::string_view path) {
  if (text.empty()) return "/dev/null";
  return path.starts_with('/') ? std::string(path) : fmt::format("{}/{}", side, path);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view path, int context) {
  if (before == after) return {};
  const auto lines_before = lines_of(before), lines_after = lines_of(after);
  const auto steps = steps_of(lines_before, lines_after, compare(lines_before, lines_after));
  const auto around = static_cast<std::size_t>(std::max(context, 0));
  std::string out = fmt::format("--- {}\n+++ {}\n", name(before, "a", path), name(after, "b", path));
  for (std::size_t at = 0; at < steps.size();) {
    auto first = at;
    while (first < steps.size() && steps[first].sign == ' ') ++first;
    if (first == steps.size()) break;
    auto last = first;  // the last change of the hunk: the next is further away than both their surroundings
    for (auto i = first; i < steps.size() && i <= last + 2 * around + 1; ++i)
      if (steps[i].sign != ' ') last = i;
    const auto begin = first - std::min(first - at, around), end = std::min(last + around + 1, steps.size());
    std::size_t was = 0, is = 0;
    std::string body;
    for (auto i = begin; i < end; ++i) {
      const auto& step = steps[i];
      was += step.sign != '+' ? 1 : 0;
      is += step.sign != '-' ? 1 : 0;
      body += step.sign;
      body += step.line;
      if (!step.line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    out += fmt::format("@@ -{} +{} @@\n{}", range(steps[begin].before, was), range(steps[begin].after, is), body);
    at = end;
  }
  return out;
}

}  // namespace unsnag::edit
