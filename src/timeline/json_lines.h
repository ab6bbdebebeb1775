// SPDX-License-Identifier: Apache-2.0
// Events as JSON lines, one a line, for files and pipes: what one program observed, another can explain.
// docs/timeline.md describes the members.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "timeline/event.h"

namespace unsnag::timeline {

/// One event as a line, without its newline.
std::string to_json_line(const Event& event);

/// Errors: malformed. Unknown members are ignored, so that newer writers can be read.
Result<Event> parse_json_line(std::string_view line);

/// True when a line looks like one of ours: {"unsnag":1,…
bool is_event_line(std::string_view line);

}  // namespace unsnag::timeline
