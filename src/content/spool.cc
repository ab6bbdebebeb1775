// SPDX-License-Identifier: Apache-2.0
#include "content/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace unsnag::content {
namespace {

constexpr std::chrono::milliseconds k_look{50};  // at what another process writes

}  // namespace

// The lock is the open file description's, and goes with it.
Spool::~Spool() = default;

Result<bool> Spool::own() {
  const std::lock_guard lock(mutex_);
  if (mine_) return true;
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK || errno == EINTR) return false;
    return fail_errno(errno);
  }
  TRY(blocks_.take_over());
  mine_ = true;
  return true;
}

Result<void*> Spool::open() {
  TRY_ASSIGN(const bool mine, own());
  const std::lock_guard lock(mutex_);
  if (!mine) TRY(blocks_.refresh());
  found_ = blocks_.present();
  return nullptr;
}

std::uint64_t Spool::present() const {
  const std::lock_guard lock(mutex_);
  return blocks_.present();
}

std::vector<Range> Spool::missing() const {
  const std::lock_guard lock(mutex_);
  return blocks_.missing();
}

Result<void*> Spool::write(std::uint64_t offset, std::string_view bytes) {
  if (offset > size_ || bytes.size() > size_ - offset) return fail(Errc::invalid_argument, "bytes behind the end of a blob");
  TRY(write_all_at(file_.get(), offset, bytes));
  const auto end = offset + bytes.size();
  // Blocks whose last byte was among these.
  const std::lock_guard lock(mutex_);
  bool ended = false;
  for (auto block = offset / k_block; block * k_block < end; ++block) {
    if (std::min((block + 1) * k_block, size_) > end) break;
    TRY(blocks_.mark(block * k_block));
    ended = true;
  }
  if (ended) grew_.notify_all();
  return nullptr;
}

std::uint64_t Spool::front(std::uint64_t from) const {
  const std::lock_guard lock(mutex_);
  return blocks_.front(from);
}

Result<std::uint64_t> Spool::wait_past(std::uint64_t offset, std::chrono::milliseconds patience, const std::stop_token& stop) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (const auto front = blocks_.front(offset); front > offset || offset >= size_) return front;
    if (stop.stop_requested()) return fail(Errc::cancelled, "stopped");
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return offset;
    const auto next = mine_ ? until : std::min(until, now + k_look);
    grew_.wait_until(lock, stop, next, [&] { return blocks_.front(offset) > offset; });
    if (!mine_) TRY(blocks_.refresh());
  }
}

Result<std::size_t> Spool::read(std::uint64_t offset, std::span<char> buffer) const {
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - std::min(offset, size_)));
  const auto got = read_at(file_.get(), offset, buffer.data(), most);
  if (got.error != 0) return fail_errno(got.error);
  if (got.bytes < most) return fail(Errc::malformed, "a spooled blob is shorter than what was written to it");
  return got.bytes;
}

Result<void*> Spool::forget() {
  const std::lock_guard lock(mutex_);
  return blocks_.clear();
}

Result<void*> Spool::sync() {
  std::vector<std::uint64_t> blocks;
  {
    const std::lock_guard lock(mutex_);
    blocks = blocks_.unsynced();
  }
  if (blocks.empty()) return nullptr;
  if (::fdatasync(file_.get()) != 0) return fail_errno(errno);
  const std::lock_guard lock(mutex_);
  return blocks_.mark_synced(blocks);
}

Result<bool> Spool::link_to(const std::string& path) const {
  if (::link(path_.c_str(), path.c_str()) == 0) return true;
  // EPERM, EMLINK: a file system that has no links, or a file that may get no more.
  if (errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP) return false;
  return fail_errno(errno);
}

}  // namespace unsnag::content
