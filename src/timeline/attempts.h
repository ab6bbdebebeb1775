// SPDX-License-Identifier: Apache-2.0
// The second half of the fold: the moments of one pull, in order, become attempts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "timeline/timeline.h"

namespace unsnag::timeline {

/// What is kept of a Begin, Sample, Retry or End until the attempts are built.
struct Moment {
  Stamp when;
  std::size_t arrival = 0;
  std::string layer;
  decltype(Event::what) what;
  std::unique_ptr<Origin> origin;  // of samples alone: there may be very many of the others
  std::size_t file = 0;            // a hash of its path
  std::uint64_t line = 0;
  bool of_kubernetes = false;  // said by kubelet, or a row of kubectl's
};

/// Makes room when one image has more moments than anybody will look at: repeats of a moment go, and if more than
/// `limit` remain, what lies in the middle goes, since the first and the last attempts tell most.
void thin(std::vector<Moment>& moments, std::size_t limit);

/// Appends the attempts that `moments` tell of, in any order, to the pull.
void build_attempts(Pull& pull, std::vector<Moment> moments);

}  // namespace unsnag::timeline
