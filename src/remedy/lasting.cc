// SPDX-License-Identifier: Apache-2.0
#include "remedy/lasting.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "diagnose/verdict.h"
#include "remedy/containerd_files.h"

namespace unsnag::remedy {
namespace {

struct Name {
  std::string_view name;
  Runtime runtime;
  platforms::Runtime there;
};
constexpr std::array<Name, 4> k_runtimes{{{"docker", Runtime::dockershim, platforms::Runtime::docker},
                                          {"containerd", Runtime::containerd, platforms::Runtime::containerd},
                                          {"cri-dockerd", Runtime::cri_dockerd, platforms::Runtime::cri_dockerd},
                                          {"crio", Runtime::crio, platforms::Runtime::crio}}};

/// Platforms whose nodes have one runtime, whatever this machine has.
Runtime runtime_of_platform(std::string_view platform) {
  for (const auto one : {"nodeadm", "karpenter", "k3s", "rke2", "aks", "gke", "talos", "bottlerocket"})
    if (platform == one) return Runtime::containerd;
  return platform == "openshift" ? Runtime::crio : Runtime::unknown;
}

/// A node of today with this runtime, of which nothing else is known.
NodeFacts node_with(Runtime runtime) {
  NodeFacts facts;
  facts.runtime = runtime;
  facts.platform = "plain";
  facts.elsewhere = true;
  if (runtime == Runtime::containerd) facts.containerd_config = "/etc/containerd/config.toml";
  facts.kubelet.found = facts.engine.found = true;
  facts.kubelet.unit.name = "kubelet.service";
  facts.kubelet_config = "/var/lib/kubelet/config.yaml";
  facts.knows_pull_deadline = runtime == Runtime::dockershim;  // there was no dockershim without the flag
  facts.knows_parallel_limit = runtime != Runtime::dockershim;
  facts.knows_progress_timeout = true;
  switch (runtime) {
    case Runtime::dockershim: facts.engine.unit.name = "docker.service"; break;
    case Runtime::cri_dockerd:
      facts.engine.unit.name = "docker.service";
      facts.cri_dockerd.found = true;
      facts.cri_dockerd.unit.name = "cri-docker.service";
      break;
    case Runtime::crio: facts.engine.unit.name = "crio.service"; break;
    default: facts.engine.unit.name = "containerd.service"; break;
  }
  return facts;
}

std::string title_of(std::string_view cause) {
  for (const auto& page : diagnose::cause_pages())
    if (page.id == cause) return page.title;
  return std::string(cause);
}

}  // namespace

const std::vector<std::string_view>& runtime_names() {
  static const std::vector<std::string_view> k_names = [] {
    std::vector<std::string_view> names;
    names.reserve(k_runtimes.size());
    for (const auto& one : k_runtimes) names.push_back(one.name);
    return names;
  }();
  return k_names;
}

Result<Lasting> lasting_change(const node::Root& root, const Cure& cure, const Values& values, std::string_view platform,
                               std::string_view runtime, std::string_view command) {
  TRY_ASSIGN(auto facts, look_at(root));
  auto wanted = runtime_of_platform(platform);
  for (const auto& one : k_runtimes)
    if (one.name == runtime) wanted = one.runtime;
  if (wanted == Runtime::unknown) wanted = facts.runtime;
  if (wanted == Runtime::unknown)
    return fail(Errc::invalid_argument,
                fmt::format("which runtime do those nodes have? --runtime {}", fmt::join(runtime_names(), ", or ")));
  Lasting lasting;
  // The node at hand is one of them when its runtime is theirs; what it is known to be then counts.
  if (facts.runtime == wanted && facts.kubelet.found) {
    lasting.context.containerd_version = wanted == Runtime::containerd ? facts.engine.version : "";
    lasting.context.kubernetes_version = facts.kubelet.version;
    if (wanted == Runtime::containerd)
      if (const auto files = read_containerd_files(root, facts.containerd_config); files && files->has_main)
        lasting.context.containerd_config_version = files->version;
  }
  // A distribution's own node refuses what its platform's text can say (registries.yaml).
  if (facts.runtime != wanted || !facts.kubelet.found || !facts.distribution.empty()) facts = node_with(wanted);
  // What is configured on this machine says nothing of nodes that it is none of.
  const auto elsewhere = node::Root::nothing();
  TRY_ASSIGN(auto prescription, cure.prescribe(facts.elsewhere ? elsewhere : root, facts, values));
  lasting.settings = std::move(prescription.settings);
  lasting.warnings = std::move(prescription.warnings);
  for (const auto& one : k_runtimes)
    if (one.runtime == wanted) lasting.context.runtime = one.there;
  lasting.context.cause = cure.cause;
  lasting.context.cause_title = title_of(cure.cause);
  lasting.context.command = command;
  return lasting;
}

}  // namespace unsnag::remedy
