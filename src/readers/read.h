// SPDX-License-Identifier: Apache-2.0
// Evidence → events: decides by content which reader each file gets.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "timeline/event.h"

namespace unsnag::readers {

struct ReadOptions {
  /// Called now and then with what is being read and how many bytes were read in all.
  std::function<void(std::string_view what, std::uint64_t bytes)> progress;
  /// When it becomes true, reading stops and what was read so far stands.
  const std::atomic<bool>* stop = nullptr;
};

struct Reading {
  std::uint64_t files = 0, bytes = 0, lines = 0;
  std::uint64_t understood = 0;         // log lines that held a message of the catalogue
  std::uint64_t events = 0;             // events that another run of unsnag had written
  std::vector<std::string> unreadable;  // "path: why"
  bool stopped = false;
};

/// Reads every target into `sink`. "-" is standard input; no target at all is this node.
/// Errors: the first target that can't be read at all (not_found, permission_denied, io, malformed).
Result<Reading> read_targets(const std::vector<std::string>& targets, timeline::Sink& sink, const ReadOptions& options);

/// Reads one text as if it were pasted.
Reading read_paste(std::string_view text, timeline::Sink& sink);

}  // namespace unsnag::readers
