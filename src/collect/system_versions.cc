// SPDX-License-Identifier: Apache-2.0
// Which versions the node's programs are, without running one: what the Go toolchain left in them, else the package list.
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "collect/packages.h"
#include "collect/system.h"
#include "node/go_program.h"
#include "places/places.h"

namespace unsnag::collect {
namespace {

struct Program {
  std::string name, path, note;
};

/// The running ones first, then those that lie where they are expected.
std::vector<Program> programs(const Survey& survey) {
  std::vector<Program> found;
  std::set<std::string> seen;
  const auto add = [&](std::string name, const std::string& path, std::string note) {
    const auto real = survey.root.resolve(path);
    if (real && survey.root.exists(path) && seen.insert(*real).second) found.push_back({std::move(name), *real, std::move(note)});
  };
  for (const auto* daemon : survey.daemons()) {
    constexpr std::string_view k_gone = " (deleted)";
    const bool gone = daemon->exe.ends_with(k_gone);
    if (!daemon->exe.starts_with('/')) continue;
    add(std::string(node::daemon_of(*daemon)), gone ? daemon->exe.substr(0, daemon->exe.size() - k_gone.size()) : daemon->exe,
        gone ? "replaced since it was started: the running one is another" : fmt::format("running, pid {}", daemon->pid));
  }
  for (const auto& place : places::programs()) add(std::string(place.what), std::string(place.path), "");
  return found;
}

}  // namespace

std::map<std::string, std::string> package_versions(std::string_view dpkg_status) {
  static const std::map<std::string_view, std::string_view> k_programs{{"kubelet", "kubelet"},
                                                                       {"containerd", "containerd"},
                                                                       {"containerd.io", "containerd"},
                                                                       {"docker.io", "dockerd"},
                                                                       {"docker-ce", "dockerd"},
                                                                       {"moby-engine", "dockerd"},
                                                                       {"moby-containerd", "containerd"},
                                                                       {"cri-o", "cri-o"},
                                                                       {"cri-dockerd", "cri-dockerd"},
                                                                       {"runc", "runc"},
                                                                       {"moby-runc", "runc"},
                                                                       {"crun", "crun"}};
  std::map<std::string, std::string> versions;
  std::string_view package;
  bool installed = false;
  for (const auto line : split(dpkg_status, '\n')) {
    if (line.starts_with("Package: ")) {
      package = trim(line.substr(9));
      installed = false;
    }
    if (line.starts_with("Status: ")) installed = line.ends_with(" installed");
    if (!installed || !line.starts_with("Version: ")) continue;
    const auto known = k_programs.find(package);
    if (known == k_programs.end()) continue;
    auto version = trim(line.substr(9));
    if (const auto epoch = version.find(':'); epoch != std::string_view::npos) version.remove_prefix(epoch + 1);
    versions[std::string(known->second)] = std::string(version);
  }
  return versions;
}

void versions(const Survey& survey, Gathered& gathered) {
  constexpr std::size_t k_most_status = std::size_t{64} << 20U;
  std::map<std::string, std::string> packages;
  std::string text;
  if (const auto status = survey.root.read("/var/lib/dpkg/status", k_most_status)) packages = package_versions(*status);
  std::set<std::string> told;
  for (const auto& program : programs(survey)) {
    const auto found = node::read_go_program(survey.root, program.path);
    const auto name = program.name == "crio" ? std::string("cri-o") : program.name;
    std::string version = found ? found->version : std::string();
    std::string by = "its build information";
    if (version.empty() && packages.contains(name)) {
      version = packages[name];
      by = "the package list";
    }
    const bool replaced = program.note.starts_with("replaced");
    if (!version.empty() && !replaced && told.insert(name).second) text += fmt::format("{} {}\n", name, printable(clip(version, 100)));
    text += fmt::format("# {}: {}", program.path, version.empty() ? "version unknown" : printable(clip(version, 100)) + " by " + by);
    if (!program.note.empty()) text += ", " + program.note;
    if (found) {
      text += fmt::format(", {}, {}", found->go, printable(clip(found->path, 200)));
      for (const auto& [key, value] : found->settings)
        if (key == "vcs.revision" || key == "vcs.time" || key == "vcs.modified")
          text += fmt::format(", {} {}", key, printable(clip(value, 100)));
    } else if (found.error().code != Errc::unsupported) {
      text += ", " + found.error().message();
    }
    text += "\n";
  }
  for (const auto& [name, version] : packages)
    if (!told.contains(name)) text += fmt::format("{} {}\n# of the package list\n", name, version);
  if (!text.empty()) gathered.add("system/versions.txt", "versions of kubelet and the runtimes", "the programs' build information", text);
}

}  // namespace unsnag::collect
