// SPDX-License-Identifier: Apache-2.0
// Replays a recorded stream through a rule: what the watchdog found each time it looked. Inside of this module.
#pragma once

#include <functional>
#include <optional>

#include "watch/rule.h"
#include "watch/stream.h"

namespace unsnag::watch {

struct Look {
  nanoseconds at{0};
  std::uint64_t number = 0;                // from 1; 0: a plain timer, without looks
  std::optional<nanoseconds> silent;       // as the rule reckons it; nullopt: not counting, the clock was set back
  std::optional<std::size_t> last_report;  // the one that it last took for progress
};

/// Most looks that one replay makes (115 days at 10 s): evidence with absurd times must not keep us.
inline constexpr std::uint64_t k_max_looks = 1'000'000;

/// Calls `on_look` for each look up to `until`, in order, until it returns true ("cancel") or k_max_looks are done.
/// Reports after `until` are not seen. For a rule without looks, a look is made just before each report and at `until`.
void walk(const Stream& stream, const Rule& rule, nanoseconds until, const std::function<bool(const Look&)>& on_look);

}  // namespace unsnag::watch
