// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a bundle go: a file that has its name only when it is whole, or a descriptor that belongs to somebody.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace unsnag::bundle {

/// One thread at a time.
class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  /// Errors: the kernel's ("No space left on device"); nothing can be written afterwards.
  virtual Result<void*> write(std::string_view bytes, const std::stop_token& stop) = 0;
  /// All is written: makes it last, and gives it its name. Not called: nothing stays.
  virtual Result<void*> commit() = 0;
};

/// A new file of mode 0600, since not every secret can be known. It is written beside `path` as ".NAME.partial-XXXXXX".
/// Errors: invalid_argument (there is one already), not_found (no such folder), permission_denied, io. `commit` fails in the
/// same way: it never replaces what came meanwhile.
Result<std::unique_ptr<Output>> file_output(const std::string& path);

/// A descriptor that stays the caller's. A pipe is never waited for once `stop` was requested.
std::unique_ptr<Output> descriptor_output(int fd, const std::atomic<bool>* give_up = nullptr);

/// Renames without ever replacing. Errors: invalid_argument (`to` is there), io.
Result<void*> rename_new(const std::string& from, const std::string& to);
/// Makes names in the folder of `path` last.
void sync_folder_of(const std::string& path);
/// Errors: invalid_argument when something is at `path`.
Result<void*> must_be_new(const std::string& path);
/// "folder/.NAME.partial-XXXXXX" for mkstemp and mkdtemp.
std::string staging_pattern(const std::string& path);

}  // namespace unsnag::bundle
