// SPDX-License-Identifier: Apache-2.0
// The part of a text log that is wanted: from a moment on, and no more than so many bytes, of which the newest stay. The
// moment is found by halving, not by reading: a log of gigabytes costs a few reads.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "base/time.h"

namespace unsnag::collect {

struct Slice {
  std::uint64_t begin = 0, end = 0;  // bytes; both at a line's beginning, or the file's end
  std::uint64_t older = 0;           // bytes before `begin` that are left out since they are too old
  std::uint64_t over = 0;            // … and those that are left out for want of room
};

/// When the line was written. A year that is not printed is taken from `modified`, when the file was last written to; a
/// zone that is not printed makes it UTC with an uncertainty of 14 hours to each side. nullopt: the line has no time.
std::optional<Stamp> time_of_line(std::string_view line, SysTime modified);

/// Looks for the first line that can be from `since` or later: rather some lines too many than one too few. A log whose
/// lines have no times is wanted whole. `most` 0: no limit. Errors: io.
Result<Slice> slice_of(int fd, std::optional<SysTime> since, std::uint64_t most);

}  // namespace unsnag::collect
