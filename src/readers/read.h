// SPDX-License-Identifier: Apache-2.0
// Evidence → events: decides by content which reader each file gets.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "evidence/evidence.h"
#include "timeline/event.h"

namespace unsnag::readers {

struct ReadOptions {
  /// Called now and then with what is being read and how many bytes were read in all.
  std::function<void(std::string_view what, std::uint64_t bytes)> progress = {};
  /// When it says true, reading stops and what was read so far stands. Cheap: it is asked often.
  std::function<bool()> stop = {};
};

/// What was not read: the answer may stand in it.
struct Unread {
  std::string path;
  Error why;
  std::string command = {};  // that makes it readable, if one does
};
/// "path: why", and the command behind that.
std::string to_string(const Unread& unread);

struct Reading {
  std::uint64_t files = 0, bytes = 0, lines = 0;
  std::uint64_t understood = 0;      // lines that held a message of the catalogue, and those of kubectl's that told something
  std::uint64_t events = 0;          // events that another run of unsnag had written
  std::uint64_t failed_targets = 0;  // of several, those that could not be read at all; they are in `unreadable`
  std::vector<Unread> unreadable;
  std::vector<Unread> passed_over;  // binary files, in which no log stands
  bool pasted = false;              // standard input was a text, no archive
  bool stopped = false;
};

/// Reads every target into `sink`. "-" is standard input; no target at all is this node.
/// Errors: that of the first target, when none of them can be read (not_found, permission_denied, io, malformed).
Result<Reading> read_targets(const std::vector<std::string>& targets, timeline::Sink& sink, const ReadOptions& options);

/// Reads what `walk` hands to the visitor: a tree that is not on disk, or not yet.
Reading read_walk(const std::function<void(const evidence::Visitor&)>& walk, timeline::Sink& sink, const ReadOptions& options);

/// Reads one text as if it were pasted.
Reading read_paste(std::string_view text, timeline::Sink& sink);

}  // namespace unsnag::readers
