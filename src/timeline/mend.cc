// SPDX-License-Identifier: Apache-2.0
#include "timeline/mend.h"

#include <algorithm>

namespace unsnag::timeline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds k_same_moment{3};

/// A recording with its own clock is neither local nor UTC.
bool is_calendar(const Stamp& stamp) { return stamp.at && *stamp.at > SysTime(std::chrono::hours(24 * 365)); }

}  // namespace

void YearMender::see(const Stamp& stamp) {
  if (stamp.at && stamp.year_known && (!newest_ || *stamp.at > *newest_)) newest_ = stamp.at;
}

void YearMender::mend(Stamp& stamp) const {
  if (!stamp.at || stamp.year_known || !newest_) return;
  using namespace std::chrono;
  const year_month_day newest_date{floor<days>(*newest_)};
  const auto day = floor<days>(*stamp.at);
  const year_month_day date{day};
  for (const auto back : {years{0}, years{1}}) {
    const year_month_day candidate{newest_date.year() - back, date.month(), date.day()};
    if (!candidate.ok()) continue;
    const SysTime moved = sys_days{candidate} + (*stamp.at - day);
    // A day of grace: the stamp may be local time.
    if (moved > *newest_ + days{1}) continue;
    stamp.at = moved;
    stamp.year_known = true;
    return;
  }
}

void ZoneMender::compare(const std::vector<Stamp>& stamps) {
  for (const auto& local : stamps) {
    if (!is_calendar(local) || local.zone_known || !local.year_known) continue;
    for (const auto& utc : stamps) {
      if (!is_calendar(utc) || !utc.zone_known) continue;
      const auto apart = *utc.at - *local.at;
      const auto quarter = std::chrono::round<std::chrono::duration<int, std::ratio<900>>>(apart);
      if (std::abs(quarter.count()) > k_quarters || std::chrono::abs(apart - quarter) > k_same_moment) continue;
      ++votes_[quarter.count() + k_quarters];
    }
  }
}

std::optional<nanoseconds> ZoneMender::offset() const {
  // Retries that come every quarter of an hour could fool it; where UTC fits at all, UTC it is.
  if (votes_[k_quarters] > 0) return nanoseconds{0};
  const auto* best = std::max_element(std::begin(votes_), std::end(votes_));
  if (*best < 2 || std::count(std::begin(votes_), std::end(votes_), *best) > 1) return std::nullopt;
  return minutes(15) * (best - std::begin(votes_) - k_quarters);
}

void ZoneMender::mend(Stamp& stamp) const {
  if (!is_calendar(stamp) || stamp.zone_known) return;
  const auto by = offset();
  if (!by) return;
  *stamp.at += *by;
  stamp.zone_known = true;
}

}  // namespace unsnag::timeline
