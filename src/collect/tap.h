// SPDX-License-Identifier: Apache-2.0
// What is written into the bundle is read by the diagnosis at the same time: the verdict is that of the very bytes that the
// bundle holds. A queue between the two threads, bounded in bytes: whoever is slower is waited for.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "evidence/evidence.h"

namespace unsnag::collect {

class Tap {
 public:
  explicit Tap(std::size_t most = std::size_t{8} << 20U) : most_(most) {}

  // The collecting thread. Files follow one another.
  void begin(std::string path);
  void add(std::string_view bytes);  // waits while the queue is full
  void end();
  /// No more comes. Also when collecting broke off.
  void close();

  /// The diagnosing thread: hands each file to the visitor as it comes, until close().
  void walk(const evidence::Visitor& visitor);

 private:
  struct Piece {
    enum class What : unsigned char { begin, bytes, end } what;
    std::string text;
  };
  class PieceBytes;

  void put(Piece piece);
  /// Takes the next piece; false: closed and empty.
  bool take(Piece& piece);

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // guarded by mutex_
  std::deque<Piece> pieces_;
  std::size_t size_ = 0;
  bool closed_ = false;
  bool unread_ = false;  // nobody reads any more: what is added is dropped
};

}  // namespace unsnag::collect
