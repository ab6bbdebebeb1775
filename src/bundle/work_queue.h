// SPDX-License-Identifier: Apache-2.0
// What the writer's threads meet at: a queue that is bounded in bytes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace unsnag::bundle {

template <typename T>
class WorkQueue {
 public:
  explicit WorkQueue(std::size_t most) : most_(most) {}

  /// Waits while there are `most` bytes in it. False: `stop` was requested, and nothing was put.
  bool put(T value, std::size_t bytes, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!room_.wait(lock, stop, [&] { return bytes_ < most_; }) || stop.stop_requested()) return false;
    values_.emplace_back(std::move(value), bytes);
    bytes_ += bytes;
    some_.notify_one();
    return true;
  }

  /// Waits for the next one. nullopt: `stop` was requested, whatever is still in it.
  std::optional<T> take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!some_.wait(lock, stop, [&] { return !values_.empty(); }) || stop.stop_requested()) return std::nullopt;
    auto [value, bytes] = std::move(values_.front());
    values_.pop_front();
    bytes_ -= bytes;
    room_.notify_one();
    return std::move(value);
  }

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable_any some_, room_;
  std::deque<std::pair<T, std::size_t>> values_;
  std::size_t bytes_ = 0;
};

}  // namespace unsnag::bundle
