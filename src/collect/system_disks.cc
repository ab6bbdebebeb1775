// SPDX-License-Identifier: Apache-2.0
// Disks: how full (as df says it), how mounted (as mount says it), what they are, and what they did meanwhile.
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/text.h"
#include "collect/system.h"
#include "node/mounts.h"

namespace unsnag::collect {
namespace {

constexpr std::size_t k_most_rows = 2000;

/// A name with blanks would be two columns.
std::string one_word(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == ' ' || c == '\t' || c == '\n') out += fmt::format("\\{:03o}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    else out += c;
  return out.empty() ? "-" : out;
}

/// As df rounds: up, so that a file system with its last block gone is at 100 %.
std::string percent(std::uint64_t used, std::uint64_t of) {
  if (of == 0) return "-";
  const auto share = static_cast<long double>(used) * 100 / static_cast<long double>(of);
  auto whole = static_cast<std::uint64_t>(share);
  if (static_cast<long double>(whole) < share) ++whole;
  return fmt::format("{}%", whole);
}

std::string merged_options(const node::Mount& mount) {
  std::string all;
  for (const auto* part : {&mount.options, &mount.super_options})
    for (const auto option : split(*part, ','))
      if (!option.empty() && !contains("," + all + ",", "," + std::string(option) + ","))
        all += (all.empty() ? "" : ",") + std::string(option);
  // Read-only is whichever of the two is.
  if (contains("," + all + ",", ",ro,")) {
    std::string without;
    for (const auto option : split(all, ','))
      if (option != "rw") without += (without.empty() ? "" : ",") + std::string(option);
    return without;
  }
  return all;
}

std::string word_of(const node::Root& sys, const std::string& path) {
  const auto text = sys.read(path, 65536);
  return text ? std::string(trim(*text)) : std::string("-");
}

/// "[none] mq-deadline" → "none"
std::string chosen(const std::string& text) {
  const auto open = text.find('['), close = text.find(']');
  return open != std::string::npos && close != std::string::npos && open < close ? text.substr(open + 1, close - open - 1) : text;
}

void block_devices(const Survey& survey, Gathered& gathered) {
  const std::string what = "the disks and their queues", path = "system/block-devices.txt";
  const auto* sys = survey.sys();
  if (sys == nullptr) return;
  const auto devices = sys->list("/sys/block");
  if (!devices) return gathered.take(path, what, survey.name_of("/sys/block"), tl::unexpected<Error>(devices.error()));
  std::string text = "DEVICE  NUMBER  SIZE  ROTATIONAL  SCHEDULER  REQUESTS  READ-AHEAD-KB  WRITE-CACHE  MODEL  SERIAL\n";
  for (const auto& device : *devices) {
    const std::string folder = "/sys/block/" + device.name;
    const auto sectors = word_of(*sys, folder + "/size");
    if (sectors == "0" || sectors == "-") continue;
    std::uint64_t count = 0;
    for (const char c : sectors)
      if (c >= '0' && c <= '9' && count < UINT64_MAX / 10240) count = count * 10 + static_cast<std::uint64_t>(c - '0');
    // EBS volumes say "Amazon Elastic Block Store" and their id in the serial number, instance stores say so too.
    text += fmt::format("{}  {}  {}  {}  {}  {}  {}  {}  {}  {}\n", device.name, word_of(*sys, folder + "/dev"),
                        one_word(format_size(count * 512)), word_of(*sys, folder + "/queue/rotational"),
                        chosen(word_of(*sys, folder + "/queue/scheduler")), word_of(*sys, folder + "/queue/nr_requests"),
                        word_of(*sys, folder + "/queue/read_ahead_kb"), one_word(word_of(*sys, folder + "/queue/write_cache")),
                        one_word(word_of(*sys, folder + "/device/model")), one_word(word_of(*sys, folder + "/device/serial")));
  }
  gathered.add(path, what, survey.name_of("/sys/block"), text);
}

}  // namespace

void disks(const Survey& survey, Gathered& gathered) {
  const auto mounted = node::mounts(survey.root, survey.proc ? &*survey.proc : nullptr);
  if (!mounted) {
    gathered.miss("system/df.txt", "how full the file systems are", "mountinfo", mounted.error());
  } else {
    std::string table = "Filesystem  Type  1024-blocks  Used  Available  Capacity  Mounted on\n";
    std::string inodes = "Filesystem  Type  Inodes  IUsed  IFree  IUse%  Mounted on\n";
    std::string silent;
    for (const auto& mount : node::worth_asking(mounted->mounts)) {
      const auto head = one_word(mount.source) + "  " + mount.type;
      const auto space = node::space_of(survey.root, mount);
      if (!space) {
        silent += "# " + mount.point + " is not asked or did not answer: " + space.error().detail + "\n";
        continue;
      }
      if (space->size == 0) continue;
      const auto used = space->size - std::min(space->free, space->size);
      const auto files = space->inodes - std::min(space->inodes_free, space->inodes);
      table += fmt::format("{}  {}  {}  {}  {}  {}\n", head, space->size / 1024, used / 1024, space->available / 1024,
                           percent(used, used + space->available), mount.point);
      inodes += fmt::format("{}  {}  {}  {}  {}  {}\n", head, space->inodes, files, space->inodes_free, percent(files, space->inodes),
                            mount.point);
    }
    if (!silent.empty()) silent.insert(0, "\n");
    gathered.add("system/df.txt", "how full the file systems are", "statvfs of " + mounted->source, table + silent);
    gathered.add("system/df-inodes.txt", "how many files there may be", "statvfs of " + mounted->source, inodes + silent);

    std::string list;
    std::size_t rows = 0;
    for (const auto& mount : mounted->mounts)
      if (++rows <= k_most_rows)
        list += fmt::format("{} on {} type {} ({})\n", one_word(mount.source), one_word(mount.point), mount.type, merged_options(mount));
    if (rows > k_most_rows) list += fmt::format("# and {} more\n", rows - k_most_rows);
    gathered.add("system/mounts.txt", "what is mounted and how", mounted->source, list);
  }
  block_devices(survey, gathered);
}

void disk_load(const Survey& survey, Gathered& gathered) {
  const std::string path = "system/diskstats.txt", what = "what the disks did while we looked", source = survey.name_of("/proc/diskstats");
  if (survey.diskstats.empty()) return gathered.take(path, what, source, survey.kernel_file("/proc/diskstats"));
  const auto since = [&] { return std::chrono::system_clock::now() - survey.begun; };
  if (since() >= std::chrono::seconds{0} && since() < survey.between) {
    // Once, and not again when a signal ends it: whoever wants this to stop shall not wait for it.
    const auto rest = std::chrono::duration_cast<nanoseconds>(survey.between - since()).count();
    struct timespec span {};
    span.tv_sec = static_cast<time_t>(rest / 1'000'000'000);
    span.tv_nsec = static_cast<long>(rest % 1'000'000'000);
    ::nanosleep(&span, nullptr);
  }
  const auto now = std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
  const auto second = survey.kernel_file("/proc/diskstats");
  if (!second) return gathered.take(path, what, source, tl::unexpected<Error>(second.error()));
  std::string text = format_rfc3339(std::chrono::time_point_cast<std::chrono::milliseconds>(survey.begun)) + "\n" + survey.diskstats +
                     format_rfc3339(std::chrono::time_point_cast<std::chrono::milliseconds>(now)) + "\n" + *second;
  // Whoever waits for a disk, and limits that are meant to slow it, belong to these numbers.
  for (const auto& process : survey.processes) {
    static constexpr std::array<std::string_view, 8> k_pullers{"containerd", "dockerd", "crio", "unpigz", "igzip", "tar", "k3s", "rke2"};
    if (process.state == 'D' && std::find(k_pullers.begin(), k_pullers.end(), process.program()) != k_pullers.end())
      text += fmt::format("[{}] {} state D wchan {}\n", process.pid, process.program(), process.waits_in.empty() ? "?" : process.waits_in);
  }
  for (const auto* daemon : survey.daemons()) {
    const auto* sys = survey.sys();
    const auto folder = cgroup_folder(survey, daemon->pid, "blkio");
    if (sys == nullptr || folder.empty()) continue;
    if (const auto limits = sys->read(folder + "/io.max", 65536))
      for (const auto line : split(*limits, '\n')) {
        const auto at = line.find(" wbps=");
        if (at == std::string_view::npos || line.substr(at + 6).starts_with("max")) continue;
        const auto limit = line.substr(at + 6);
        text += fmt::format("{}/io.max, as throttle.write_bps_device: {} {}\n", folder, line.substr(0, line.find(' ')),
                            limit.substr(0, limit.find(' ')));
      }
    if (const auto limits = sys->read(folder + "/blkio.throttle.write_bps_device", 65536))
      for (const auto line : split(*limits, '\n'))
        if (!line.empty()) text += fmt::format("{}/blkio.throttle.write_bps_device: {}\n", folder, line);
  }
  gathered.add(path, what, source, text);
}

}  // namespace unsnag::collect
