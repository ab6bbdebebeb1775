// SPDX-License-Identifier: Apache-2.0
// One blob while it arrives: connections write its bytes in ranges and any order, readers follow its front. What is here
// is unverified until a reader has digested all of it; a digest that is wrong makes all of it missing again. Survives
// crash, kill and loss of power: the next holder finds what was there. Between processes a blob has one owner, who fetches
// it; the others read what the owner writes, and one of them becomes the owner when that one dies or lets go.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "content/blocks.h"
#include "oci/digest.h"

namespace unsnag::content {

/// Any thread, but for the destructor.
class Spool {
 public:
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  /// Lets go: another process may take over. What is there stays.
  ~Spool();

  [[nodiscard]] const oci::Digest& digest() const { return digest_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Makes this process the owner unless another one is; true: it is now. Asking again costs a system call.
  Result<bool> own();
  [[nodiscard]] std::uint64_t present() const;                  // bytes that are here
  [[nodiscard]] std::uint64_t found() const { return found_; }  // bytes that were here when it was opened
  [[nodiscard]] std::vector<Range> missing() const;

  /// Writes a piece of a transfer that began where a block does and whose pieces come in order; the owner alone. A block
  /// counts as here when its last byte is. Errors: io (a full disk, in the kernel's words).
  Result<void*> write(std::uint64_t offset, std::string_view bytes);

  /// The first byte at or after `from` that is not here.
  [[nodiscard]] std::uint64_t front(std::uint64_t from) const;
  /// Waits until the byte at `offset` is here, at most `patience`; the front then, which is `offset` when it did not come. Sees
  /// what another process writes within a twentieth of a second. Errors: io; cancelled.
  Result<std::uint64_t> wait_past(std::uint64_t offset, std::chrono::milliseconds patience, const std::stop_token& stop);
  /// Fills `buffer` from what is here. Errors: io; malformed: the file is shorter than it should be.
  Result<std::size_t> read(std::uint64_t offset, std::span<char> buffer) const;

  /// All of it is missing: its digest was wrong. The owner alone. Errors: io.
  Result<void*> forget();
  /// From here on a loss of power loses nothing of what is here now. Takes as long as the disk does. Errors: io.
  Result<void*> sync();
  /// A second name for the content, in a folder of the same file system; false: it is on another one. Errors: io.
  Result<bool> link_to(const std::string& path) const;

 private:
  friend class Store;
  Spool(oci::Digest digest, std::uint64_t size, std::string path, Fd file, Blocks blocks)
      : digest_(std::move(digest)), size_(size), path_(std::move(path)), file_(std::move(file)), blocks_(std::move(blocks)) {}
  /// Becomes the owner if there is none, and sees what is here.
  Result<void*> open();

  // constant after construction
  const oci::Digest digest_;
  const std::uint64_t size_;
  const std::string path_;
  const Fd file_;
  std::uint64_t found_ = 0;  // since open()

  mutable std::mutex mutex_;
  std::condition_variable_any grew_;
  Blocks blocks_;      // guarded by mutex_
  bool mine_ = false;  // guarded by mutex_
};

}  // namespace unsnag::content
