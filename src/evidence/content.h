// SPDX-License-Identifier: Apache-2.0
// One file's bytes → the texts in it: the file itself, or what is in it if it is compressed or an archive, to any depth
// that people make (a rotated log in a bundle in a bundle). Only the first bytes decide, never the name.
#pragma once

#include <cstdint>
#include <string>

#include "evidence/evidence.h"
#include "evidence/journals.h"

namespace unsnag::evidence {

/// What the archives of one target may take together: bombs come in parts. Each step of unpacking is counted.
struct Budget {
  std::uint64_t files = 100'000;
  std::uint64_t bytes = 64ULL << 30U;

  /// Takes `count` bytes. Errors: too_large.
  [[nodiscard]] Result<void*> take(std::uint64_t count);
};

/// Where a content stands.
struct Place {
  std::string shown;    // its path in reports
  int fd = -1;          // the file itself, borrowed; -1: it is inside an archive, or a pipe
  int depth = 0;        // how many archives and compressions are around it
  bool target = false;  // it is the target itself: members are shown without its name
};

/// What the walk over one target has with it.
struct Walk {
  const Visitor& visitor;
  Budget budget = {};
  Journals journals = {};  // are read at its end: read_all
};

/// Visits the text or texts. Errors: malformed, too_large, unsupported: nothing of it could be read.
Result<void*> visit_content(Bytes& bytes, const Place& place, std::optional<std::uint64_t> size, Walk& walk);

}  // namespace unsnag::evidence
