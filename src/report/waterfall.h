// SPDX-License-Identifier: Apache-2.0
// The attempt that failed, drawn to scale: a bar for each phase, and for each layer where the evidence knows it. The
// silence before a watchdog's cancel is drawn apart, since it is not the same as work.
#pragma once

#include <string>
#include <vector>

#include "diagnose/verdict.h"
#include "report/layout.h"
#include "timeline/timeline.h"

namespace unsnag::report {

/// Lines of at most `width` columns; none when there is nothing worth drawing: a `describe` table's ages are too coarse
/// for a pull of seconds, and a bar for the attempt as a whole tells nothing. `timer` may be null.
std::vector<std::string> waterfall(const timeline::Pull& pull, const diagnose::Timer* timer, std::size_t width, const Ink& ink);

}  // namespace unsnag::report
