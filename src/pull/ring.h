// SPDX-License-Identifier: Apache-2.0
// Decoded bytes on their way from one thread that makes them to the two that take them, the one that digests and the one that
// unpacks: a few buffers in a circle, filled again when both are done with them. So memory is bounded, nothing is
// copied between threads, and a slow disk holds the decoder back.
#pragma once

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace unsnag::pull {

class Ring {
 public:
  static constexpr std::size_t k_readers = 2;

  Ring(std::size_t buffers, std::size_t bytes) : bytes_(bytes), buffers_(buffers, std::vector<char>(bytes)), sizes_(buffers, 0) {}

  /// The writer's: waits for a free buffer. nullopt: stopped.
  std::optional<std::span<char>> room(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return made_ - *std::min_element(taken_.begin(), taken_.end()) < buffers_.size(); }))
      return std::nullopt;
    return std::span<char>(buffers_[made_ % buffers_.size()].data(), bytes_);
  }
  /// That buffer now holds `size` bytes.
  void made(std::size_t size) {
    const std::lock_guard lock(mutex_);
    sizes_[made_ % buffers_.size()] = size;
    ++made_;
    changed_.notify_all();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  /// A reader's: waits for its next buffer, which is its own until it says taken(). nullopt: that was all, or stopped.
  std::optional<std::string_view> next(std::size_t reader, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return taken_[reader] < made_ || ended_; })) return std::nullopt;
    if (taken_[reader] == made_) return std::nullopt;
    const auto at = taken_[reader] % buffers_.size();
    return std::string_view(buffers_[at].data(), sizes_[at]);
  }
  void taken(std::size_t reader) {
    const std::lock_guard lock(mutex_);
    ++taken_[reader];
    changed_.notify_all();
  }

 private:
  const std::size_t bytes_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::vector<char>> buffers_;  // each is its writer's or its readers', never both
  std::vector<std::size_t> sizes_;          // guarded, as all below
  std::uint64_t made_ = 0;
  std::array<std::uint64_t, k_readers> taken_{};
  bool ended_ = false;
};

}  // namespace unsnag::pull
