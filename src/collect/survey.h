// SPDX-License-Identifier: Apache-2.0
// A first look at the node: whose /proc and /sys can be seen from here, which daemons run. And the measures that collecting
// itself would spoil (pressure, what the disks have done so far) are taken before it begins.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "node/proc.h"
#include "node/processes.h"
#include "node/root.h"

namespace unsnag::collect {

struct Survey {
  const node::Root& root;  // the node's; must outlive this
  node::Root own;          // of this process: "/"
  SysTime begun;

  std::optional<node::Proc> proc;           // shows the node's processes
  std::string no_proc;                      // why it is not there
  bool kernel_is_nodes = false;             // the kernel below us is the one that the node runs on
  std::vector<node::Process> processes;     // empty without `proc`
  std::string pressure;                     // as system/pressure.txt has it
  std::string diskstats;                    // of `begun`
  std::chrono::milliseconds between{2000};  // looks at the disks, at least

  /// A file of /proc that is the kernel's, not a process's: "/proc/meminfo". Errors: as Root::read; not_found also: the
  /// kernel here is not the node's.
  [[nodiscard]] Result<std::string> kernel_file(std::string_view path) const;
  /// The tree whose /sys is the node's. Null: there is none.
  [[nodiscard]] const node::Root* sys() const;
  /// How the process names that tree's /sys, and /proc: for a Document's source.
  [[nodiscard]] std::string name_of(std::string_view kernel_path) const;
  /// The running daemons, "containerd" and so on, each once for every process.
  [[nodiscard]] std::vector<const node::Process*> daemons() const;
};

/// Errors: those of opening "/".
Result<Survey> survey(const node::Root& root);

/// The cgroup folder of a process below /sys/fs/cgroup, of version 2 or of version 1's `controller`; "" when it can't be told.
std::string cgroup_folder(const Survey& survey, int pid, std::string_view controller);

}  // namespace unsnag::collect
