// SPDX-License-Identifier: Apache-2.0
// Files as they will be: what several settings make of one file adds up here, and nothing is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/root.h"

namespace unsnag::remedy {

struct FileChange {
  std::string path;                   // as the program that reads it names it; links in it are followed when it is written
  std::optional<std::string> before;  // nullopt: a new file
  std::string after;
  std::string why;          // why this file and no other, for people
  std::uint64_t links = 1;  // names that the file has
};

class Draft {
 public:
  explicit Draft(const node::Root& root) : root_(root) {}

  /// The file as it will be; nullopt: it isn't there. Errors: as node::Root::read but not_found.
  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view path) const;
  /// Errors: as text.
  Result<void> put(std::string_view path, std::string after, std::string_view why);
  /// Counts the changes: whether a step changed anything.
  [[nodiscard]] std::size_t revision() const { return revision_; }
  /// Those that change, in the order in which they were put.
  [[nodiscard]] std::vector<FileChange> take();

 private:
  const node::Root& root_;
  std::vector<FileChange> changes_;
  std::size_t revision_ = 0;
};

}  // namespace unsnag::remedy
