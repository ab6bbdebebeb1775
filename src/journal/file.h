// SPDX-License-Identifier: Apache-2.0
// One binary file of the journal, before libsystemd sees it: what its header says, and a copy in memory that libsystemd
// can open where the file itself breaks off or its index runs in a circle. Format: systemd's JOURNAL_FILE_FORMAT.md and
// src/libsystemd/sd-journal/journal-def.h; all numbers little endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace unsnag::journal {

/// True when a file's first bytes are those of a journal.
bool is_journal(std::string_view head);

/// "user-1000.journal": a user's sessions, not the system.
bool is_users_journal(std::string_view name);

struct FileFacts {
  std::uint64_t size = 0;      // of the file
  std::uint64_t declared = 0;  // of what its header says, as far as that can be
  std::uint64_t header_size = 0;
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

/// An empty file without a name, in memory (/dev/shm) where there is such a place. Errors: io.
Result<Fd> file_in_memory();

/// A file of file_in_memory() with a name, as long as this lives. libsystemd opens no file that has none (EIDRM): it takes it
/// for deleted; once it is open, the name may go. A file can be given a name once.
class Name {
 public:
  /// Errors: io.
  static Result<Name> give(int fd);
  Name(Name&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Name& operator=(Name&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~Name();

 private:
  explicit Name(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// True for a file without any name.
bool is_nameless(int fd);

}  // namespace unsnag::journal
