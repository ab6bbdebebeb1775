// SPDX-License-Identifier: Apache-2.0
// Whether a runtime's watchdog cancels a pull, when, and with which limit it would not have. All of it is a pure
// function of the recorded reports, so that a verdict can be reproduced from the evidence. The looks decide: a watchdog
// that looks every 10 s lets a silence of 65 s pass a limit of 60 s when its ticks fall badly for it.
#pragma once

#include "watch/rule.h"
#include "watch/stream.h"

namespace unsnag::watch {

enum class Fate : std::uint8_t {
  ended,    // the pull was over before the limit was reached
  running,  // neither over nor cancelled at `now`
  cancelled,
  not_watched,  // the limit is 0 and that means "off"
  hung,         // the limit is 0, and that version then never returns from PullImage
};

struct Verdict {
  Fate fate = Fate::running;
  /// cancelled: when, on the stream's clock. running: when it will be, if nothing more is reported; nullopt: never,
  /// since the rule counts nothing now (idle, below the first MiB, spared).
  std::optional<nanoseconds> cancels_at;
  std::uint64_t look = 0;                  // number of the look that cancels, from 1; 0: a plain timer, or no cancel
  std::optional<std::size_t> last_report;  // index of what the rule last took for progress; it need not be guilty
  nanoseconds silent_for{0};               // as the rule reckons it at the cancel, at the pull's end or at `now`
  /// The limit was met or missed by less than the evidence can tell (k_jitter, or the stream's `sampled_every`): the
  /// cancel may as well come one look later, or not at all.
  bool on_the_edge = false;
};

/// How late a Go ticker and its goroutine come. Recorded looks were up to 18 ms late; equal silences and limits
/// were cancelled each time.
inline constexpr nanoseconds k_jitter = std::chrono::milliseconds{50};

/// Replays `stream` through `rule`, whose `limit` is the value in force, as things stood at `now` (on the stream's clock).
Verdict judge(const Stream& stream, const Rule& rule, nanoseconds now);

struct Deadline {
  enum class Kind : std::uint8_t {
    enough,    // this limit would have let the pull through
    at_least,  // the pull was cut off or is not over: no smaller limit would have brought it even so far
  };
  Kind kind = Kind::enough;
  nanoseconds value{0};               // whole seconds; with the looks as they fell. 0: never silent at a look
  nanoseconds for_any_looks{0};       // the same for a pull whose looks fall as badly as they can
  nanoseconds silence{0};             // the longest silence that the rule reckoned at a look
  std::optional<std::size_t> before;  // the report after which it was silent for so long
};

/// The smallest limit under which `rule` lets the recorded pull through. `until`: how far to look; after a cancel it may
/// lie beyond the stream's end, up to where the runtime is known to have worked on (dockerd's "Layer … cleaned up").
/// For containerd the answer is 10 s or more (a shorter limit also changes how often it looks); for CRI-O it
/// allows for events that come less often under a larger limit (a tenth of it).
Deadline smallest_deadline(const Stream& stream, const Rule& rule, nanoseconds until);

}  // namespace unsnag::watch
