// SPDX-License-Identifier: Apache-2.0
// The kernel and the system on it: versions, settings that limit pulls, and the kernel's log with times that can be compared.
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>

#include <fmt/format.h>

#include "base/text.h"
#include "collect/kmsg.h"
#include "collect/system.h"

namespace unsnag::collect {
namespace {

constexpr std::size_t k_most_log = std::size_t{64} << 20U;

std::string host_name(const Survey& survey) {
  if (const auto name = survey.root.read("/etc/hostname", 4096); name && !trim(*name).empty()) return printable(split_words(*name).front());
  struct utsname names {};
  if (survey.root.is_this_machine() && ::uname(&names) == 0) return names.nodename;
  return "-";
}

void system_names(const Survey& survey, Gathered& gathered) {
  for (const std::string path : {"/etc/os-release", "/usr/lib/os-release"})
    if (auto text = survey.root.read(path, 65536)) {
      gathered.add("system/os-release", "the operating system", survey.root.here(path), std::move(*text));
      break;
    }
  struct utsname names {};
  if (!survey.kernel_is_nodes || ::uname(&names) != 0) return;
  std::string text =
      fmt::format("{} {} {} {} {} GNU/Linux\n", names.sysname, host_name(survey), names.release, names.version, names.machine);
  if (const auto line = survey.kernel_file("/proc/cmdline")) text += fmt::format("# started with: {}\n", trim(*line));
  gathered.add("system/uname.txt", "the kernel and how it was started", "uname", text);
}

void settings(const Survey& survey, Gathered& gathered) {
  static constexpr std::array<std::string_view, 38> k_settings{"fs.aio-max-nr",
                                                               "fs.aio-nr",
                                                               "fs.file-max",
                                                               "fs.file-nr",
                                                               "fs.inotify.max_queued_events",
                                                               "fs.inotify.max_user_instances",
                                                               "fs.inotify.max_user_watches",
                                                               "fs.nr_open",
                                                               "kernel.hung_task_timeout_secs",
                                                               "kernel.keys.maxkeys",
                                                               "kernel.panic",
                                                               "kernel.pid_max",
                                                               "kernel.threads-max",
                                                               "kernel.unprivileged_userns_clone",
                                                               "net.bridge.bridge-nf-call-iptables",
                                                               "net.core.rmem_max",
                                                               "net.core.somaxconn",
                                                               "net.core.wmem_max",
                                                               "net.ipv4.ip_forward",
                                                               "net.ipv4.ip_local_port_range",
                                                               "net.ipv4.tcp_congestion_control",
                                                               "net.ipv4.tcp_keepalive_time",
                                                               "net.ipv4.tcp_mtu_probing",
                                                               "net.ipv4.tcp_rmem",
                                                               "net.ipv4.tcp_slow_start_after_idle",
                                                               "net.ipv4.tcp_tw_reuse",
                                                               "net.ipv6.conf.all.disable_ipv6",
                                                               "net.ipv6.conf.all.forwarding",
                                                               "net.netfilter.nf_conntrack_count",
                                                               "net.netfilter.nf_conntrack_max",
                                                               "user.max_user_namespaces",
                                                               "vm.dirty_background_bytes",
                                                               "vm.dirty_background_ratio",
                                                               "vm.dirty_bytes",
                                                               "vm.dirty_expire_centisecs",
                                                               "vm.dirty_ratio",
                                                               "vm.max_map_count",
                                                               "vm.swappiness"};
  std::string text;
  for (const auto name : k_settings) {
    std::string path = "/proc/sys/" + std::string(name);
    for (std::size_t i = 10; i < path.size(); ++i)
      if (path[i] == '.') path[i] = '/';
    const auto value = survey.kernel_file(path);
    if (value) text += fmt::format("{} = {}\n", name, trim(*value));
  }
  if (!text.empty()) gathered.add("system/sysctl.txt", "the kernel's settings", survey.name_of("/proc/sys"), text);
}

void hardware(const Survey& survey, Gathered& gathered) {
  const auto cpus = survey.kernel_file("/proc/cpuinfo");
  if (!cpus) return;
  std::size_t count = 0;
  std::string model = "?";
  for (const auto line : split(*cpus, '\n')) {
    if (line.starts_with("processor")) ++count;
    if (line.starts_with("model name") || line.starts_with("CPU part"))
      model = std::string(trim(line.substr(std::min(line.find(':') + 1, line.size()))));
  }
  std::string text = fmt::format("cpus {}\nmodel {}\n", count, model);
  if (const auto* sys = survey.sys())
    for (const std::string_view file : {"sys_vendor", "product_name", "bios_vendor"})
      if (const auto value = sys->read("/sys/class/dmi/id/" + std::string(file), 4096)) text += fmt::format("{} {}\n", file, trim(*value));
  gathered.add("system/cpu.txt", "processors and the machine", survey.name_of("/proc/cpuinfo"), text);
}

void guards(const Survey& survey, Gathered& gathered) {
  const auto* sys = survey.sys();
  if (sys == nullptr) return;
  const auto value = [&](std::string_view path) {
    const auto text = sys->read(path, 65536);
    return text ? std::string(trim(*text)) : std::string();
  };
  std::string text;
  const auto enforce = value("/sys/fs/selinux/enforce");
  text += fmt::format("SELinux status: {}\n", enforce == "1" ? "enforcing" : enforce == "0" ? "permissive" : "disabled");
  text += fmt::format("AppArmor enabled: {}\n", value("/sys/module/apparmor/parameters/enabled") == "Y" ? "yes" : "no");
  if (const auto modules = value("/sys/kernel/security/lsm"); !modules.empty()) text += "modules: " + modules + "\n";
  if (const auto lockdown = value("/sys/kernel/security/lockdown"); !lockdown.empty()) text += "lockdown: " + lockdown + "\n";
  text += fmt::format("cgroups: {}\n", sys->exists("/sys/fs/cgroup/cgroup.controllers") ? "v2"
                                       : sys->exists("/sys/fs/cgroup/unified")          ? "v1 with v2 beside"
                                                                                        : "v1");
  gathered.add("system/security.txt", "SELinux, AppArmor, cgroups", survey.name_of("/sys"), text);
}

void modules(const Survey& survey, Gathered& gathered) {
  const auto systems = survey.kernel_file("/proc/filesystems");
  const auto loaded = survey.kernel_file("/proc/modules");
  if (!systems && !loaded) return;
  std::string text = "filesystems:";
  if (systems)
    for (const auto line : split(*systems, '\n'))
      if (!line.empty()) text += " " + std::string(split_words(line).empty() ? std::string_view() : split_words(line).back());
  text += "\n";
  for (const auto line : split(loaded.value_or(""), '\n')) {
    const auto name = line.substr(0, line.find(' '));
    for (const std::string_view part : {"overlay", "netfilter", "nf_conntrack", "nbd", "fuse", "erofs", "squashfs", "iscsi", "nvme", "ena",
                                        "virtio", "xfs", "ext4", "zfs", "btrfs"})
      if (contains(name, part)) {
        text += fmt::format("module: {}\n", name);
        break;
      }
  }
  gathered.add("system/modules.txt", "file systems and modules that the kernel has", survey.name_of("/proc/modules"), text);
}

}  // namespace

void kernel(const Survey& survey, Gathered& gathered) {
  // One line for all that stays away for this reason.
  if (!survey.kernel_is_nodes)
    gathered.miss("system/uname.txt",
                  "the running node: processes, pressure, memory, load of disks, network, settings, clock, kernel's log",
                  survey.root.here("/proc"), {Errc::not_found, survey.no_proc});
  system_names(survey, gathered);
  settings(survey, gathered);
  hardware(survey, gathered);
  guards(survey, gathered);
  modules(survey, gathered);
}

std::optional<KernelRecord> parse_kernel_record(std::string_view record) {
  // "6,339,5140900,-;NET: Registered protocol family 10\n SUBSYSTEM=…": Documentation/ABI/testing/dev-kmsg.
  const auto semicolon = record.find(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  const auto fields = split(record.substr(0, semicolon), ',');
  KernelRecord parsed;
  std::int64_t microseconds = 0;
  const auto number = [](std::string_view text, auto& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  if (fields.size() < 3 || !number(fields[0], parsed.priority) || !number(fields[2], microseconds) || microseconds < 0) return std::nullopt;
  constexpr std::int64_t k_century_us = std::int64_t{100} * 366 * 86400 * 1'000'000;
  if (microseconds > k_century_us) return std::nullopt;
  parsed.since_boot = std::chrono::microseconds(microseconds);
  auto text = record.substr(semicolon + 1);
  text = text.substr(0, text.find('\n'));
  parsed.text = unescape(text);  // \x0a and the like
  for (char& c : parsed.text)
    if (c == '\n') c = ' ';
  return parsed;
}

std::string kernel_line(const KernelRecord& record, SysTime booted, std::string_view host) {
  // A program that writes into the kernel's log puts its name before its words: "systemd[1]: …".
  constexpr int k_kernel = 0;
  const bool own = (record.priority >> 3U) == k_kernel;
  const auto at = std::chrono::time_point_cast<std::chrono::microseconds>(booted + record.since_boot);
  const auto whole = std::chrono::floor<std::chrono::seconds>(at);
  auto clock = format_rfc3339(whole);
  clock.pop_back();  // Z
  return fmt::format("{}.{:06}+00:00 {} {}{}\n", clock, (at - whole).count(), host, own ? "kernel: " : "", record.text);
}

void kernel_log(const Survey& survey, Gathered& gathered) {
  const std::string path = "system/dmesg.txt", what = "the kernel's log, in UTC";
  if (!survey.kernel_is_nodes) return;
  // Which /dev it is does not matter: there is one log.
  auto fd = survey.root.open_path("/dev/kmsg", O_RDONLY | O_NONBLOCK);
  auto source = survey.root.here("/dev/kmsg");
  if (!fd && fd.error().code == Errc::not_found && !survey.root.is_this_machine()) {
    source = "/dev/kmsg";
    fd = survey.own.open_path(source, O_RDONLY | O_NONBLOCK);
  }
  if (!fd) return gathered.miss(path, what, source, fd.error());
  struct stat info {};
  if (::fstat(fd->get(), &info) != 0 || !S_ISCHR(info.st_mode))
    return gathered.miss(path, what, source, {Errc::unsupported, "it is no device"});
  struct timespec since {};
  ::clock_gettime(CLOCK_MONOTONIC, &since);
  const auto now = std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
  const auto booted = now - std::chrono::seconds(since.tv_sec) - nanoseconds(since.tv_nsec);
  const auto host = host_name(survey);
  std::string text;
  std::array<char, 16384> buffer{};
  std::optional<Error> broke;
  while (text.size() < k_most_log) {
    const auto got = ::read(fd->get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EPIPE)) continue;  // EPIPE: overwritten meanwhile, the next is read
    if (got < 0 && errno != EAGAIN) broke = fail_errno(errno).value();
    if (got <= 0) break;
    if (const auto record = parse_kernel_record({buffer.data(), static_cast<std::size_t>(got)})) text += kernel_line(*record, booted, host);
  }
  if (broke) gathered.miss(path, what, source, *broke);
  if (!text.empty()) gathered.add(path, what, source, text);
}

}  // namespace unsnag::collect
