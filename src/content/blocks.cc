// SPDX-License-Identifier: Apache-2.0
#include "content/blocks.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace unsnag::content {
namespace {

constexpr std::uint64_t k_most_size = std::uint64_t{4} << 40U;
constexpr std::size_t k_header = 128;

/// "unsnag blocks 1 SIZE BOOT" and zeros: the bytes of the blocks follow.
std::string header_of(std::uint64_t size, const std::string& boot) {
  auto header = fmt::format("unsnag blocks 1 {} {}\n", size, boot);
  header.resize(k_header, '\0');
  return header;
}

}  // namespace

Result<Blocks> Blocks::of(Fd fd, std::uint64_t size, const std::string& boot) {
  if (size > k_most_size) return fail(Errc::too_large, fmt::format("a blob of {} bytes; at most {} are taken", size, k_most_size));
  Blocks out(std::move(fd), size, header_of(size, boot));
  out.states_.assign((size + k_block - 1) / k_block, State::missing);
  return out;
}

Result<std::string> Blocks::read_header() const {
  std::string header(k_header, '\0');
  const auto got = read_at(fd_.get(), 0, header.data(), k_header);
  if (got.error != 0) return fail_errno(got.error);
  header.resize(got.bytes);
  return header;
}

Result<void*> Blocks::take_over() {
  TRY_ASSIGN(const auto found, read_header());
  if (found == header_) return read_states();
  if (found.size() == k_header && found.starts_with(fmt::format("unsnag blocks 1 {} ", size_))) {
    // Of another boot: the page cache that held what was not synced is gone. The states first, then this boot's name.
    TRY(read_states());
    std::replace(states_.begin(), states_.end(), State::written, State::missing);
    count();
    TRY(write_states(0, states_.size()));
  } else {
    if (::ftruncate(fd_.get(), 0) != 0 || ::ftruncate(fd_.get(), static_cast<off_t>(k_header + states_.size())) != 0)
      return fail_errno(errno);
    std::fill(states_.begin(), states_.end(), State::missing);
    present_ = 0;
  }
  if (::fdatasync(fd_.get()) != 0) return fail_errno(errno);
  return write_all_at(fd_.get(), 0, header_);
}

Result<void*> Blocks::write_states(std::uint64_t first, std::uint64_t count) const {
  return write_all_at(fd_.get(), k_header + first, {reinterpret_cast<const char*>(states_.data() + first), count});
}

Result<void*> Blocks::refresh() {
  TRY_ASSIGN(const auto found, read_header());
  if (found == header_) return read_states();
  std::fill(states_.begin(), states_.end(), State::missing);
  present_ = 0;
  return nullptr;
}

std::uint64_t Blocks::bytes_of(std::uint64_t block) const { return std::min(k_block, size_ - block * k_block); }

void Blocks::count() {
  present_ = 0;
  for (std::uint64_t block = 0; block < states_.size(); ++block)
    if (states_[block] != State::missing) present_ += bytes_of(block);
}

std::uint64_t Blocks::front(std::uint64_t from) const {
  if (from >= size_) return size_;
  const auto begin = states_.begin() + static_cast<std::ptrdiff_t>(from / k_block);
  const auto at = std::find(begin, states_.end(), State::missing);
  if (at == states_.end()) return size_;
  return std::max(from, static_cast<std::uint64_t>(at - states_.begin()) * k_block);
}

std::vector<Range> Blocks::missing() const {
  std::vector<Range> out;
  for (std::uint64_t block = 0; block < states_.size(); ++block) {
    if (states_[block] != State::missing) continue;
    const Range here{block * k_block, block * k_block + bytes_of(block)};
    if (!out.empty() && out.back().end == here.begin) {
      out.back().end = here.end;
    } else {
      out.push_back(here);
    }
  }
  return out;
}

Result<void*> Blocks::mark(std::uint64_t offset) {
  const auto block = offset / k_block;
  if (states_[block] != State::missing) return nullptr;
  const auto written = static_cast<char>(State::written);
  TRY(write_all_at(fd_.get(), k_header + block, {&written, 1}));
  states_[block] = State::written;
  present_ += bytes_of(block);
  return nullptr;
}

std::vector<std::uint64_t> Blocks::unsynced() const {
  std::vector<std::uint64_t> out;
  for (std::uint64_t block = 0; block < states_.size(); ++block)
    if (states_[block] == State::written) out.push_back(block);
  return out;
}

Result<void*> Blocks::mark_synced(const std::vector<std::uint64_t>& blocks) {
  if (blocks.empty()) return nullptr;
  for (const auto block : blocks)
    if (states_[block] == State::written) states_[block] = State::synced;
  const auto first = blocks.front(), last = blocks.back();
  TRY(write_states(first, last - first + 1));
  if (::fdatasync(fd_.get()) != 0) return fail_errno(errno);
  return nullptr;
}

Result<void*> Blocks::clear() {
  std::fill(states_.begin(), states_.end(), State::missing);
  present_ = 0;
  return write_states(0, states_.size());
}

Result<void*> Blocks::read_states() {
  std::string bytes(states_.size(), '\0');
  const auto got = read_at(fd_.get(), k_header, bytes.data(), bytes.size());
  if (got.error != 0) return fail_errno(got.error);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto state = static_cast<State>(bytes[i]);
    states_[i] = i < got.bytes && (state == State::written || state == State::synced) ? state : State::missing;
  }
  count();
  return nullptr;
}

}  // namespace unsnag::content
