// SPDX-License-Identifier: Apache-2.0
// What log time stamps lack: klog and syslog print no year and no zone. The rest of the evidence often has both, so
// the missing part is found by laying them side by side; nothing is made up where nothing tells.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"

namespace unsnag::timeline {

/// Puts a year on stamps that have none: the year of the newest dated line of the evidence, or the one before if that
/// would lie in its future.
class YearMender {
 public:
  void see(const Stamp& stamp);
  void mend(Stamp& stamp) const;

 private:
  std::optional<SysTime> newest_;
};

/// How far local stamps are from UTC, found from moments that both kinds of stamps tell of (a pull's begin or end as
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
