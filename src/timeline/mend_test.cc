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

/// A stamp without a year, and what the mender makes of it beside these dated days; "" stays without a year.
std::string mended(std::string_view text, std::initializer_list<std::string_view> dated) {
  YearMender mender;
  for (const auto one : dated) mender.see(*parse_rfc3339(one));
  auto stamp = *parse_rfc3339(text);
  stamp.at = in_year(*stamp.at, k_no_year);
  stamp.year_known = false;
  mender.mend(stamp);
  return stamp.year_known ? format_rfc3339(*stamp.at).substr(0, 10) : "";
}

TEST(YearMender, TakesTheYearThatIsNearestToTheDatedLines) {
  struct Case {
    std::string_view name, stamp;
    std::initializer_list<std::string_view> dated;
    std::string_view day;
  };
  const Case cases[] = {
      {"same day", "2000-11-24T10:00:00Z", {"2026-11-24T10:00:00Z"}, "2026-11-24"},
      {"the newest dated line is older", "2000-11-24T10:00:05Z", {"2026-11-10T07:27:40Z"}, "2026-11-24"},
      {"across the turn of the year, before", "2000-12-30T10:00:00Z", {"2026-01-02T10:00:00Z"}, "2025-12-30"},
      {"across the turn of the year, after", "2000-01-02T10:00:00Z", {"2026-12-30T10:00:00Z"}, "2027-01-02"},
      {"half a year away both fit", "2000-06-01T10:00:00Z", {"2026-11-24T10:00:00Z"}, ""},
      {"of a long log", "2000-06-01T10:00:00Z", {"2026-01-10T10:00:00Z", "2026-05-24T10:00:00Z", "2026-11-24T10:00:00Z"}, "2026-06-01"},
      {"a state of long ago", "2000-11-24T10:00:00Z", {"2024-01-01T00:00:00Z", "2026-11-10T10:00:00Z"}, "2026-11-24"},
      {"a state of a year ago", "2000-11-22T10:00:00Z", {"2025-11-20T00:00:00Z", "2026-11-24T10:00:00Z"}, "2026-11-22"},
      {"two years, both long ago", "2000-11-22T10:00:00Z", {"2024-11-20T00:00:00Z", "2025-11-20T00:00:00Z", "2026-07-24T10:00:00Z"}, ""},
      {"29 February", "2024-02-29T10:00:05Z", {"2024-02-29T10:00:00Z"}, "2024-02-29"},
      {"29 February from 1 March", "2024-02-29T23:59:59Z", {"2024-03-01T00:00:00Z"}, "2024-02-29"},
      {"29 February, no leap year near", "2024-02-29T10:00:05Z", {"2026-02-28T10:00:00Z"}, ""},
      {"a recording's own clock is no date", "2000-01-01T00:00:10Z", {"1970-01-01T00:00:05Z"}, ""},
  };
  for (const auto& c : cases) EXPECT_EQ(mended(c.stamp, c.dated), c.day) << c.name;
}

}  // namespace
}  // namespace unsnag::timeline
