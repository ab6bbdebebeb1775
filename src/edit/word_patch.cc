// SPDX-License-Identifier: Apache-2.0
#include "edit/word_patch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace unsnag::edit {

std::optional<Patch> word_patch(std::string_view text, Span where, std::string_view wanted) {
  auto was = split_words(where.of(text));
  was.erase(std::remove(was.begin(), was.end(), "\\"), was.end());  // a line that goes on
  const auto now = split_words(wanted);
  if (was.empty() || now.empty()) return std::nullopt;
  std::size_t front = 0, back = 0;
  const auto most = std::min(was.size(), now.size());
  while (front < most && was[front] == now[front]) ++front;
  while (back < most - front && was[was.size() - 1 - back] == now[now.size() - 1 - back]) ++back;
  const auto begin_of = [&](std::size_t i) { return static_cast<std::size_t>(was[i].data() - text.data()); };
  const auto end_of = [&](std::size_t i) { return begin_of(i) + was[i].size(); };
  std::string middle;
  for (auto i = front; i + back < now.size(); ++i) middle += (middle.empty() ? "" : " ") + std::string(now[i]);
  const auto was_end = was.size() - back;
  if (front < was_end && !middle.empty()) return Patch{{begin_of(front), end_of(was_end - 1)}, std::move(middle)};
  if (front == 0) return std::nullopt;
  if (front < was_end) return Patch{{end_of(front - 1), end_of(was_end - 1)}, {}};
  if (middle.empty()) return std::nullopt;
  return Patch{{end_of(front - 1), end_of(front - 1)}, " " + middle};
}

}  // namespace unsnag::edit
