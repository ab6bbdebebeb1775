// SPDX-License-Identifier: Apache-2.0
// What log time stamps lack: klog and syslog print no year and no zone. The rest of the evidence often has both, so
// the missing part is found by laying them side by side; nothing is made up where nothing tells.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"

namespace unsnag::timeline {

/// A date. A time without a year is none, nor is that of a recording with a clock of its own, which begins in 1970
/// (readers say so by a zone that is not known).
bool is_calendar(const Stamp& stamp);

/// Puts a year on stamps that have none: the one that brings them nearest to the evidence's dated lines, before or after
/// (a `describe` may have nothing dated but a start two weeks before the log). Where two years fit, they stay without.
class YearMender {
 public:
  void see(const Stamp& stamp);
  /// To be called when all were seen.
  void mend(Stamp& stamp);

 private:
  [[nodiscard]] std::optional<int> year_of(std::chrono::sys_days day) const;

  std::set<std::chrono::sys_days> dated_;
  std::optional<std::chrono::sys_days> last_seen_;
  std::map<std::chrono::sys_days, std::optional<int>> years_;  // what year_of said
};

/// How far one clock's local stamps are from UTC, found from moments that both kinds of stamps tell of (a pull's begin or end as
/// kubelet's klog and as containerd or the API server print it).
class ZoneMender {
 public:
  /// Moments of one kind about one image, whose years are mended.
  void compare(const std::vector<Stamp>& stamps);
  /// To be called when all were compared: moves a local stamp to UTC. Leaves it alone when nothing tells.
  void mend(Stamp& stamp) const;
  /// What to add to a local stamp, once known.
  [[nodiscard]] std::optional<nanoseconds> offset() const;

 private:
  static constexpr int k_quarters = 4 * 14;  // zones lie within ±14 h, on quarters of an hour
  int votes_[2 * k_quarters + 1] = {};
};

}  // namespace unsnag::timeline
