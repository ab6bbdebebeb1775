// SPDX-License-Identifier: Apache-2.0
// How many lines of a text told something: what of kubectl's was understood is counted by the events that it gave.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "timeline/event.h"

namespace unsnag::readers {

/// Hands events on to `sink`, which must outlive it, and counts their lines.
class ToldLines : public timeline::Sink {
 public:
  explicit ToldLines(timeline::Sink& sink) : sink_(sink) {}

  void accept(const timeline::Event& event) noexcept override {
    if (event.origin.line != 0) try {
        lines_.push_back(event.origin.line);
      } catch (...) {  // a count is not worth an event
      }
    sink_.accept(event);
  }

  /// Lines that gave an event, each once.
  [[nodiscard]] std::uint64_t count() {
    std::sort(lines_.begin(), lines_.end());
    lines_.erase(std::unique(lines_.begin(), lines_.end()), lines_.end());
    return lines_.size();
  }

 private:
  timeline::Sink& sink_;
  std::vector<std::uint64_t> lines_;
};

}  // namespace unsnag::readers
