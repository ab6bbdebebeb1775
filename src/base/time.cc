// SPDX-License-Identifier: Apache-2.0
// Times, durations and sizes. All of it reads decimal digits from a cursor; nothing here knows the local zone.
#include "base/time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace unsnag {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Go's zero time (0001-01-01) is outside, and rightly says nothing.
constexpr int k_first_year = 1970;
constexpr int k_last_year = 2150;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads from the beginning of a text; a failed read consumes nothing that matters, since callers give up.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest[i])) return std::nullopt;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
};

struct Clock {
  nanoseconds since_midnight{0};
  nanoseconds unit{seconds(1)};  // of the last printed digit
};

/// "10:11:12", "10:11:12.123", "10:11:12,123456" (dmesg --time-format iso). Digits beyond nanoseconds are dropped.
std::optional<Clock> take_clock(Cursor& in) {
  const auto hour = in.digits(2);
  if (!hour || !in.take(':')) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || !in.take(':')) return std::nullopt;
  const auto second = in.digits(2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  Clock clock;
  clock.since_midnight = hours(*hour) + minutes(*minute) + seconds(*second);
  if (in.rest.size() > 1 && (in.rest[0] == '.' || in.rest[0] == ',') && is_digit(in.rest[1])) {
    in.rest.remove_prefix(1);
    while (!in.rest.empty() && is_digit(in.rest[0])) {
      if (clock.unit.count() > 1) {
        clock.unit /= 10;
        clock.since_midnight += clock.unit * (in.rest[0] - '0');
      }
      in.rest.remove_prefix(1);
    }
  }
  return clock;
}

std::optional<SysTime> at_midnight(int year, int month, int day) {
  if (year < k_first_year || year > k_last_year) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return SysTime(std::chrono::sys_days(date));
}

Stamp stamp_without_year(SysTime midnight, const Clock& clock) { return {midnight + clock.since_midnight, clock.unit, false, false}; }

std::optional<int> take_month(Cursor& in) {
  const auto month = month_of(in.rest.substr(0, 3));
  if (month) in.rest.remove_prefix(3);
  return month;
}

/// "22", " 1", "1", after one blank.
std::optional<int> take_padded_day(Cursor& in) {
  if (!in.take(' ')) return std::nullopt;
  in.take(' ');
  if (in.rest.size() > 1 && is_digit(in.rest[0]) && is_digit(in.rest[1])) return in.digits(2);
  return in.digits(1);
}

/// Reads a zone; nullopt: none stands there, or only a name such as CEST, which means different things to
/// different people.
std::optional<nanoseconds> take_zone(Cursor& in) {
  if (in.take('Z')) return nanoseconds(0);
  Cursor ahead = in;
  ahead.take(' ');
  for (const std::string_view word : {"UTC", "GMT"}) {
    Cursor after = ahead;
    if (after.take(word) && (after.rest.empty() || after.rest[0] == ' ')) {
      in = after;
      return nanoseconds(0);
    }
  }
  if (ahead.rest.empty() || (ahead.rest[0] != '+' && ahead.rest[0] != '-')) return std::nullopt;
  const bool west = ahead.rest[0] == '-';
  ahead.rest.remove_prefix(1);
  const auto hour = ahead.digits(2);
  if (!hour || *hour > 15) return std::nullopt;
  Cursor colon = ahead;
  colon.take(':');
  const auto minute = colon.digits(2);
  if (minute && *minute < 60) ahead = colon;
  nanoseconds offset = hours(*hour) + minutes(minute && *minute < 60 ? *minute : 0);
  // Go's Time.String() adds the zone's name: "+0200 CEST".
  Cursor name = ahead;
  if (name.take(' ')) {
    std::size_t length = 0;
    while (length < name.rest.size() && name.rest[length] >= 'A' && name.rest[length] <= 'Z') ++length;
    if (length >= 3 && length <= 5 && (length == name.rest.size() || name.rest[length] == ' ')) {
      name.rest.remove_prefix(length);
      ahead = name;
    }
  }
  in = ahead;
  return west ? -offset : offset;
}

struct Unit {
  std::string_view name;
  nanoseconds length;
};

/// Adds `whole`.`fraction` units to `sum`. False: too long for nanoseconds.
bool add_units(std::int64_t& sum, std::int64_t whole, std::int64_t billionths, std::int64_t unit) {
  std::int64_t part = 0;
  if (__builtin_mul_overflow(whole, unit, &part)) return false;
  if (__builtin_add_overflow(sum, part, &sum)) return false;
  // A unit is below a second or a multiple of it, so neither product overflows: 1e9 * 1e6, 1e9 * 3.2e7.
  const std::int64_t second = 1'000'000'000;
  const std::int64_t more = unit >= second ? billionths * (unit / second) : billionths * unit / second;
  return !__builtin_add_overflow(sum, more, &sum);
}

struct Number {
  std::int64_t whole = 0;
  std::int64_t billionths = 0;
};

/// "88", "88.27", ".5". nullopt: no number, or too large.
std::optional<Number> take_number(Cursor& in) {
  Number number;
  bool any = false;
  while (!in.rest.empty() && is_digit(in.rest[0])) {
    if (__builtin_mul_overflow(number.whole, std::int64_t{10}, &number.whole)) return std::nullopt;
    if (__builtin_add_overflow(number.whole, std::int64_t{in.rest[0] - '0'}, &number.whole)) return std::nullopt;
    in.rest.remove_prefix(1);
    any = true;
  }
  if (in.rest.size() > 1 && in.rest[0] == '.' && is_digit(in.rest[1])) {
    in.rest.remove_prefix(1);
    std::int64_t unit = 1'000'000'000;
    while (!in.rest.empty() && is_digit(in.rest[0])) {
      unit /= 10;
      number.billionths += unit * (in.rest[0] - '0');
      in.rest.remove_prefix(1);
    }
    any = true;
  }
  if (!any) return std::nullopt;
  return number;
}

/// Letters, and the two signs that are written for micro: U+00B5 and U+03BC.
std::string_view take_unit(Cursor& in) {
  std::size_t length = 0;
  while (length < in.rest.size()) {
    const char c = in.rest[length];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) ++length;
    else if (in.rest.substr(length, 2) == "\xC2\xB5" || in.rest.substr(length, 2) == "\xCE\xBC") length += 2;
    else break;
  }
  const auto unit = in.rest.substr(0, length);
  in.rest.remove_prefix(length);
  return unit;
}

/// Numbers with units, one after another. `gaps`: blanks may stand between them, as in "1 min 30 s".
template <std::size_t N>
std::optional<nanoseconds> parse_units(std::string_view text, const std::array<Unit, N>& units, bool gaps, nanoseconds* smallest) {
  Cursor in{text};
  std::int64_t sum = 0;
  if (in.rest.empty()) return std::nullopt;
  while (!in.rest.empty()) {
    const auto number = take_number(in);
    if (!number) return std::nullopt;
    while (gaps && in.take(' ')) {}
    const auto name = take_unit(in);
    const auto unit = std::find_if(units.begin(), units.end(), [name](const Unit& u) { return u.name == name; });
    if (unit == units.end()) return std::nullopt;
    if (!add_units(sum, number->whole, number->billionths, unit->length.count())) return std::nullopt;
    if (smallest != nullptr) *smallest = unit->length;
    while (gaps && in.take(' ')) {}
  }
  return nanoseconds(sum);
}

// Names of Go's time.Duration, of systemd ("1min 30s") and of people. A month or year is never exact.
constexpr std::array<Unit, 23> k_duration_units = {{{"ns", nanoseconds(1)},
                                                    {"us", nanoseconds(1000)},
                                                    {"\xC2\xB5s", nanoseconds(1000)},
                                                    {"\xCE\xBCs", nanoseconds(1000)},
                                                    {"ms", nanoseconds(1'000'000)},
                                                    {"s", seconds(1)},
                                                    {"sec", seconds(1)},
                                                    {"secs", seconds(1)},
                                                    {"second", seconds(1)},
                                                    {"seconds", seconds(1)},
                                                    {"m", minutes(1)},
                                                    {"min", minutes(1)},
                                                    {"mins", minutes(1)},
                                                    {"minute", minutes(1)},
                                                    {"minutes", minutes(1)},
                                                    {"h", hours(1)},
                                                    {"hr", hours(1)},
                                                    {"hour", hours(1)},
                                                    {"hours", hours(1)},
                                                    {"d", days(1)},
                                                    {"day", days(1)},
                                                    {"days", days(1)},
                                                    {"milliseconds", nanoseconds(1'000'000)}}};

// apimachinery pkg/util/duration HumanDuration; its year has 365 days.
constexpr std::array<Unit, 5> k_age_units = {{{"s", seconds(1)}, {"m", minutes(1)}, {"h", hours(1)}, {"d", days(1)}, {"y", days(365)}}};

std::optional<nanoseconds> read_age(std::string_view text, nanoseconds* smallest) {
  return parse_units(text, k_age_units, false, smallest);
}

/// Seconds with as many fraction digits as they need, for units of 10^digits nanoseconds: "2.5".
std::string with_fraction(std::uint64_t count, int digits) {
  std::uint64_t scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  std::string out = fmt::format("{}", count / scale);
  if (count % scale != 0) {
    out += fmt::format(".{:0{}}", count % scale, digits);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out;
}

struct Civil {
  std::chrono::year_month_day date;
  std::uint64_t nanos;  // since midnight
};

Civil civil(SysTime at) {
  const auto midnight = std::chrono::floor<days>(at);
  return {std::chrono::year_month_day(midnight), static_cast<std::uint64_t>((at - midnight).count())};
}

}  // namespace

bool is_log_time(SysTime at) {
  constexpr std::chrono::sys_days k_begin{std::chrono::year(k_first_year) / 1 / 1}, k_end{std::chrono::year(k_last_year + 1) / 1 / 1};
  return at >= k_begin && at < k_end;
}

std::optional<Stamp> take_rfc3339(std::string_view& text) {
  Cursor in{text};
  const auto year = in.digits(4);
  const char dash = in.rest.empty() ? '\0' : in.rest[0];
  if (!year || (dash != '-' && dash != '/') || !in.take(dash)) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.take(dash)) return std::nullopt;
  const auto day = in.digits(2);
  if (!day || !(in.take('T') || in.take(' ') || in.take('t'))) return std::nullopt;
  const auto clock = take_clock(in);
  const auto midnight = at_midnight(*year, *month, *day);
  if (!clock || !midnight) return std::nullopt;
  Stamp stamp{*midnight + clock->since_midnight, clock->unit, true, true};
  if (const auto zone = take_zone(in)) *stamp.at -= *zone;
  else stamp.zone_known = false;
  if (!is_log_time(*stamp.at)) return std::nullopt;
  text = in.rest;
  return stamp;
}

std::optional<Stamp> parse_rfc3339(std::string_view text) {
  const auto stamp = take_rfc3339(text);
  if (!stamp) return std::nullopt;
  if (text.starts_with(" m=")) return stamp;  // Go's monotonic reading, in Time.String()
  if (!stamp->zone_known && text.size() > 3 && text[0] == ' ' &&
      std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    return stamp;  // a zone's name alone
  return text.empty() ? stamp : std::nullopt;
}

std::optional<Stamp> take_klog_time(std::string_view& text) {
  Cursor in{text};
  const auto month = in.digits(2);
  const auto day = in.digits(2);
  if (!month || !day || !in.take(' ')) return std::nullopt;
  const auto clock = take_clock(in);
  const auto midnight = at_midnight(k_no_year, *month, *day);
  if (!clock || !midnight) return std::nullopt;
  text = in.rest;
  return stamp_without_year(*midnight, *clock);
}

std::optional<Stamp> take_syslog_time(std::string_view& text) {
  Cursor in{text};
  const auto month = take_month(in);
  if (!month) return std::nullopt;
  const auto day = take_padded_day(in);
  if (!day || !in.take(' ')) return std::nullopt;
  const auto clock = take_clock(in);
  const auto midnight = at_midnight(k_no_year, *month, *day);
  if (!clock || !midnight) return std::nullopt;
  text = in.rest;
  return stamp_without_year(*midnight, *clock);
}

std::optional<Stamp> take_ctime(std::string_view& text) {
  Cursor in{text};
  static constexpr std::array<std::string_view, 7> k_days = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
  if (std::none_of(k_days.begin(), k_days.end(), [&in](std::string_view day) { return in.take(day); })) return std::nullopt;
  const auto month = take_month(in);
  if (!month) return std::nullopt;
  const auto day = take_padded_day(in);
  if (!day || !in.take(' ')) return std::nullopt;
  const auto clock = take_clock(in);
  if (!clock || !in.take(' ')) return std::nullopt;
  const auto year = in.digits(4);
  if (!year) return std::nullopt;
  const auto midnight = at_midnight(*year, *month, *day);
  if (!midnight) return std::nullopt;
  const auto at = *midnight + clock->since_midnight;
  if (!is_log_time(at)) return std::nullopt;
  text = in.rest;
  return Stamp{at, clock->unit, true, false};
}

std::optional<SysTime> in_year(SysTime at, int year) {
  const auto [date, nanos] = civil(at);
  const auto midnight =
      at_midnight(year, static_cast<int>(static_cast<unsigned>(date.month())), static_cast<int>(static_cast<unsigned>(date.day())));
  if (!midnight) return std::nullopt;
  return *midnight + nanoseconds(static_cast<std::int64_t>(nanos));
}

std::optional<int> month_of(std::string_view name) {
  static constexpr std::array<std::string_view, 12> k_months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < k_months.size(); ++i)
    if (name == k_months[i]) return static_cast<int>(i + 1);
  return std::nullopt;
}

std::optional<nanoseconds> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return nanoseconds(0);
  const auto span = parse_units(text, k_duration_units, true, nullptr);
  if (!span) return std::nullopt;
  return negative ? -*span : *span;
}

std::optional<nanoseconds> parse_age(std::string_view text) { return read_age(text, nullptr); }

nanoseconds age_uncertainty(std::string_view text) {
  nanoseconds smallest{0};
  return read_age(text, &smallest) ? smallest : nanoseconds(0);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  Cursor in{text};
  const auto number = take_number(in);
  if (!number) return std::nullopt;
  in.take(' ');
  auto unit = take_unit(in);
  if (!in.rest.empty()) return std::nullopt;
  std::uint64_t scale = 1;
  if (unit != "b" && unit != "B" && unit != "byte" && unit != "bytes" && unit != "Bytes" && !unit.empty()) {
    static constexpr std::string_view k_prefixes = "kmgtpe";
    const char letter = static_cast<char>(unit[0] | 0x20);
    const auto power = k_prefixes.find(letter);
    // "m" alone is Kubernetes' milli.
    if (power == std::string_view::npos || unit == "m") return std::nullopt;
    unit.remove_prefix(1);
    const bool binary = unit.starts_with('i');
    if (binary) unit.remove_prefix(1);
    if (!unit.empty() && unit != "B" && unit != "b") return std::nullopt;
    for (std::size_t i = 0; i <= power; ++i) scale *= binary ? 1024 : 1000;
  }
  std::uint64_t whole = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(number->whole), scale, &whole)) return std::nullopt;
  const long double part = static_cast<long double>(number->billionths) / 1e9L * static_cast<long double>(scale);
  if (__builtin_add_overflow(whole, static_cast<std::uint64_t>(std::llround(part)), &whole)) return std::nullopt;
  return whole;
}

std::string format_rfc3339(SysTime at) {
  const auto [date, nanos] = civil(at);
  std::string out = fmt::format("{:04}-{:02}-{:02}T{}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                static_cast<unsigned>(date.day()), format_clock(at));
  if (const auto fraction = nanos % 1'000'000'000; fraction != 0) {
    out += fmt::format(".{:09}", fraction);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + 'Z';
}

std::string format_clock(SysTime at) {
  const auto total = civil(at).nanos / 1'000'000'000;
  return fmt::format("{:02}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

std::string format_duration(nanoseconds span) {
  if (span.count() == 0) return "0s";
  const bool negative = span.count() < 0;
  // The smallest count has no positive twin, hence unsigned.
  const auto count = negative ? 0 - static_cast<std::uint64_t>(span.count()) : static_cast<std::uint64_t>(span.count());
  std::string out = negative ? "-" : "";
  if (count < 1000) return out + fmt::format("{}ns", count);
  if (count < 1'000'000) return out + with_fraction(count, 3) + "µs";
  if (count < 1'000'000'000) return out + with_fraction(count, 6) + "ms";
  const std::uint64_t minute = 60'000'000'000;
  if (count >= 60 * minute) out += fmt::format("{}h", count / (60 * minute));
  if (count >= minute) out += fmt::format("{}m", count / minute % 60);
  return out + with_fraction(count % minute, 9) + "s";
}

std::string format_short(nanoseconds span) {
  const bool negative = span.count() < 0;
  const auto count = negative ? 0 - static_cast<std::uint64_t>(span.count()) : static_cast<std::uint64_t>(span.count());
  const std::string sign = negative ? "-" : "";
  if (count == 0) return "0 s";
  if (count < 1'000'000) return sign + "<1 ms";
  if (count < 100'000'000) return sign + fmt::format("{} ms", count / 1'000'000);
  const std::uint64_t tenths = (count + 50'000'000) / 100'000'000;
  if (tenths < 100) return sign + with_fraction(tenths, 1) + " s";
  const std::uint64_t whole = (count + 500'000'000) / 1'000'000'000;
  if (whole < 120 && whole != 60) return sign + fmt::format("{} s", whole);
  const auto two = [&sign](std::uint64_t big, std::string_view name, std::uint64_t small, std::string_view small_name) {
    return sign + (small == 0 ? fmt::format("{} {}", big, name) : fmt::format("{} {} {} {}", big, name, small, small_name));
  };
  if (whole < 600) return two(whole / 60, "min", whole % 60, "s");
  const std::uint64_t minute = whole / 60;
  if (minute < 60) return two(minute, "min", 0, "");
  if (minute < 48 * 60) return two(minute / 60, "h", minute % 60, "min");
  return two(minute / (24 * 60), "d", minute / 60 % 24, "h");
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  static constexpr std::array<std::string_view, 6> k_units = {"kB", "MB", "GB", "TB", "PB", "EB"};
  std::uint64_t scale = 1000;
  for (std::size_t i = 0;; ++i, scale *= 1000) {
    // Rounded first, so that 999 960 is 1 MB and not 1000 kB.
    const std::uint64_t tenths = bytes / (scale / 10) + (bytes % (scale / 10) >= scale / 20 ? 1 : 0);
    if (tenths < 10'000 || i + 1 == k_units.size()) return with_fraction(tenths, 1) + ' ' + std::string(k_units[i]);
  }
}

}  // namespace unsnag
