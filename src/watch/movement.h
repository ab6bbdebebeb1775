// SPDX-License-Identifier: Apache-2.0
// By what this program judges its own pulls. Peers' watchdogs cancel what they do not see (bytes unpacked, files synced); here
// each phase has its own measure, and only one thing is called stuck: a side that owes us something and for the whole
// of the limit brings less than a trickle. The clock stands still while it owes nothing: a connection is not to blame for
// the time in which our disk took its last bytes.
#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"

namespace unsnag::watch {

/// One measure of one thing: bytes of a connection, bytes decoded or written, files made. Pure: the clock is in hand.
class Movement {
 public:
  /// `floor`: what must come in a second, on average over `limit`, to count as moving; 0: anything does.
  Movement(nanoseconds limit, double floor) : limit_(limit), floor_(floor) {}

  /// `now` and `amount` never go back. `owed`: since the last look it was the other side's turn.
  void look(nanoseconds now, std::uint64_t amount, bool owed);

  [[nodiscard]] bool stuck() const;
  /// For how long nothing at all has come while it was owed.
  [[nodiscard]] nanoseconds still() const { return clock_ - moved_; }
  [[nodiscard]] std::uint64_t amount() const { return amount_; }

 private:
  struct Sample {
    nanoseconds clock;
    std::uint64_t amount;
  };
  const nanoseconds limit_;
  const double floor_;
  nanoseconds last_look_{-1}, clock_{0}, moved_{0};  // clock_ runs while something is owed
  std::uint64_t amount_ = 0;
  std::deque<Sample> window_;  // the last `limit_` of the clock, and one sample before
};

}  // namespace unsnag::watch
