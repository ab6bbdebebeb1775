// SPDX-License-Identifier: Apache-2.0
// A node is restarted only while it is steady: a restart in the middle of a pull throws the pull away, and one under pressure
// makes the pressure worse. What is seen and what follows from it are apart: the rule is pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "node/root.h"
#include "remedy/facts.h"

namespace unsnag::remedy {

struct Observed {
  std::vector<std::string> under_way;  // pulls and creations: "a download of 12.3 MB, last written 2 s ago"
  std::vector<std::string> evictions;  // of the last minute
  // Share of the last 10 s in which some task waited, in percent; nullopt: the kernel does not tell (/proc/pressure). Waiting
  // for a processor is left out: busy nodes do, and a restart harms them no more than others.
  std::optional<double> waits_for_disk, waits_for_memory;
  std::optional<double> memory_available;  // share of all, in percent
  std::optional<double> disk_available;    // of the file system with the images, in percent
  std::vector<std::string> unknown;        // what could not be found out
};

struct SteadyLimits {
  double disk = 60, memory = 20;                    // waits above
  double memory_available = 3, disk_available = 2;  // available below
};

/// What a restart has to wait for, in words; empty: the node is steady.
std::vector<std::string> in_the_way(const Observed& observed, const SteadyLimits& limits = {});

/// What is to be seen now, from the runtime's files and the kernel. A download counts while it was written to in the last minute.
Observed observe(const node::Root& root, const NodeFacts& facts, SysTime now);

}  // namespace unsnag::remedy
