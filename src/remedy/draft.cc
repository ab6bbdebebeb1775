// SPDX-License-Identifier: Apache-2.0
#include "remedy/draft.h"

#include <algorithm>
#include <utility>

namespace unsnag::remedy {

Result<std::optional<std::string>> Draft::text(std::string_view path) const {
  for (const auto& change : changes_)
    if (change.path == path) return std::optional(change.after);
  auto content = root_.read(path);
  if (content) return std::optional(std::move(*content));
  if (content.error().code == Errc::not_found) return std::optional<std::string>();
  return context<std::optional<std::string>>(tl::unexpected<Error>(std::move(content).error()), "reading {}", path);
}

Result<void> Draft::put(std::string_view path, std::string after, std::string_view why) {
  for (auto& change : changes_)
    if (change.path == path) {
      if (change.after != after) ++revision_;
      change.after = std::move(after);
      return {};
    }
  FileChange change;
  TRY_ASSIGN(change.before, text(path));
  change.path = path;
  change.after = std::move(after);
  change.why = why;
  if (change.before != change.after) ++revision_;
  if (const auto status = root_.status(path); status && change.before) change.links = status->st_nlink;
  changes_.push_back(std::move(change));
  return {};
}

std::vector<FileChange> Draft::take() {
  auto all = std::exchange(changes_, {});
  all.erase(std::remove_if(all.begin(), all.end(), [](const FileChange& one) { return one.before == one.after; }), all.end());
  return all;
}

}  // namespace unsnag::remedy
