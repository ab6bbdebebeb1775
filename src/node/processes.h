// SPDX-License-Identifier: Apache-2.0
// What runs on a node, as /proc tells: no ps is needed. Values are as they are; whoever shows them redacts them. A process
// writes its own command line and environment, so both are read up to a limit, and both can make a reader wait for a lock
// of the process's memory: such a process is listed without them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "node/proc.h"

namespace unsnag::node {

struct Process {
  int pid = 0;
  int parent = 0;
  std::string comm;  // the kernel's name of it, at most 15 characters
  char state = '?';  // R, S, D (waits for a disk or a server, can't be killed), Z, T, …
  std::uint64_t threads = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t start_ticks = 0;   // after boot, in clock ticks
  std::optional<SysTime> started;  // UTC, to a second, as the boot time is told; nullopt: that can't be read
  std::vector<std::string> argv;   // empty: a kernel thread, or it could not be read
  bool argv_cut = false;           // longer than k_most_words
  bool silent = false;             // its memory is locked: command line and environment were given up on
  std::string exe;                 // "" when this process may not see it
  std::string waits_in;            // of state D: the kernel's function, "" when not told

  /// Name of the program without its folder: exe's or argv[0]'s; k3s and its like put more words into argv[0].
  [[nodiscard]] std::string program() const;
};

inline constexpr std::size_t k_most_words = std::size_t{256} << 10U;  // bytes of a command line or environment

/// The line of /proc/PID/stat. nullopt: it is none.
std::optional<Process> parse_process(std::string_view stat_line, std::optional<SysTime> boot_time);
/// Words that are separated by NUL; what stands after the last NUL is one too.
std::vector<std::string> split_nul(std::string_view text);

/// When the machine booted, of /proc/stat's "btime". nullopt: it isn't there.
std::optional<SysTime> boot_time(const Proc& proc);

/// All processes, by pid; at most 100,000. Those that ended meanwhile are not there.
/// Errors: permission_denied, io.
Result<std::vector<Process>> processes(const Proc& proc);

/// The daemons that pull, or let pull, among them: "kubelet", "containerd", "dockerd", "crio", "cri-dockerd", "k3s", "rke2",
/// "k0s", "microk8s" (kubelite), "soci-snapshotter", "stargz-snapshotter". "" when it is none of them (a shim, a client).
std::string_view daemon_of(const Process& process);

/// The values of a flag, however it is written: "--name=value", "--name value", with one dash. The last one counts.
std::vector<std::string> flag_values(const std::vector<std::string>& argv, std::string_view name);
/// The value that counts; "true" for a flag that stands alone, as a boolean may. nullopt: the flag is not there.
std::optional<std::string> flag_value(const std::vector<std::string>& argv, std::string_view name);

/// NAME=VALUE, as at its start. Errors: permission_denied (another user's), not_found (it ended), io (no answer in time).
Result<std::vector<std::string>> environment(const Proc& proc, int pid);
/// The table of /proc/PID/limits. Errors: as above.
Result<std::string> limits(const Proc& proc, int pid);
/// Its cgroup below /sys/fs/cgroup, of version 2's line; "" when only version 1's are there. Errors: as above.
Result<std::string> cgroup(const Proc& proc, int pid);
/// How many files it has open. Errors: as above.
Result<std::uint64_t> open_files(const Proc& proc, int pid);

}  // namespace unsnag::node
