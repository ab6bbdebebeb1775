// SPDX-License-Identifier: Apache-2.0
#include "watch/movement.h"

#include <gtest/gtest.h>

namespace unsnag::watch {
namespace {

using namespace std::chrono_literals;

constexpr double k_floor = 1000;

/// Looks ten times a second for `span`, at `rate` a second; true: it was called stuck at some look.
struct Played {
  Movement movement{20s, k_floor};
  nanoseconds now{0};
  double amount = 0;

  bool play(nanoseconds span, double rate, bool owed = true) {
    bool stuck = false;
    for (const auto end = now + span; now < end;) {
      now += 100ms;
      amount += rate / 10;
      movement.look(now, static_cast<std::uint64_t>(amount), owed);
      stuck = stuck || movement.stuck();
    }
    return stuck;
  }
};

TEST(Movement, ThatComesIsNeverStuckHoweverSlow) {
  Played played;
  EXPECT_FALSE(played.play(1h, k_floor * 1.1));
}

TEST(Movement, ThatStopsIsStuckAfterTheLimitAndNotBefore) {
  Played played;
  EXPECT_FALSE(played.play(60s, 1e6));
  EXPECT_FALSE(played.play(19s, 0));
  EXPECT_TRUE(played.play(2s, 0));
  EXPECT_GT(played.movement.still(), 20s);
}

TEST(Movement, ThatNeverBeganIsStuckToo) {
  Played played;
  EXPECT_FALSE(played.play(19s, 0));
  EXPECT_TRUE(played.play(2s, 0));
}

TEST(Movement, OfATrickleIsStuck) {
  Played played;
  EXPECT_FALSE(played.play(30s, 1e6));
  EXPECT_FALSE(played.play(15s, k_floor / 10)) << "it was quick a moment ago";
  EXPECT_TRUE(played.play(10s, k_floor / 10));
}

TEST(Movement, InBurstsIsNotStuck) {
  Played played;
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(played.play(15s, 0));
    EXPECT_FALSE(played.play(1s, 1e6));
  }
}

TEST(Movement, IsNotOwedWhileOurDiskTakesTheLastBytes) {
  Played played;
  EXPECT_FALSE(played.play(5s, 1e6));
  EXPECT_FALSE(played.play(1h, 0, false)) << "a disk that syncs for an hour is no stuck connection";
  EXPECT_FALSE(played.play(19s, 0));
  EXPECT_TRUE(played.play(2s, 0));
}

TEST(Movement, WithoutAFloorAnythingCounts) {
  Movement files(20s, 0);
  nanoseconds now{0};
  for (std::uint64_t i = 0; i < 1000; ++i) {
    now += 19s;
    files.look(now, i, true);
    EXPECT_FALSE(files.stuck()) << i;
  }
  files.look(now + 21s, 999, true);
  EXPECT_TRUE(files.stuck());
}

TEST(Movement, LookedAtSeldomIsJudgedByWhatCameInBetween) {
  Movement movement(20s, k_floor);
  movement.look(0s, 0, true);
  movement.look(10min, 600'000 * 2, true);
  EXPECT_FALSE(movement.stuck());
}

}  // namespace
}  // namespace unsnag::watch
