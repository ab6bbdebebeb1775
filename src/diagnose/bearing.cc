// SPDX-License-Identifier: Apache-2.0
#include "diagnose/bearing.h"

#include <algorithm>

#include "base/text.h"
#include "catalogue/catalogue.h"

namespace unsnag::diagnose {

using catalogue::FailureKind;
using timeline::Noted;
using timeline::Outcome;

namespace {

/// Whether the socket at `path` is that of a runtime or snapshotter, by what they are called. Others belong to network
/// agents, storage plugins, identity agents; and in a runtime's own folders are those of its shims and plugins.
bool is_runtime_socket(std::string_view path) {
  for (const std::string_view other : {"/var/lib/kubelet/", "/containerd/s/", "/docker/plugins/", "csi.sock"})
    if (contains(path, other)) return false;
  for (const std::string_view name : {"containerd", "docker", "crio", "podman", "buildkit", "stargz", "soci", "nydus", "isulad", "pouch"})
    if (contains(path, name)) return true;
  return false;
}

}  // namespace

bool is_beside(const Noted& noted) {
  const auto& fact = noted.fact;
  const auto& name = fact.name;
  // A socket of nobody we know counts only where the line itself is about a pull; kubelet's folder holds plugins only.
  if (const auto path = fact.get("path"); name == "runtime-unavailable" && !path.empty() && !is_runtime_socket(path))
    if (noted.scope.image.empty() || contains(path, "/var/lib/kubelet/")) return true;
  return fact.get("subject") == "other" && name != "too-many" && name != "not-a-pull" && name != "image-gc";
}

FailureKind kind_of(const Noted& noted) {
  if (is_beside(noted)) return FailureKind::no;
  const auto kind = catalogue::failure_kind(noted.fact.name);
  // The kernel speaks of the machine, never of a pull: its disk's troubles are the node's.
  const bool kernel = noted.first_origin.message.compare(0, 7, "kernel.") == 0;
  return kernel && kind == FailureKind::step ? FailureKind::node : kind;
}

bool is_failure(const Noted& noted) {
  const auto kind = kind_of(noted);
  return kind == FailureKind::pull || kind == FailureKind::step;
}

bool is_about_a_pull(const Noted& noted) {
  const auto& fact = noted.fact;
  // A pod that the node turns away never comes to its pull.
  if (kind_of(noted) == FailureKind::pull || (fact.name == "evicted" && fact.get("resource") != "memory")) return true;
  // What only registries, and clients about them, say.
  static constexpr std::string_view k_facts[] = {"registry-said", "access-denied", "token-failed", "platform-absent", "media-type"};
  if (std::find(std::begin(k_facts), std::end(k_facts), fact.name) != std::end(k_facts)) return true;
  if (fact.name == "not-found" && fact.get("where") == "registry") return true;
  const auto url = fact.get("url");
  if (!fact.get("step").empty() || contains(url, "/v2/") || contains(url, "/blobs/")) return true;
  static constexpr std::string_view k_speakers[] = {
      "registries.", "dockerd.", "containers-image.", "crictl.",     "ctr.",  "nerdctl.", "buildkit.",
      "unpack.",     "cloud.",   "podman.",           "containerd.", "soci.", "stargz."};
  const auto& message = noted.first_origin.message;
  return std::any_of(std::begin(k_speakers), std::end(k_speakers),
                     [&](std::string_view speaker) { return message.compare(0, speaker.size(), speaker) == 0; });
}

bool is_anybodys(const Noted& noted) { return catalogue::is_library(noted.first_origin.program); }

bool has_succeeded(const timeline::Pull& pull) {
  if (std::any_of(pull.facts.begin(), pull.facts.end(), [](const Noted& noted) { return noted.fact.name == "pull-succeeded"; }))
    return true;
  return !pull.attempts.empty() && (pull.attempts.back().outcome == Outcome::ok || pull.attempts.back().outcome == Outcome::cached);
}

std::string_view repository_in(std::string_view url) {
  constexpr std::string_view k_start = "/v2/";
  const auto start = url.find(k_start);
  if (start == std::string_view::npos) return {};
  url.remove_prefix(start + k_start.size());
  for (const std::string_view end : {"/manifests/", "/blobs/", "/tags/"})
    if (const auto at = url.rfind(end); at != std::string_view::npos) return url.substr(0, at);
  return {};
}

bool asks_for(std::string_view asked, std::string_view repository) {
  if (repository.empty() || asked.size() < repository.size() || asked.substr(asked.size() - repository.size()) != repository) return false;
  return asked.size() == repository.size() || asked[asked.size() - repository.size() - 1] == '/';
}

}  // namespace unsnag::diagnose
