// SPDX-License-Identifier: Apache-2.0
// Points in time, durations and byte counts as programs print them. Logs live by this: it parses exactly what
// stands there, never guesses a year or a zone, and says how exact the value is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace unsnag {

using std::chrono::nanoseconds;
using SysTime = std::chrono::sys_time<nanoseconds>;

/// When something happened, as far as the evidence says.
struct Stamp {
  std::optional<SysTime> at;   // nullopt: the evidence does not say
  nanoseconds uncertainty{0};  // the true time lies within at .. at + uncertainty
  bool year_known = true;      // klog and syslog print none: `at` then lies in k_no_year
  bool zone_known = true;      // false: local time of an unknown zone, read as if it were UTC
};

/// Where a time without a year is kept: a leap year, since it may be 29 February.
inline constexpr int k_no_year = 1972;

/// No log is older or will be read later. A thing outside 1970 to 2150 is no log's time, and nothing below yields it; so
/// the difference of any two stamps, and either end of a span between them, fits into nanoseconds.
bool is_log_time(SysTime at);

/// "2026-11-24T07:07:49.148751819Z", "2022-04-23T07:20:17.99-04:00", "2026-08-22 10:11:12.123 +0200 CEST",
/// "2026-08-22T10:11:12+0000". The uncertainty is one unit of the last printed digit. nullopt: not such a time.
std::optional<Stamp> parse_rfc3339(std::string_view text);

/// The forms below read a time at the beginning of `text` and take it off; otherwise `text` stays as it is.
/// As parse_rfc3339; also "2021/05/18 09:26:18" (Go's log, nginx) and times without a zone (zone_known = false).
std::optional<Stamp> take_rfc3339(std::string_view& text);
/// klog's "0820 05:41:26.087058": neither year nor zone.
std::optional<Stamp> take_klog_time(std::string_view& text);
/// syslog's and journalctl's "Aug 20 05:41:26" or "Aug  1 05:41:26.123456": neither year nor zone.
std::optional<Stamp> take_syslog_time(std::string_view& text);
/// ctime's "Sat Aug 22 10:11:12 2026" (dmesg -T): zone_known = false.
std::optional<Stamp> take_ctime(std::string_view& text);
/// The same moment of another year, for stamps whose year_known is false: month, day and clock stay. nullopt: a day that
/// this year has not, or a year that is no log's.
std::optional<SysTime> in_year(SysTime at, int year);

/// "Jan" → 1, "Dec" → 12. nullopt: no such month.
std::optional<int> month_of(std::string_view name);

/// Go's time.Duration ("1m2.5s", "250ms", "1h0m0s", "90µs") and words ("10 seconds", "1min 30s"). nullopt: neither;
/// a number without unit (but 0) is neither.
std::optional<nanoseconds> parse_duration(std::string_view text);

/// kubectl's age: "17s", "2m40s", "5d3h", "<unknown>" (nullopt). Its uncertainty is one unit of the smallest part.
std::optional<nanoseconds> parse_age(std::string_view text);
nanoseconds age_uncertainty(std::string_view text);  // 0 for what parse_age does not read

/// "88.27MB" (decimal, as Docker prints), "1.5 GiB", "512 kB", "41045978". nullopt: no such size.
std::optional<std::uint64_t> parse_size(std::string_view text);

std::string format_rfc3339(SysTime at);         // UTC with Z, no more fraction digits than needed
std::string format_clock(SysTime at);           // "06:17:02"
std::string format_duration(nanoseconds span);  // "1m2.5s" as Go prints it
std::string format_short(nanoseconds span);     // for people: "62 s", "5 min", "2 h 3 min", "0.4 s"
std::string format_size(std::uint64_t bytes);   // "88.3 MB", decimal

}  // namespace unsnag
