// SPDX-License-Identifier: Apache-2.0
// The second half of the fold: the moments of one pull, in order, become attempts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "timeline/timeline.h"

namespace unsnag::timeline {

/// What is kept of a Begin, Sample, Retry or End until the attempts are built.
struct Moment {
  Stamp when;
  std::size_t arrival = 0;
  std::string layer;
  std::string pod;
  Origin origin;
  decltype(Event::what) what;
};

/// Appends the attempts that `moments` tell of, in any order, to the pull.
void build_attempts(Pull& pull, std::vector<Moment> moments);

}  // namespace unsnag::timeline
