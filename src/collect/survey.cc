// SPDX-License-Identifier: Apache-2.0
#include "collect/survey.h"

#include <sys/utsname.h>

#include <chrono>

#include "base/text.h"

namespace unsnag::collect {
namespace {

constexpr std::size_t k_most = std::size_t{16} << 20U;

/// The kernel below is the node's if the node runs here; a root that isn't seen running may still be that of this machine, when
/// it has the modules of this very kernel (`--root /host` without the node's /proc).
bool same_kernel(const node::Root& root) {
  struct utsname names {};
  if (::uname(&names) != 0) return false;
  const std::string release(names.release);
  return root.exists("/lib/modules/" + release) || root.exists("/usr/lib/modules/" + release);
}

std::string pressures(const Survey& survey) {
  std::string text;
  for (const std::string resource : {"cpu", "io", "memory"}) {
    const auto lines = survey.kernel_file("/proc/pressure/" + resource);
    if (lines) text += "$ cat /proc/pressure/" + resource + "\n" + *lines;
  }
  if (text.empty()) return {};
  return format_rfc3339(std::chrono::time_point_cast<std::chrono::seconds>(survey.begun)) + "\n" + text;
}

}  // namespace

Result<std::string> Survey::kernel_file(std::string_view path) const {
  if (!kernel_is_nodes) return fail(Errc::not_found, "the kernel here may be another than the node's: " + no_proc);
  if (proc && path.starts_with("/proc/")) return proc->tree.read(path.substr(5), k_most);
  return own.read(path, k_most);
}

const node::Root* Survey::sys() const {
  if (root.exists("/sys/block") || root.exists("/sys/fs/cgroup/cgroup.controllers") || root.exists("/sys/fs/cgroup/memory")) return &root;
  return kernel_is_nodes && !root.is_this_machine() ? &own : nullptr;
}

std::string Survey::name_of(std::string_view kernel_path) const {
  if (kernel_path.starts_with("/proc")) return proc ? proc->folder + std::string(kernel_path.substr(5)) : std::string(kernel_path);
  const auto* tree = sys();
  return tree == nullptr ? std::string(kernel_path) : tree->here(kernel_path);
}

std::vector<const node::Process*> Survey::daemons() const {
  std::vector<const node::Process*> found;
  for (const auto& process : processes)
    if (!node::daemon_of(process).empty()) found.push_back(&process);
  return found;
}

Result<Survey> survey(const node::Root& root) {
  TRY_ASSIGN(auto own, node::Root::open("/"));
  Survey found{root, std::move(own), std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()), {}, {}, false, {}, {},
               {}};
  auto proc = node::open_proc(root);
  if (proc) found.proc = std::move(*proc);
  else found.no_proc = proc.error().detail;
  found.kernel_is_nodes = found.proc.has_value() || root.is_this_machine() || same_kernel(root);
  found.pressure = pressures(found);
  found.diskstats = found.kernel_file("/proc/diskstats").value_or("");
  if (found.proc)
    if (auto all = node::processes(*found.proc)) found.processes = std::move(*all);
  return found;
}

std::string cgroup_folder(const Survey& survey, int pid, std::string_view controller) {
  if (!survey.proc) return {};
  const auto lines = survey.proc->tree.read("/" + std::to_string(pid) + "/cgroup", 65536);
  if (!lines) return {};
  std::string v2;
  for (const auto line : split(*lines, '\n')) {
    const auto parts = split(line, ':');  // "5:blkio:/a", "4:cpu,cpuacct:/a", "0::/a"
    if (parts.size() < 3) continue;
    const auto path = line.substr(parts[0].size() + parts[1].size() + 2);
    if (parts[1].empty()) v2 = path;
    for (const auto one : split(parts[1], ','))
      if (one == controller) return "/sys/fs/cgroup/" + std::string(one) + std::string(path);
  }
  return v2.empty() ? std::string() : "/sys/fs/cgroup" + v2;
}

}  // namespace unsnag::collect
