// SPDX-License-Identifier: Apache-2.0
// The journal's binary files among the evidence, as text. journald begins a new file every few hours and a line's
// neighbours may stand in the next one, so the files of a folder are read together, as one, when the walk has met them all.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "evidence/evidence.h"
#include "journal/journal.h"

namespace unsnag::evidence {

class Journals {
 public:
  /// By a file's first bytes, whatever its name.
  static bool is_one(std::string_view head);

  /// Keeps one for read_all. `fd` is the file, borrowed; -1: its content is copied out of `bytes` into memory. Where that becomes
  /// too much, what was kept is read at once. Errors: those of `bytes`, too_large (a file of more than k_most_copied), io.
  Result<void*> add(const std::string& shown, int fd, Bytes& bytes, const Visitor& visitor);

  /// Visits what was kept, a file for each folder, under the path of its system.journal; and forgets it.
  void read_all(const Visitor& visitor);

  static constexpr std::uint64_t k_most_copied = std::uint64_t{512} << 20U;

 private:
  std::map<std::string, journal::Journal> folders_;
  std::uint64_t copied_ = 0;
  std::size_t files_ = 0;
};

/// Visits, of the last 24 hours of this machine's journal, what the kernel says and what concerns pulls (all of it, if no unit
/// does); at most 256 MiB, of more the newest.
void read_journal_of_this_node(const Visitor& visitor);

}  // namespace unsnag::evidence
