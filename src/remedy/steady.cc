// SPDX-License-Identifier: Apache-2.0
#include "remedy/steady.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "node/pressure.h"
#include "remedy/ask_node.h"
#include "runtimes/activity.h"

namespace unsnag::remedy {
namespace {

constexpr std::chrono::seconds k_lately{60};

SysTime time_of(const struct timespec& time) { return SysTime(std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec)); }

std::string download(std::uint64_t bytes, nanoseconds ago) {
  return fmt::format("a download ({} so far, last written {} ago)", format_size(bytes), format_short(ago));
}

/// containerd keeps a folder for each blob that is being written: ingest/<hash>/{ref,data,startedat,updatedat,total}.
void look_at_ingests(const node::Root& root, const std::string& store, SysTime now, Observed& observed) {
  const auto folder = store + "/io.containerd.content.v1.content/ingest";
  const auto entries = root.list(folder);
  if (!entries) {
    if (entries.error().code != Errc::not_found) observed.unknown.push_back(folder + ": " + entries.error().message());
    return;
  }
  for (const auto& entry : *entries) {
    const auto data = root.status(folder + "/" + entry.name + "/data");
    if (!data) continue;
    const auto ago = now - time_of(data->st_mtim);
    if (ago < k_lately) observed.under_way.push_back(download(static_cast<std::uint64_t>(data->st_size), std::max(ago, nanoseconds(0))));
  }
}

/// dockerd and containers/image load a layer into a temporary file of this beginning.
void look_at_temporary_files(const node::Root& root, const std::string& folder, std::string_view begins, SysTime now, Observed& observed) {
  const auto entries = root.list(folder);
  if (!entries) {
    if (entries.error().code != Errc::not_found) observed.unknown.push_back(folder + ": " + entries.error().message());
    return;
  }
  for (const auto& entry : *entries) {
    if (entry.name.substr(0, begins.size()) != begins) continue;
    const auto ago = now - time_of(entry.info.st_mtim);
    if (ago < k_lately)
      observed.under_way.push_back(download(static_cast<std::uint64_t>(entry.info.st_size), std::max(ago, nanoseconds(0))));
  }
}

/// What the runtime itself says. False: it could not say all of it.
bool ask_runtime(const node::Root& root, const NodeFacts& facts, SysTime now, Observed& observed) {
  const auto socket = socket_of(root, facts.engine.unit.name);
  if (!socket) return false;
  runtimes::Lately lately;
  lately.now = now;
  const auto all = runtimes::activities(*socket, {}, lately);
  for (const auto& one : all.under_way)
    observed.under_way.push_back(
        fmt::format("{} {}{}", runtimes::to_string(one.what), one.name, one.detail.empty() ? "" : " (" + one.detail + ")"));
  observed.unknown.insert(observed.unknown.end(), all.unknown.begin(), all.unknown.end());
  return all.unknown.empty();
}

/// pkg/kubelet/eviction: what the manager says before it evicts.
void look_for_evictions(const node::Root& root, const NodeFacts& facts, SysTime now, Observed& observed) {
  if (!facts.kubelet.found) return;
  const auto text = journal_text(root, facts.kubelet.unit.name, now - k_lately);
  std::size_t count = 0;
  for (const auto line : split(text, '\n'))
    if (contains(line, "viction manager: must evict pod(s)") || contains(line, "viction manager: attempting to reclaim")) ++count;
  if (count != 0) observed.evictions.push_back("kubelet evicts pods: it said so in the last minute");
}

std::string store_of(const NodeFacts& facts) {
  if (!facts.distribution.empty()) return fmt::format("/var/lib/rancher/{}/agent/containerd", facts.distribution);
  switch (facts.runtime) {
    case Runtime::dockershim:
    case Runtime::cri_dockerd: return "/var/lib/docker";
    case Runtime::crio: return "/var/lib/containers/storage";
    default: return "/var/lib/containerd";
  }
}

std::optional<double> available_memory(std::string_view meminfo) {
  double total = 0, available = -1;
  for (const auto line : split(meminfo, '\n')) {
    const auto words = split_words(line);
    if (words.size() < 2) continue;
    double value = 0;
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), value);
    if (words[0] == "MemTotal:") total = value;
    if (words[0] == "MemAvailable:") available = value;
  }
  if (total <= 0 || available < 0) return std::nullopt;
  return 100 * available / total;
}

}  // namespace

std::vector<std::string> in_the_way(const Observed& observed, const SteadyLimits& limits) {
  std::vector<std::string> all(observed.under_way);
  all.insert(all.end(), observed.evictions.begin(), observed.evictions.end());
  const auto above = [&](const std::optional<double>& value, double limit, std::string_view what) {
    if (value && *value > limit) all.push_back(fmt::format("tasks wait for {} {:.0f} % of the time (over {:.0f} %)", what, *value, limit));
  };
  above(observed.waits_for_disk, limits.disk, "the disk");
  above(observed.waits_for_memory, limits.memory, "memory");
  const auto below = [&](const std::optional<double>& value, double limit, std::string_view what) {
    if (value && *value < limit) all.push_back(fmt::format("only {:.1f} % of {} is available", *value, what));
  };
  below(observed.memory_available, limits.memory_available, "the memory");
  below(observed.disk_available, limits.disk_available, "the images' disk");
  return all;
}

Observed observe(const node::Root& root, const NodeFacts& facts, SysTime now) {
  Observed observed;
  const auto store = store_of(facts);
  const bool asked = root.is_this_machine() && ask_runtime(root, facts, now, observed);
  if (root.is_this_machine()) look_for_evictions(root, facts, now, observed);
  if (facts.runtime == Runtime::containerd && !asked) look_at_ingests(root, store, now, observed);
  if (facts.runtime == Runtime::dockershim || facts.runtime == Runtime::cri_dockerd)
    look_at_temporary_files(root, store + "/tmp", "GetImageBlob", now, observed);
  if (facts.runtime == Runtime::crio) look_at_temporary_files(root, "/var/tmp", "container_images_", now, observed);
  const auto pressure = [&](std::string_view name) -> std::optional<double> {
    const auto text = root.read(fmt::format("/proc/pressure/{}", name));
    return text ? node::pressure_in(*text) : std::nullopt;
  };
  observed.waits_for_disk = pressure("io");
  observed.waits_for_memory = pressure("memory");
  if (const auto meminfo = root.read("/proc/meminfo")) observed.memory_available = available_memory(*meminfo);
  if (const auto fd = root.open_path(store, O_RDONLY | O_DIRECTORY)) {
    struct statvfs disk {};
    if (::fstatvfs(fd->get(), &disk) == 0 && disk.f_blocks > 0)
      observed.disk_available = 100 * static_cast<double>(disk.f_bavail) / static_cast<double>(disk.f_blocks);
  }
  return observed;
}

}  // namespace unsnag::remedy
