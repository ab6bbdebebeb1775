// SPDX-License-Identifier: Apache-2.0
// How hard the node is pressed: PSI of all and of the daemons' cgroups, memory, load.
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "collect/system.h"

namespace unsnag::collect {

void pressure(const Survey& survey, Gathered& gathered) {
  const std::string what = "how long tasks waited for CPU, disks and memory";
  if (!survey.pressure.empty()) gathered.add("system/pressure.txt", what, survey.name_of("/proc/pressure"), survey.pressure);
  else if (survey.kernel_is_nodes)
    gathered.miss("system/pressure.txt", what, survey.name_of("/proc/pressure"),
                  {Errc::unsupported, "this kernel does not measure it (PSI)"});

  const auto* sys = survey.sys();
  if (sys == nullptr) return;
  std::string text;
  std::set<std::string> seen;
  for (const auto* daemon : survey.daemons()) {
    const auto folder = cgroup_folder(survey, daemon->pid, "memory");
    if (folder.empty() || !seen.insert(folder).second) continue;
    text += fmt::format("{}  {} (pid {})\n", folder, node::daemon_of(*daemon), daemon->pid);
    for (const std::string_view file :
         {"cpu.pressure", "io.pressure", "memory.pressure", "io.max", "io.weight", "cpu.max", "memory.max", "memory.high", "memory.current",
          "memory.events", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.failcnt", "pids.max", "pids.current"}) {
      const auto lines = sys->read(folder + "/" + std::string(file), 65536);
      if (!lines) continue;
      // Not as the kernel prints them: these are no measures of the whole node.
      for (const auto line : split(trim(*lines), '\n'))
        if (!line.empty()) text += fmt::format("  {}: {}\n", file, line);
    }
  }
  if (!text.empty()) gathered.add("system/cgroups.txt", "limits and pressure of the daemons", survey.name_of("/sys/fs/cgroup"), text);
}

void memory(const Survey& survey, Gathered& gathered) {
  gathered.take("system/meminfo.txt", "memory", survey.name_of("/proc/meminfo"), survey.kernel_file("/proc/meminfo"));
  std::string text;
  for (const std::string_view file : {"/proc/loadavg", "/proc/uptime"})
    if (const auto line = survey.kernel_file(file)) text += fmt::format("{}: {}\n", file, trim(*line));
  if (const auto lines = survey.kernel_file("/proc/vmstat")) {
    static constexpr std::array<std::string_view, 14> k_kept{"oom_kill",
                                                             "nr_dirty",
                                                             "nr_writeback",
                                                             "nr_dirty_threshold",
                                                             "nr_dirty_background_threshold",
                                                             "pgmajfault",
                                                             "pswpin",
                                                             "pswpout",
                                                             "allocstall_normal",
                                                             "allocstall_movable",
                                                             "compact_stall",
                                                             "pgscan_direct",
                                                             "workingset_refault_file",
                                                             "drop_pagecache"};
    for (const auto line : split(*lines, '\n'))
      for (const auto kept : k_kept)
        if (line.substr(0, line.find(' ')) == kept) text += fmt::format("/proc/vmstat: {}\n", line);
  }
  if (!text.empty()) gathered.add("system/load.txt", "load, time since the start, memory events", survey.name_of("/proc/loadavg"), text);
}

}  // namespace unsnag::collect
