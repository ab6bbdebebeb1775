// SPDX-License-Identifier: Apache-2.0
// Which parts of a spooled blob are on this machine, in a file beside it that is right after a kill at any moment and
// after a loss of power: a byte for each block of 64 KiB, written when the block's last byte has been. What was written but
// not synced counts only while this boot lasts, since the page cache outlives a process and not a machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace unsnag::content {

inline constexpr std::uint64_t k_block = std::uint64_t{64} << 10U;

struct Range {  // bytes begin..end, end not included
  std::uint64_t begin = 0, end = 0;
  bool operator==(const Range&) const = default;
};

/// The state of each block of a blob of known size. Not for several threads at once.
class Blocks {
 public:
  enum class State : char { missing = 0, written = 1, synced = 2 };

  /// Nothing is known yet: all is missing until take_over() or refresh(). `boot`: this boot's id. Errors: too_large (4 TiB).
  static Result<Blocks> of(Fd fd, std::uint64_t size, const std::string& boot);

  /// The owner's: reads the file, takes out what a loss of power took, or makes it anew when it is empty, of another size or
  /// not understood. Errors: io.
  Result<void*> take_over();
  /// Everybody's: reads again what the owner has marked meanwhile; nothing counts before he took over. Errors: io.
  Result<void*> refresh();

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The first byte at or after `from` that is missing; size() when there is none.
  [[nodiscard]] std::uint64_t front(std::uint64_t from) const;
  [[nodiscard]] std::uint64_t present() const { return present_; }  // bytes
  [[nodiscard]] bool complete() const { return present_ == size_; }
  /// Missing parts in order, each beginning where a block does.
  [[nodiscard]] std::vector<Range> missing() const;

  /// The block that `offset` lies in is wholly written. Errors: io.
  Result<void*> mark(std::uint64_t offset);
  /// The blocks that are written and not synced yet: sync the blob, then hand them to mark_synced.
  [[nodiscard]] std::vector<std::uint64_t> unsynced() const;
  Result<void*> mark_synced(const std::vector<std::uint64_t>& blocks);
  /// Nothing is there any more. Errors: io.
  Result<void*> clear();
  [[nodiscard]] int file() const { return fd_.get(); }

 private:
  Blocks(Fd fd, std::uint64_t size, std::string header) : fd_(std::move(fd)), size_(size), header_(std::move(header)) {}
  Result<std::string> read_header() const;
  Result<void*> read_states();
  Result<void*> write_states(std::uint64_t first, std::uint64_t count) const;
  [[nodiscard]] std::uint64_t bytes_of(std::uint64_t block) const;
  void count();

  Fd fd_;
  std::uint64_t size_ = 0;
  std::string header_;  // of a list of this size and boot
  std::vector<State> states_;
  std::uint64_t present_ = 0;
};

}  // namespace unsnag::content
