// SPDX-License-Identifier: Apache-2.0
// An attempt's spans and samples as the rows of a drawing: which there are, from when to when, and which of them fell
// silent before the attempt was cancelled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnose/verdict.h"
#include "timeline/timeline.h"

namespace unsnag::report {

struct Extent {
  SysTime begin, end;
};

/// nullopt when the attempt's moments are unknown or so coarse that its length would be a guess.
std::optional<Extent> extent_of(const timeline::Attempt& attempt);

/// One phase, of the pull or of a layer, with all that spans and samples say of it.
struct Track {
  std::optional<SysTime> begin, end;
  std::optional<timeline::Outcome> outcome;
  std::optional<std::uint64_t> done, total;  // bytes, the last ones reported
};
using Tracks = std::map<std::pair<timeline::Phase, std::string>, Track>;  // by phase and layer; "" is the pull
Tracks tracks_of(const timeline::Attempt& attempt);

struct Row {
  timeline::Phase phase = timeline::Phase::resolve;
  std::string layer;
  bool whole = false;       // not a phase: the attempt as a whole
  std::size_t layers = 0;   // more than 1: that many layers in one row
  double from = 0, to = 0;  // seconds since the attempt began
  bool from_known = true, to_known = true;
  std::optional<double> silent_from;  // nothing was reported from here to the cancel
  std::optional<timeline::Outcome> outcome;
  std::optional<std::uint64_t> done, total;
};

/// Rows in order of phase, then of begin. At most 6 for the layers of one phase: the rest share one row. A queue and a
/// verification that took no time are left out.
std::vector<Row> rows_of(const timeline::Attempt& attempt, const Extent& extent, const diagnose::Timer* timer);

/// Twelve digits, as Docker prints layers.
std::string short_layer(std::string_view layer);

}  // namespace unsnag::report
