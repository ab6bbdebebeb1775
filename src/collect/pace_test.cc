// SPDX-License-Identifier: Apache-2.0
#include "collect/pace.h"

#include <gtest/gtest.h>

namespace unsnag::collect {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

struct World {
  Clock::time_point now;
  std::optional<double> pressure = 0.5;
  std::uint64_t from_disk = 0;
  bool cached = false;

  Surveyor surveyor() {
    return {[this] { return now; }, [this](std::chrono::nanoseconds span) { now += std::chrono::duration_cast<Clock::duration>(span); },
            [this] { return pressure; }, [this] { return from_disk; }};
  }
  /// Seconds that reading so many megabytes takes when the disk itself is infinitely quick.
  double read(Pace& pace, int megabytes) {
    const auto begun = now;
    for (int i = 0; i < megabytes; ++i) {
      if (!cached) from_disk += 1'000'000;
      pace.took(1'000'000);
    }
    return std::chrono::duration<double>(now - begun).count();
  }
};

TEST(Pace, ACalmNodeIsReadQuicklyButNotWithoutBound) {
  World world;
  Pace pace(world.surveyor());
  EXPECT_NEAR(world.read(pace, 1000), 2.0, 0.1);
}

TEST(Pace, WhatIsInThePageCacheIsNotWaitedForOnACalmNode) {
  World world;
  world.cached = true;
  Pace pace(world.surveyor());
  EXPECT_EQ(world.read(pace, 10'000), 0);
  world.cached = false;
  EXPECT_NEAR(world.read(pace, 1000), 2.0, 0.1);  // nothing was saved up meanwhile
}

TEST(Pace, OnANodeThatStrugglesThePageCacheIsReadSlowlyToo) {
  World world;
  world.pressure = 35;
  world.cached = true;
  Pace pace(world.surveyor());
  EXPECT_NEAR(world.read(pace, 100), 5.0, 0.1);
}

TEST(Pace, ANodeThatStruggledBeforeIsReadSlowly) {
  World world;
  world.pressure = 35;
  Pace pace(world.surveyor());
  EXPECT_TRUE(pace.struggling());
  EXPECT_NEAR(world.read(pace, 100), 5.0, 0.1);
}

TEST(Pace, WhenTheNodeHasRecoveredReadingIsQuickAgain) {
  World world;
  world.pressure = 35;
  Pace pace(world.surveyor());
  world.read(pace, 100);
  world.pressure = 1;
  EXPECT_NEAR(world.read(pace, 1100), 5.0 + 2.0, 0.2);  // ten seconds after the last look it looks again
  EXPECT_FALSE(pace.struggling());
}

TEST(Pace, OwnPressureDoesNotSlowItDown) {
  World world;
  Pace pace(world.surveyor());
  world.pressure = 60;
  EXPECT_NEAR(world.read(pace, 10'000), 20.0, 0.5);
}

TEST(Pace, ASlowDiskIsNotMadeUpForByABurst) {
  World world;
  Pace pace(world.surveyor());
  world.now += seconds{60};
  world.from_disk += 1'000'000;
  pace.took(1'000'000);
  EXPECT_NEAR(world.read(pace, 1000), 2.0, 0.1);
}

TEST(Pace, KernelsWithoutPressureAreTakenForCalm) {
  World world;
  world.pressure = std::nullopt;
  Pace pace(world.surveyor());
  EXPECT_FALSE(pace.struggling());
}

}  // namespace
}  // namespace unsnag::collect
