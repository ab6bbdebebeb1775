// SPDX-License-Identifier: Apache-2.0
// What is made under a name that nobody looks at, and gets its own when it is whole: beside the place where it will be, so that
// a rename does it. A process that is killed leaves its staging behind; the next one that works there removes it, but
// not that of a process which lives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace unsnag::pull {

/// Sync before it gets its name: an image that is named survives a loss of power whole.
enum class Sync : std::uint8_t { yes, no };

class Staging {
 public:
  enum class Kind : std::uint8_t { file, folder };
  /// In the folder `where`, which must be there. Errors: io, permission_denied, not_found; in the kernel's words.
  static Result<Staging> create(const std::string& where, Kind kind);

  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&& other) noexcept;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  /// Removes it, if it was not committed.
  ~Staging();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Gives it its name. A file replaces what is there; a folder only an empty folder or nothing.
  /// A folder is synced as a file system (syncfs), since nobody counts its files. Errors: io.
  Result<void*> commit(const std::string& name, Sync sync);

  /// Removes what processes that were killed have left in `where`.
  static void clean(const std::string& where);

 private:
  Staging(std::string path, Fd fd, Kind kind) : path_(std::move(path)), fd_(std::move(fd)), kind_(kind) {}
  std::string path_;  // "": committed, or moved away
  Fd fd_;
  Kind kind_ = Kind::file;
};

/// Syncs a folder's names. Errors: io.
Result<void*> sync_folder(const std::string& folder);

}  // namespace unsnag::pull
