// SPDX-License-Identifier: Apache-2.0
// One binary file of the journal, before libsystemd sees it: what its header says, and a copy in memory that libsystemd
// can open where the file itself breaks off or its index runs in a circle. Format: systemd's JOURNAL_FILE_FORMAT.md and
// src/libsystemd/sd-journal/journal-def.h; all numbers little endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace unsnag::journal {

/// True when a file's first bytes are those of a journal.
bool is_journal(std::string_view head);

/// "user-1000.journal": a user's sessions, not the system.
bool is_users_journal(std::string_view name);

struct FileFacts {
  std::uint64_t size = 0;             // of the file
  std::uint64_t declared = 0;         // of what its header says
  std::uint64_t entries = 0;          // as the header says; never more than the file has room for
  std::optional<std::uint64_t> ring;  // where, in the chain of entry arrays, the link stands that does not lead forward
};

/// Errors: io, malformed (no journal, or not even a header), unsupported (features that only a newer systemd knows).
Result<FileFacts> look_at(int fd);

/// A copy in memory that libsystemd can open: as long as the header says, without the link that leads back.
/// Errors: io, too_large (more than k_most_copied).
Result<Fd> mended_copy(int fd, const FileFacts& facts);

/// More of a damaged file is not copied: journald's own files end at 128 MiB unless it is told otherwise.
inline constexpr std::uint64_t k_most_copied = std::uint64_t{1} << 30U;

/// An empty file in memory, which nothing else can see.
Result<Fd> file_in_memory();

}  // namespace unsnag::journal
