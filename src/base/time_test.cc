// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <string>

#include <gtest/gtest.h>

namespace unsnag {
namespace {

using namespace std::chrono_literals;

TEST(Time, Rfc3339AndItsRelatives) {
  struct Case {
    std::string_view text;
    std::string_view utc;
    nanoseconds unit;
    bool zone;
  };
  const Case cases[] = {
      {"2026-11-24T07:07:49.148751819Z", "2026-11-24T07:07:49.148751819Z", 1ns, true},
      {"2022-04-23T07:20:17.99-04:00", "2022-04-23T11:20:17.99Z", 10ms, true},
      {"2026-08-22 10:11:12.123 +0200 CEST", "2026-08-22T08:11:12.123Z", 1ms, true},
      {"2026-08-22 10:11:12.123 +0200 CEST m=+0.5", "2026-08-22T08:11:12.123Z", 1ms, true},
      {"2026-08-22T10:11:12+0000", "2026-08-22T10:11:12Z", 1s, true},
      {"2026-08-22 10:11:12 UTC", "2026-08-22T10:11:12Z", 1s, true},
      {"2026-08-22T10:11:12,123456+02:00", "2026-08-22T08:11:12.123456Z", 1us, true},
      {"2021/05/18 09:26:18", "2021-05-18T09:26:18Z", 1s, false},
      {"2026-08-22 10:11:12 CEST", "2026-08-22T10:11:12Z", 1s, false},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", 1s, true},
      {"2026-01-01T00:30:00+05:45", "2025-12-31T18:45:00Z", 1s, true},
      {"2026-11-24T07:07:49.1487518191234Z", "2026-11-24T07:07:49.148751819Z", 1ns, true},
  };
  for (const auto& c : cases) {
    const auto stamp = parse_rfc3339(c.text);
    ASSERT_TRUE(stamp && stamp->at) << c.text;
    EXPECT_EQ(format_rfc3339(*stamp->at), c.utc) << c.text;
    EXPECT_EQ(stamp->uncertainty, c.unit) << c.text;
    EXPECT_EQ(stamp->zone_known, c.zone) << c.text;
    EXPECT_TRUE(stamp->year_known);
  }
  for (const std::string_view text :
       {"", "2026-11-24", "2026-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2026-11-24T24:00:00Z", "0001-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z", "1678-01-01T00:00:00Z", "2261-12-31T00:00:00Z", "1970-01-01T00:00:00+01:00", "2150-12-31T23:59:60Z",
        "2026-11-24T07:07:49Zx", "1.2.3", "2026-11-24T07:07"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Time, TakingLeavesTheRest) {
  std::string_view text = "2021/05/18 09:26:18 [crit] x";
  ASSERT_TRUE(take_rfc3339(text));
  EXPECT_EQ(text, " [crit] x");
  EXPECT_FALSE(take_rfc3339(text));
  EXPECT_EQ(text, " [crit] x");
}

TEST(Time, KlogAndSyslogHaveNoYear) {
  std::string_view text = "0820 05:41:26.087058    3267 a.go:1] x";
  auto stamp = take_klog_time(text);
  ASSERT_TRUE(stamp);
  EXPECT_EQ(format_rfc3339(*stamp->at), "1972-08-20T05:41:26.087058Z");
  EXPECT_EQ(stamp->uncertainty, 1us);
  EXPECT_FALSE(stamp->year_known);
  EXPECT_FALSE(stamp->zone_known);
  EXPECT_EQ(text, "    3267 a.go:1] x");
  EXPECT_EQ(in_year(*stamp->at, 2024), parse_rfc3339("2024-08-20T05:41:26.087058Z")->at);

  text = "Aug  1 10:14:21 node-a kubelet[1]: x";
  stamp = take_syslog_time(text);
  ASSERT_TRUE(stamp);
  EXPECT_EQ(format_rfc3339(*stamp->at), "1972-08-01T10:14:21Z");
  EXPECT_FALSE(stamp->year_known);
  EXPECT_EQ(text, " node-a kubelet[1]: x");

  text = "Aug 01 10:14:21.5 node-a";
  EXPECT_TRUE(take_syslog_time(text));
  for (const std::string_view no : {"1320 05:41:26.0", "0820", "0431 00:00:00", "Aug 32 10:14:21", "Avg 01 10:14:21", "Aug 1"}) {
    text = no;
    EXPECT_FALSE(take_klog_time(text)) << no;
    EXPECT_FALSE(take_syslog_time(text)) << no;
  }
}

TEST(Time, YearsShiftByTheCalendarNotByDays) {
  std::string_view text = "0301 00:00:00.000000";
  const auto march = take_klog_time(text);
  ASSERT_TRUE(march);
  EXPECT_EQ(in_year(*march->at, 2024), parse_rfc3339("2024-03-01T00:00:00Z")->at);
  EXPECT_EQ(in_year(*march->at, 2023), parse_rfc3339("2023-03-01T00:00:00Z")->at);
  EXPECT_FALSE(in_year(*march->at, 2151));
}

TEST(Time, ADayThatAYearHasNotIsNotMovedToAnother) {
  std::string_view text;
  text = "0229 01:00:00.000000";
  const auto leap = take_klog_time(text);
  ASSERT_TRUE(leap);
  EXPECT_EQ(in_year(*leap->at, 2024), parse_rfc3339("2024-02-29T01:00:00Z")->at);
  EXPECT_FALSE(in_year(*leap->at, 2023));
}

TEST(Time, CtimeHasAYearButNoZone) {
  std::string_view text = "Sat Aug 22 10:11:12 2026] oom";
  const auto stamp = take_ctime(text);
  ASSERT_TRUE(stamp);
  EXPECT_EQ(format_rfc3339(*stamp->at), "2026-08-22T10:11:12Z");
  EXPECT_TRUE(stamp->year_known);
  EXPECT_FALSE(stamp->zone_known);
  EXPECT_EQ(text, "] oom");
}

TEST(Time, Durations) {
  struct Case {
    std::string_view text;
    nanoseconds span;
  };
  const Case cases[] = {{"1m2.5s", 62500ms},
                        {"250ms", 250ms},
                        {"1h0m0s", 1h},
                        {"90µs", 90us},
                        {"90μs", 90us},
                        {"0", 0ns},
                        {"0s", 0ns},
                        {"10 seconds", 10s},
                        {"1min 30s", 90s},
                        {"-1.5h", -90min},
                        {"1.200000000s", 1200ms},
                        {"49.18401355s", 49184013550ns},
                        {"2 hours 3 minutes", 123min},
                        {".5s", 500ms}};
  for (const auto& c : cases) EXPECT_EQ(parse_duration(c.text), c.span) << c.text;
  for (const std::string_view no : {"", "10", "s", "10 parsecs", "1m 2", "99999999999999999999s", "9999999999h", "1..5s", "-", "5s;"})
    EXPECT_FALSE(parse_duration(no)) << no;
}

TEST(Time, AgesAreAsExactAsTheirSmallestPart) {
  struct Case {
    std::string_view text;
    nanoseconds age, unit;
  };
  const Case cases[] = {{"17s", 17s, 1s}, {"2m40s", 160s, 1s}, {"5d3h", 123h, 1h}, {"12m", 12min, 1min}, {"2y30d", 24h * 760, 24h}};
  for (const auto& c : cases) {
    EXPECT_EQ(parse_age(c.text), c.age) << c.text;
    EXPECT_EQ(age_uncertainty(c.text), c.unit) << c.text;
  }
  for (const std::string_view no : {"<unknown>", "<invalid>", "", "5", "kubelet", "5 m", "3ms"}) {
    EXPECT_FALSE(parse_age(no)) << no;
    EXPECT_EQ(age_uncertainty(no), 0ns);
  }
}

TEST(Time, Sizes) {
  struct Case {
    std::string_view text;
    std::uint64_t bytes;
  };
  const Case cases[] = {{"88.27MB", 88'270'000},
                        {"1.5 GiB", 1'610'612'736},
                        {"512 kB", 512'000},
                        {"41045978", 41'045'978},
                        {"136.0b", 136},
                        {"0B", 0},
                        {"10Gi", 10'737'418'240},
                        {"299kB", 299'000},
                        {"41045978 bytes", 41'045'978},
                        {"1.2K", 1200},
                        {"9EB", 9'000'000'000'000'000'000u}};
  for (const auto& c : cases) EXPECT_EQ(parse_size(c.text), c.bytes) << c.text;
  for (const std::string_view no : {"", "MB", "12 parsecs", "100m", "99EB", "1.2.3", "10 GiBs", "88.27MB/88.27MB"})
    EXPECT_FALSE(parse_size(no)) << no;
}

TEST(Time, DurationsAsGoPrintsThem) {
  const std::pair<nanoseconds, std::string_view> cases[] = {
      {0ns, "0s"},         {1ns, "1ns"},   {1500ns, "1.5µs"}, {250ms, "250ms"},
      {62500ms, "1m2.5s"}, {1h, "1h0m0s"}, {-90s, "-1m30s"},  {nanoseconds::min(), "-2562047h47m16.854775808s"}};
  for (const auto& [span, text] : cases) EXPECT_EQ(format_duration(span), text);
}

TEST(Time, DurationsForPeople) {
  const std::pair<nanoseconds, std::string_view> cases[] = {
      {0ns, "0 s"},  {5us, "<1 ms"},    {12ms, "12 ms"}, {400ms, "0.4 s"},     {1500ms, "1.5 s"}, {2s, "2 s"},
      {62s, "62 s"}, {60s, "1 min"},    {5min, "5 min"}, {160s, "2 min 40 s"}, {754s, "12 min"},  {123min, "2 h 3 min"},
      {72h, "3 d"},  {100h, "4 d 4 h"}, {-62s, "-62 s"}, {9960ms, "10 s"}};
  for (const auto& [span, text] : cases) EXPECT_EQ(format_short(span), text);
}

TEST(Time, SizesForPeople) {
  const std::pair<std::uint64_t, std::string_view> cases[] = {{0, "0 B"},
                                                              {999, "999 B"},
                                                              {1000, "1 kB"},
                                                              {88'270'000, "88.3 MB"},
                                                              {999'949, "999.9 kB"},
                                                              {999'950, "1 MB"},
                                                              {87'000'000, "87 MB"},
                                                              {18446744073709551615u, "18.4 EB"}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(format_size(bytes), text);
}

TEST(Time, ClockIsOfTheDay) {
  EXPECT_EQ(format_clock(*parse_rfc3339("2020-03-18T06:17:02.9Z")->at), "06:17:02");
  EXPECT_EQ(format_clock(SysTime(-1ns)), "23:59:59");
}

}  // namespace
}  // namespace unsnag
