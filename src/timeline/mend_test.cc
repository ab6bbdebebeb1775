// SPDX-License-Identifier: Apache-2.0
#include "timeline/mend.h"

#include <gtest/gtest.h>

namespace unsnag::timeline {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const SysTime k_start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + hours(7);

Stamp utc(nanoseconds after) {
  Stamp stamp;
  stamp.at = k_start + after;
  return stamp;
}
Stamp local(nanoseconds after) {
  auto stamp = utc(after);
  stamp.zone_known = false;
  return stamp;
}

TEST(ZoneMender, FindsTheZoneFromMomentsThatBothTell) {
  ZoneMender mender;
  mender.compare({utc(seconds(0)), local(hours(3) + milliseconds(20)), utc(seconds(47)), local(hours(3) + seconds(48))});
  ASSERT_TRUE(mender.offset());
  EXPECT_EQ(*mender.offset(), -hours(3));
  auto stamp = local(hours(3) + minutes(10));
  mender.mend(stamp);
  EXPECT_EQ(stamp.at, k_start + minutes(10));
  EXPECT_TRUE(stamp.zone_known);
}

TEST(ZoneMender, HalfHoursAreZonesToo) {
  ZoneMender mender;
  mender.compare({utc(seconds(0)), utc(seconds(70)), local(hours(5) + minutes(30)), local(hours(5) + minutes(30) + seconds(70))});
  EXPECT_EQ(mender.offset(), -(hours(5) + minutes(30)));
}

TEST(ZoneMender, LocalTimeThatIsUtcStays) {
  ZoneMender mender;
  mender.compare({utc(seconds(0)), local(seconds(0)), utc(minutes(15)), local(minutes(30))});
  EXPECT_EQ(mender.offset(), nanoseconds{0});
}

TEST(ZoneMender, OneLikenessOrNoneIsNoProof) {
  ZoneMender mender;
  mender.compare({utc(seconds(0)), local(hours(3))});
  EXPECT_FALSE(mender.offset());
  auto stamp = local(hours(3));
  mender.mend(stamp);
  EXPECT_EQ(stamp.at, k_start + hours(3));
  EXPECT_FALSE(stamp.zone_known);
}

TEST(YearMender, NothingDatedMeansNoYear) {
  YearMender mender;
  Stamp stamp;
  stamp.at = SysTime(hours(24 * 100));
  stamp.year_known = false;
  mender.mend(stamp);
  EXPECT_FALSE(stamp.year_known);
}

}  // namespace
}  // namespace unsnag::timeline
