// SPDX-License-Identifier: Apache-2.0
// Remembers what lines said. A node in trouble prints the same line every few seconds, and only its time differs;
// such a line is known by all of its bytes but the time's, and its events are sent again with the new time. A line is
// learned when it comes a second time, so that lines which are all different cost one hash each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/event.h"

namespace unsnag::readers {

/// A line whose first one or two headers have a time where it is easily found: journal, syslog, klog, logfmt, RFC 3339.
struct TimedLine {
  std::string_view text;
  Stamp when;                                 // as peel() would choose it
  std::array<std::size_t, 2> begin{}, end{};  // the times' places; the second may be empty
  std::uint64_t hash = 0;                     // of everything else
};
/// nullopt: no time was found in the usual places, or the line is too long to be worth remembering.
std::optional<TimedLine> read_timed(std::string_view line);

class Repeats {
 public:
  struct Said {
    TimedLine line;  // its text borrows `text`
    std::string text;
    std::vector<timeline::Event> events;
    bool understood = false;   // a message of the catalogue stood in it
    bool shown_as_is = false;  // the events' text is the line, nothing was hidden or replaced
  };

  Repeats();
  /// The line as it was learned, or null. Valid until the next call of learn().
  Said* find(const TimedLine& line);
  /// True when a line just like this one was asked about before: it is worth learning.
  bool seen(const TimedLine& line);
  void learn(const TimedLine& line, std::vector<timeline::Event> events, bool understood, bool shown_as_is);

 private:
  // At most so many lines of k_max_line bytes with their events: a few megabytes.
  static constexpr std::size_t k_slots = 2048;
  std::vector<std::uint64_t> seen_;
  std::vector<Said> said_;
};

}  // namespace unsnag::readers
