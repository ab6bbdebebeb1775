// SPDX-License-Identifier: Apache-2.0
#include "timeline/mend.h"

#include <algorithm>

namespace unsnag::timeline {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds k_same_moment{3};

constexpr days k_year{366};   // a stamp that is further from all dated lines belongs to none of them
constexpr days k_as_near{7};  // a year that brings it so little further away, or half as far again, fits as well
constexpr days k_recent{30};

}  // namespace

bool is_calendar(const Stamp& stamp) {
  constexpr std::chrono::sys_days k_second_year{std::chrono::year{1971} / 1 / 1};
  return stamp.at && stamp.year_known && *stamp.at >= k_second_year;
}

void YearMender::see(const Stamp& stamp) {
  if (!is_calendar(stamp)) return;
  const auto day = std::chrono::floor<days>(*stamp.at);
  if (day == last_seen_) return;  // lines come in order, mostly
  last_seen_ = day;
  if (dated_.insert(day).second) years_.clear();
}

void YearMender::mend(Stamp& stamp) {
  if (!stamp.at || stamp.year_known || dated_.empty()) return;
  const auto [known, is_new] = years_.try_emplace(std::chrono::floor<days>(*stamp.at));
  if (is_new) known->second = year_of(known->first);
  if (!known->second) return;
  stamp.at = in_year(*stamp.at, *known->second);
  stamp.year_known = true;
}

std::optional<int> YearMender::year_of(std::chrono::sys_days day) const {
  struct Fit {
    int year;
    days apart, from_newest;  // from the nearest dated line, and from the newest one
  };
  std::vector<Fit> fits;
  const auto year_at = [](std::chrono::sys_days at) { return static_cast<int>(std::chrono::year_month_day(at).year()); };
  for (int year = year_at(*dated_.begin()) - 1; year <= year_at(*dated_.rbegin()) + 1; ++year) {
    const auto at = in_year(day, year);
    if (!at) continue;
    const auto there = std::chrono::floor<days>(*at);
    const auto after = dated_.lower_bound(there);
    auto apart = days::max();
    if (after != dated_.end()) apart = *after - there;
    if (after != dated_.begin()) apart = std::min(apart, there - *std::prev(after));
    if (apart <= k_year) fits.push_back({year, apart, std::chrono::abs(*dated_.rbegin() - there)});
  }
  if (fits.empty()) return std::nullopt;
  const auto nearest = std::min_element(fits.begin(), fits.end(), [](const Fit& a, const Fit& b) { return a.apart < b.apart; })->apart;
  const auto is_worse = [&](const Fit& fit) { return fit.apart > nearest + nearest / 2 + k_as_near; };
  fits.erase(std::remove_if(fits.begin(), fits.end(), is_worse), fits.end());
  // Objects keep dates of years ago; logs are of the time when the evidence was gathered.
  const auto& last = *std::min_element(fits.begin(), fits.end(), [](const Fit& a, const Fit& b) { return a.from_newest < b.from_newest; });
  if (fits.size() > 1 && last.from_newest > k_recent) return std::nullopt;
  return last.year;
}

void ZoneMender::compare(const std::vector<Stamp>& stamps) {
  for (const auto& local : stamps) {
    if (!is_calendar(local) || local.zone_known) continue;
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
