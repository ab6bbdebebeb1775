// SPDX-License-Identifier: Apache-2.0
#include "diagnose/places.h"

#include <algorithm>

#include "base/text.h"

namespace unsnag::diagnose {
namespace {

struct Place {
  std::string_view of;  // a platform that brings its own containerd, or a runtime
  std::string_view unit, store;
};
/// Platforms come first: what they bring along lies elsewhere than the distribution's (peers' own documentation).
constexpr std::array<Place, 8> k_places{{
    {"k3s", "k3s", "/var/lib/rancher/k3s/agent/containerd"},
    {"rke2", "rke2-agent", "/var/lib/rancher/rke2/agent/containerd"},
    {"k0s", "k0sworker", "/var/lib/k0s/containerd"},
    {"microk8s", "snap.microk8s.daemon-containerd", "/var/snap/microk8s/common/var/lib/containerd"},
    {"containerd", "containerd", "/var/lib/containerd"},
    {"docker", "docker", "/var/lib/docker"},
    {"cri-o", "crio", "/var/lib/containers/storage"},
    {"podman", "", "/var/lib/containers/storage"},
}};

constexpr std::array<PlaceWord, 2> k_words{{
    {"unit", "UNIT is containerd, docker or crio: what this node runs."},
    {"store", "STORE is /var/lib/containerd, /var/lib/docker or /var/lib/containers/storage: the runtime's that this node has."},
}};

/// What only these platforms' own journals and folders look like. They run kubelet and containerd under their own name.
struct Trace {
  std::string_view platform, journal, folder;
};
constexpr std::array<Trace, 4> k_traces{{{"k3s", " k3s[", "/rancher/k3s/"},
                                         {"rke2", " rke2[", "/rancher/rke2/"},
                                         {"k0s", " k0s[", "/k0s/containerd"},
                                         {"microk8s", " microk8s.daemon-", "/snap/microk8s/"}}};

std::string platform_spoken(const CaseFile& file) {
  for (const auto& fact : file.facts) {
    if (fact.noted == nullptr || fact.tie == Tie::node) continue;
    const std::string_view text = fact.noted->first_origin.text;
    for (const auto& trace : k_traces)
      if (contains(text, trace.journal) || contains(text, trace.folder) || fact.fact.get("program") == trace.platform)
        return std::string(trace.platform);
  }
  return {};
}

/// "111122223333.dkr.ecr.eu-central-1.amazonaws.com" has the region as its fourth part.
std::string region_of(std::string_view registry) {
  constexpr std::string_view k_mark = ".dkr.ecr.";
  const auto at = registry.find(k_mark);
  if (at == std::string_view::npos) return {};
  const auto rest = registry.substr(at + k_mark.size());
  const auto end = rest.find(".amazonaws.");
  return end == std::string_view::npos ? std::string() : std::string(rest.substr(0, end));
}

std::string tag_of(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const auto name = image.substr(std::min(image.size(), image.rfind('/') + 1));
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? std::string() : std::string(name.substr(colon + 1));
}

}  // namespace

std::string platform_of(const CaseFile& file) {
  std::string platform;
  for (const auto& fact : file.facts)
    if (fact.fact.name == "platform") {
      const auto name = fact.fact.get("name");
      // The longer name is the more exact one: eks-al2023 beats eks.
      if (platform.empty() || name.size() > platform.size()) platform = name;
    }
  return platform.empty() ? platform_spoken(file) : platform;
}

std::string runtime_of(const CaseFile& file) {
  const auto* runtime = file.find("runtime");
  return runtime == nullptr ? std::string() : std::string(runtime->fact.get("name"));
}

std::string namespace_of(const CaseFile& file) {
  const auto slash = file.pod.find('/');
  return slash == std::string::npos ? std::string() : file.pod.substr(0, slash);
}

bool is_place(std::string_view name) {
  static constexpr std::array<std::string_view, 6> k_names{"unit", "store", "client", "region", "tag", "hostname"};
  return std::find(k_names.begin(), k_names.end(), name) != k_names.end();
}

const std::array<PlaceWord, 2>& place_words() { return k_words; }

std::string place_named(std::string_view name, const CaseFile& file) {
  if (name == "region") return region_of(file.registry);
  if (name == "tag") return file.pull == nullptr ? std::string() : tag_of(file.pull->image_as_given);
  if (name == "hostname")
    return file.registry.substr(0, file.registry.rfind(':') == std::string::npos ? file.registry.size() : file.registry.rfind(':'));
  if (name == "client") return runtime_of(file) == "docker" ? "docker" : "crictl";
  if (name != "unit" && name != "store") return {};
  const auto platform = platform_of(file), runtime = runtime_of(file);
  for (const auto& place : k_places)
    if (place.of == runtime || (place.of == platform && runtime != "docker" && runtime != "cri-o"))
      return std::string(name == "unit" ? place.unit : place.store);
  return {};
}

}  // namespace unsnag::diagnose
