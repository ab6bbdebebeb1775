// SPDX-License-Identifier: Apache-2.0
// How the room for logs is shared out, in the bundle and in what the diagnosis reads. They come in the order of what they can explain, and each may take half of what is left,
// so that none, however large, leaves nothing to the others; what it does not need the next ones have.
#pragma once

#include <algorithm>
#include <cstdint>

namespace unsnag::collect {

class Room {
 public:
  /// Bytes; 0: no limit.
  explicit Room(std::uint64_t most) : limited_(most != 0), left_(most) {}

  /// The most that the next log may have, `last` if no other follows. 0: no limit. Ask full() before.
  [[nodiscard]] std::uint64_t share(bool last = false) const {
    if (!limited_) return 0;
    return last ? left_ : std::max(left_ / 2, std::min(left_, k_least));
  }
  /// What there is for all that follows. 0 with no limit, too.
  [[nodiscard]] std::uint64_t left() const { return left_; }
  void took(std::uint64_t bytes) { left_ -= std::min(left_, bytes); }
  [[nodiscard]] bool full() const { return limited_ && left_ == 0; }

 private:
  static constexpr std::uint64_t k_least = 64'000;
  bool limited_;
  std::uint64_t left_;
};

}  // namespace unsnag::collect
