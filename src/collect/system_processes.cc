// SPDX-License-Identifier: Apache-2.0
// Who runs, as ps says it, and of each daemon how it was started.
#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "collect/system.h"

namespace unsnag::collect {
namespace {

constexpr std::size_t k_most_rows = 5000;
constexpr std::size_t k_most_line = 2000;

/// ps's "[DD-]HH:MM:SS"
std::string elapsed(nanoseconds span) {
  const auto s = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(span).count());
  const auto clock = fmt::format("{:02}:{:02}:{:02}", s / 3600 % 24, s / 60 % 60, s % 60);
  return s >= 86400 ? fmt::format("{}-{}", s / 86400, clock) : clock;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    if (!line.empty()) line += ' ';
    for (const char c : word) line += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
    if (line.size() > node::k_most_words) break;
  }
  return line;
}

/// What of a daemon's environment can matter for a pull. Values are redacted later.
bool matters(std::string_view variable) {
  std::string name(variable.substr(0, variable.find('=')));
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  for (const std::string_view part :
       {"PROXY",      "KUBELET",  "CONTAINERD", "DOCKER", "CRIO",    "CONTAINER_", "K3S",   "RKE2", "GODEBUG", "GOMAXPROCS",
        "GOMEMLIMIT", "SSL_CERT", "TMPDIR",     "AWS_",   "NODEADM", "ENABLE_CRI", "HTTP2", "PATH", "XDG_",    "REGISTRY"})
    if (contains(name, part)) return true;
  return false;
}

void daemon(const Survey& survey, const node::Process& process, const std::string& name, Gathered& gathered) {
  const auto& proc = *survey.proc;
  const std::string here = fmt::format("{}/{}", proc.folder, process.pid);
  if (!process.argv.empty())
    gathered.add("config/proc/" + name + ".cmdline", "how " + name + " was started", here + "/cmdline", joined(process.argv) + "\n");
  const auto variables = node::environment(proc, process.pid);
  if (!variables) {
    gathered.miss("config/proc/" + name + ".environment", "its environment", here + "/environ", variables.error());
  } else {
    std::string text;
    std::string others;
    for (const auto& variable : *variables) {
      if (matters(variable) && !contains(variable, "\n")) text += variable + "\n";
      else others += " " + printable(clip(variable.substr(0, variable.find('=')), 100));
    }
    if (!others.empty()) text += "# without their values:" + clip(others, 4000) + "\n";
    if (!text.empty()) gathered.add("config/proc/" + name + ".environment", "what of its environment matters", here + "/environ", text);
  }
  gathered.take("config/proc/" + name + ".limits", "its limits", here + "/limits", node::limits(proc, process.pid));
  const auto files = node::open_files(proc, process.pid);
  gathered.add("config/proc/" + name + ".status", "its state", here,
               fmt::format("pid {}\nprogram {}\nstate {}\nstarted {}\nthreads {}\nresident {}\nopen-files {}\ncgroup {}\n", process.pid,
                           process.exe, process.state, process.started ? format_rfc3339(*process.started) : "?", process.threads,
                           format_size(process.resident_bytes), files ? std::to_string(*files) : "? " + files.error().detail,
                           node::cgroup(proc, process.pid).value_or("?")));
}

}  // namespace

void processes(const Survey& survey, Gathered& gathered) {
  // Where the kernel can't be asked either, kernel() says so once for all.
  if (!survey.proc && !survey.kernel_is_nodes) return;
  if (!survey.proc) return gathered.miss("system/ps.txt", "processes", survey.root.here("/proc"), {Errc::not_found, survey.no_proc});
  std::string text = "PID PPID S THREADS RSS-KB ELAPSED STARTED WCHAN COMMAND\n";
  std::size_t rows = 0;
  for (const auto& process : survey.processes) {
    if (process.argv.empty() && process.parent == 2 && process.state != 'D') continue;  // the kernel's threads
    if (++rows > k_most_rows) continue;
    const auto command = process.argv.empty() ? "[" + process.comm + "]" : joined(process.argv);
    text += fmt::format("{} {} {} {} {} {} {} {} {}\n", process.pid, process.parent, process.state, process.threads,
                        process.resident_bytes / 1024, process.started ? elapsed(survey.begun - *process.started) : "-",
                        process.started ? format_rfc3339(std::chrono::time_point_cast<std::chrono::seconds>(*process.started)) : "-",
                        process.waits_in.empty() ? "-" : process.waits_in, clip(command, k_most_line));
  }
  if (rows > k_most_rows) text += fmt::format("# and {} more\n", rows - k_most_rows);
  gathered.add("system/ps.txt", "processes", survey.proc->folder, text);

  std::map<std::string, int> seen;
  for (const auto* process : survey.daemons()) {
    std::string name(node::daemon_of(*process));
    // A node may have two of a kind: Bottlerocket's containerds, a Docker's own beside CRI's.
    if (const int nth = ++seen[name]; nth > 8) continue;
    else if (nth > 1) name += fmt::format("-{}", process->pid);
    daemon(survey, *process, name, gathered);
  }
}

}  // namespace unsnag::collect
