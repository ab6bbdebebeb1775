// SPDX-License-Identifier: Apache-2.0
// False alarms. tests/data/healthy.tar.xz holds what real daemons wrote at debug level while every pull went well and
// containers ended, failed to start and were removed: each distinct shape of line from 190 MB of such logs (tests/real
// makes them anew). Nothing in it may be called a failed pull.
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "diagnose/verdict.h"
#include "readers/read.h"
#include "timeline/timeline.h"

namespace unsnag {
namespace {

TEST(HealthyLogs, NoPullIsSaidToHaveFailed) {
  timeline::Fold fold;
  const auto reading = readers::read_targets({UNSNAG_TEST_DATA "/healthy.tar.xz"}, fold, {});
  ASSERT_TRUE(reading) << reading.error().message();
  EXPECT_GE(reading->lines, 10'000U);
  EXPECT_GE(reading->understood, 400U) << "the lines of pulls are no longer recognised, so silence proves nothing";
  const auto timeline = fold.take();
  EXPECT_FALSE(timeline.pulls.empty());
  const std::set<std::string> healthy{"no-failure", "not-a-pull-failure"};
  for (const auto& verdict : diagnose::diagnose(timeline).verdicts) {
    EXPECT_TRUE(healthy.count(verdict.cause) != 0)
        << fmt::format("{} ({}) of {}: {}", verdict.cause, verdict.rule, verdict.image, verdict.proof.empty() ? "" : verdict.proof[0].text);
  }
}

}  // namespace
}  // namespace unsnag
