// SPDX-License-Identifier: Apache-2.0
// The state of the node as documents, each in a form that `why` reads (df's, mount's, ps's, timedatectl's, sysctl's tables) or
// as the kernel prints it. Each function looks at one side of the node, takes well under a second but where it says so, and
// needs no privilege for what it can get without.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "collect/document.h"
#include "collect/survey.h"

namespace unsnag::collect {

void disks(const Survey& survey, Gathered& gathered);          // df.txt, df-inodes.txt, mounts.txt, block-devices.txt
void disk_load(const Survey& survey, Gathered& gathered);      // diskstats.txt: from the survey to now; waits until 2 s have passed
void pressure(const Survey& survey, Gathered& gathered);       // pressure.txt, cgroups.txt
void memory(const Survey& survey, Gathered& gathered);         // meminfo.txt, load.txt
void processes(const Survey& survey, Gathered& gathered);      // ps.txt, and of each daemon its command line, environment, limits
void kernel(const Survey& survey, Gathered& gathered);         // os-release, uname.txt, sysctl.txt, cpu.txt, security.txt, modules.txt
void kernel_log(const Survey& survey, Gathered& gathered);     // dmesg.txt, in UTC
void clock(const Survey& survey, Gathered& gathered);          // clock.txt
void network(const Survey& survey, Gathered& gathered);        // network.txt
void stores(const Survey& survey, Gathered& gathered);         // ingests.txt, stores.txt: what is being pulled, how much is kept
void versions(const Survey& survey, Gathered& gathered);       // versions.txt, packages.txt
void configuration(const Survey& survey, Gathered& gathered);  // config/…: files, units, names; logins by registry only

/// All of them, in the order in which they are worth having.
struct Part {
  std::string_view name;  // "disks"
  void (*gather)(const Survey&, Gathered&);
};
const std::vector<Part>& system_parts();

}  // namespace unsnag::collect
