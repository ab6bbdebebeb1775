// SPDX-License-Identifier: Apache-2.0
// kubelet's back-off between image pulls: when a pod in ImagePullBackOff is tried again. The wait is 10 s after the first
// failure and doubles to 300 s; neither is a setting. It is kept per pod UID and image, so that a new pod starts afresh.
// kubelet's own limiter counts ("pull QPS exceeded" is a failed pull); an invalid image name or an image that must not be
// pulled is not.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "timeline/timeline.h"

namespace unsnag::watch {

inline constexpr nanoseconds k_first_delay = std::chrono::seconds{10};     // imageBackOffPeriod
inline constexpr nanoseconds k_longest_delay = std::chrono::seconds{300};  // MaxImageBackOff

/// client-go's flowcontrol.Backoff for one key, as kubelet makes it: without the jitter that the library offers.
class BackOff {
 public:
  /// A pull failed at `now`: doubles the delay, or starts again when the last failure is more than twice the longest
  /// delay ago. That happens by itself when each pull takes long: failing after 6 minutes and waiting 5 is enough.
  void next(SysTime now);
  /// IsInBackOffSinceUpdate: a pull at `now` is refused with ImagePullBackOff.
  [[nodiscard]] bool is_in_back_off(SysTime now) const;
  [[nodiscard]] nanoseconds delay() const { return delay_; }     // 0 before the first failure
  [[nodiscard]] unsigned failures() const { return failures_; }  // since it last started again

 private:
  nanoseconds delay_{0};
  SysTime last_{};
  unsigned failures_ = 0;
};

/// The wait after that many failures in a row: 10 s, 20 s, 40 s, 80 s, 160 s, 300 s, 300 s …; 0 for none.
nanoseconds delay_after(unsigned failures);

struct NextTry {
  nanoseconds delay{0};
  SysTime earliest;        // the back-off is over
  SysTime latest;          // kubelet has looked at the pod again by then, unless other pulls keep it waiting: the pod's
                           // containers are pulled one after another, and so are all of the node's unless
                           // serializeImagePulls is false
  bool zone_known = true;  // of both moments, as of the failure's
};

/// When the next pull begins. kubelet does not wake up for it: it looks at a failing pod every 10 to 15 s
/// (pod_workers.go: backOffPeriod, jitter factor 0.5) and pulls at the first look after the delay. In 50 recorded cases
/// (kubelet 1.34.4, 1.36.3) the second pull began 10.6 to 17.7 s after the first one failed.
/// `failures`: in a row, the last one included; at least 1.
NextTry next_retry(SysTime last_failure, unsigned failures);

/// The same from the times of all known failures of one pod's image, in any order. nullopt: there are none.
std::optional<NextTry> next_retry(std::vector<SysTime> failures);

/// Failures in a row that a timeline tells of, the last one included: attempts that failed or were cancelled, of a known
/// year or not, and rows that stand for more failures than there are attempts. 0: it tells of none, or several pods share
/// the image (each has a back-off of its own).
unsigned failures_in(const timeline::Pull& pull);

/// The same from a timeline. nullopt when the failed attempts' ends have no time or year, or when several pods share the
/// image.
std::optional<NextTry> next_retry(const timeline::Pull& pull);

/// A row of an event table, "x4 over 11m".
struct EventRow {
  enum class What : std::uint8_t {
    failed,    // "Failed to pull image …": each is one failure
    pulling,   // "Pulling image …": each but a running last one became a failure
    back_off,  // "Back-off pulling image …": one for each look at the pod, so the count says nothing
  } what;
  std::uint32_t count = 1;
  nanoseconds span{0};  // from the first to the last
  SysTime last;
};

/// What one line or more of a failed pull tell, as a row: the line that stands for most of them says how many.
EventRow row_of(const timeline::Noted& noted);

/// Failures in a row that a `failed` row tells of; fewer than its count where they came so seldom that the back-off must
/// have started again.
unsigned failures_in(const EventRow& row);

/// From a `failed` row. It says too little when kubelet's events were rate-limited or older than the API server keeps
/// them (1 h): the delay is then a lower bound below 300 s. nullopt for other rows and for a count of 0.
std::optional<NextTry> next_retry(const EventRow& row);

/// How many pulls have failed when the first failure is `since` ago, if each fails within `duration`; for evidence that
/// has only back-off rows. From the latest to the earliest that the waits allow. At most k_most failures are counted.
struct Range {
  unsigned least = 0, most = 0;
};
Range failures_within(nanoseconds since, nanoseconds duration);
inline constexpr unsigned k_most = 100'000;

}  // namespace unsnag::watch
