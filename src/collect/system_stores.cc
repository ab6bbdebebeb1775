// SPDX-License-Identifier: Apache-2.0
// What is being pulled at this moment, by the files that it leaves, and how much the stores hold: counted, not read.
#include <array>
#include <charconv>
#include <chrono>
#include <set>

#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"
#include "collect/configured.h"
#include "collect/system.h"

namespace unsnag::collect {
namespace {

constexpr std::array<std::string_view, 8> k_containerd_roots{"/var/lib/containerd",
                                                             "/mnt/containerd",
                                                             "/var/lib/rancher/k3s/agent/containerd",
                                                             "/var/lib/rancher/rke2/agent/containerd",
                                                             "/var/lib/k0s/containerd",
                                                             "/var/snap/microk8s/common/var/lib/containerd",
                                                             "/var/lib/docker/containerd/daemon",
                                                             "/var/lib/host-containerd"};
constexpr std::size_t k_most_ingests = 1000;
constexpr std::size_t k_most_config = std::size_t{1} << 20U;  // bytes

/// As docker/go-units says it, and so `ctr content active`: "About a minute", "3 hours".
std::string ago(nanoseconds span) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  const auto minutes = s / 60, hours = (s + 1800) / 3600;
  if (s < 1) return "Less than a second";
  if (s == 1) return "1 second";
  if (s < 60) return fmt::format("{} seconds", s);
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return fmt::format("{} minutes", minutes);
  if (hours == 1) return "About an hour";
  if (hours < 48) return fmt::format("{} hours", hours);
  if (hours < 24 * 14) return fmt::format("{} days", hours / 24);
  if (hours < 24 * 60) return fmt::format("{} weeks", hours / 24 / 7);
  return fmt::format("{} months", hours / 24 / 30);
}

std::string word(const node::Root& root, const std::string& path) {
  const auto text = root.read(path, 4096);
  return text ? std::string(trim(printable(*text))) : std::string();
}

/// Folders that a running daemon was told by a flag.
template <typename Add>
void told_by_flags(const Survey& survey, std::string_view daemon, const std::vector<std::string>& flags, const Add& add) {
  for (const auto* process : survey.daemons())
    if (node::daemon_of(*process) == daemon)
      for (const auto& flag : flags)
        for (auto& folder : node::flag_values(process->argv, flag)) add(std::move(folder));
}

/// Folders of containerd's: the known ones, what a running one was told, and what its configuration says (an instance store that
/// holds the images is common).
std::vector<std::string> containerd_roots(const Survey& survey) {
  std::vector<std::string> roots;
  std::set<std::string> seen;
  const auto add = [&](std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (!path.starts_with('/') || !survey.root.exists(path + "/io.containerd.content.v1.content")) return;
    // /var/lib/containerd may be a link to where it really is.
    if (const auto real = survey.root.resolve(path); real && seen.insert(*real).second) roots.push_back(std::move(path));
  };
  for (const auto known : k_containerd_roots) add(std::string(known));
  told_by_flags(survey, "containerd", {"root"}, add);
  for (const auto& place : places_of(survey)) {
    if (place.of != "containerd" || !place.path.ends_with(".toml") || place.path.ends_with("/hosts.toml")) continue;
    if (const auto text = survey.root.read(place.path, k_most_config))
      if (const auto document = parse_toml(*text)) add((*document)["root"].scalar);
  }
  return roots;
}

/// Docker's: the usual ones, what a running one was told, and what daemon.json says.
std::set<std::string> docker_roots(const Survey& survey) {
  std::set<std::string> roots{"/var/lib/docker", "/var/snap/docker/common/var-lib-docker"};
  const auto add = [&](std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (path.starts_with('/')) roots.insert(std::move(path));
  };
  told_by_flags(survey, "dockerd", {"data-root", "graph", "g"}, add);
  if (const auto text = survey.root.read("/etc/docker/daemon.json", k_most_config))
    if (const auto document = parse_json(*text))
      for (const auto* key : {"data-root", "graph"}) add((*document)[key].scalar);
  return roots;
}

void ingests(const Survey& survey, const std::vector<std::string>& roots, Gathered& gathered) {
  std::string table, details;
  std::size_t count = 0;
  for (const auto& root : roots) {
    const auto folder = root + "/io.containerd.content.v1.content/ingest";
    const auto entries = survey.root.list(folder);
    if (!entries) {
      gathered.take("system/ingests.txt", "layers that are being pulled", survey.root.here(folder), tl::unexpected<Error>(entries.error()));
      continue;
    }
    for (const auto& entry : *entries) {
      if (++count > k_most_ingests) continue;
      const auto here = folder + "/" + entry.name;
      const auto ref = word(survey.root, here + "/ref"), started = word(survey.root, here + "/startedat"),
                 updated = word(survey.root, here + "/updatedat"), total = word(survey.root, here + "/total");
      const auto data = survey.root.status(here + "/data");
      if (ref.empty()) continue;
      const auto stamp = parse_rfc3339(started);
      table += fmt::format("{}\t{}\t{}\t\n", ref, data ? format_size(static_cast<std::uint64_t>(std::max<off_t>(data->st_size, 0))) : "?",
                           stamp && stamp->at ? ago(survey.begun - *stamp->at) : "?");
      details += fmt::format("# {}: {} of {} bytes, started {}, updated {}, last written {}\n", ref,
                             data ? std::to_string(data->st_size) : "?", total.empty() || total == "0" ? "?" : total, started, updated,
                             data ? format_rfc3339(SysTime{std::chrono::seconds(data->st_mtim.tv_sec)}) : "?");
    }
  }
  if (roots.empty()) return;
  if (count > k_most_ingests) details += fmt::format("# and {} more\n", count - k_most_ingests);
  gathered.add("system/ingests.txt", "layers that are being pulled", "the content store's ingest folders",
               "REF\tSIZE\tAGE\t\n" + table + "\n" + details);
}

/// "412 files, 8.3 GB"
std::string tally(const node::Root& root, const std::string& folder, bool sizes) {
  const auto entries = root.list(folder);
  if (!entries) return "? " + entries.error().message();
  std::uint64_t bytes = 0;
  for (const auto& entry : *entries)
    if (S_ISREG(entry.info.st_mode)) bytes += static_cast<std::uint64_t>(std::max<off_t>(entry.info.st_size, 0));
  return sizes ? fmt::format("{}, {}", entries->size(), format_size(bytes)) : std::to_string(entries->size());
}

void pulling_records(const Survey& survey, Gathered& gathered) {
  const std::string folder = "/var/lib/kubelet/image_manager/pulling";
  const auto entries = survey.root.list(folder);
  if (!entries)
    return gathered.take("system/kubelet-pulling.txt", "what kubelet says it pulls", survey.root.here(folder),
                         tl::unexpected<Error>(entries.error()));
  std::string text;
  for (const auto& entry : *entries)
    if (text.size() < 1'000'000)
      text += fmt::format("# {}: written {}\n{}\n", printable(entry.name),
                          format_rfc3339(SysTime{std::chrono::seconds(entry.info.st_mtim.tv_sec)}),
                          word(survey.root, folder + "/" + entry.name));
  if (!text.empty()) gathered.add("system/kubelet-pulling.txt", "what kubelet says it pulls", survey.root.here(folder), text);
}

}  // namespace

void stores(const Survey& survey, Gathered& gathered) {
  const auto roots = containerd_roots(survey);
  ingests(survey, roots, gathered);
  pulling_records(survey, gathered);
  std::string text;
  const auto count = [&](const std::string& what, const std::string& folder, bool sizes) {
    if (survey.root.exists(folder)) text += fmt::format("{}: {} ({})\n", folder, tally(survey.root, folder, sizes), what);
  };
  for (const auto& root : roots) {
    count("blobs", root + "/io.containerd.content.v1.content/blobs/sha256", true);
    for (const std::string snapshotter : {"overlayfs", "native", "btrfs", "zfs", "stargz"})
      count("snapshots", root + "/io.containerd.snapshotter.v1." + snapshotter + "/snapshots", false);
    count("mounts of layers that are being unpacked, or were left", root + "/tmpmounts", false);
    if (const auto info = survey.root.status(root + "/io.containerd.metadata.v1.bolt/meta.db"))
      text += fmt::format("{}: {} (the metadata)\n", root + "/io.containerd.metadata.v1.bolt/meta.db",
                          format_size(static_cast<std::uint64_t>(std::max<off_t>(info->st_size, 0))));
  }
  for (const auto& root : docker_roots(survey)) {
    count("layers", root + "/image/overlay2/layerdb/sha256", false);
    count("layers' files", root + "/overlay2", false);
    count("downloads under way, or left", root + "/tmp", true);
  }
  count("layers", "/var/lib/containers/storage/overlay", false);
  count("images", "/var/lib/containers/storage/overlay-images", false);
  if (const auto entries = survey.root.list("/var/tmp")) {
    std::size_t blobs = 0;
    for (const auto& entry : *entries) blobs += entry.name.starts_with("container_images_") || entry.name.starts_with("storage") ? 1 : 0;
    if (blobs != 0) text += fmt::format("/var/tmp: {} (CRI-O's downloads under way, or left)\n", blobs);
  }
  count("snapshots", "/var/lib/soci-snapshotter-grpc/snapshotter/snapshots", false);
  count("images that kubelet knows it pulled", "/var/lib/kubelet/image_manager/pulled", false);
  if (!text.empty()) gathered.add("system/stores.txt", "what the image stores hold", "their folders", text);
}

}  // namespace unsnag::collect
