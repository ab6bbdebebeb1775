// SPDX-License-Identifier: Apache-2.0
// See kubernetes_node.h. Sources: kubernetes pkg/kubelet/nodestatus/setters.go (conditions and their reasons),
// node-problem-detector's config/ (KernelDeadlock and the like).
#include "readers/kubernetes_node.h"

#include "base/text.h"

namespace unsnag::readers::kubernetes {
namespace {

Saying& say(Collector& collector, std::string_view node, std::uint64_t line, std::string_view shown) {
  auto& saying = collector.say(line, shown);
  saying.context.scope.node = node;
  saying.about_pod = false;
  return saying;
}

/// Platforms by the words that only they put there.
struct Mark {
  std::string_view part, platform;
};
constexpr Mark k_labels[] = {
    {"eks.amazonaws.com/", "eks"},
    {"alpha.eksctl.io/", "eks"},
    {"cloud.google.com/gke-", "gke"},
    {"kubernetes.azure.com/", "aks"},
    {"k3s.io/", "k3s"},
    {"rke.cattle.io/", "rke2"},
    {"microk8s.io/", "microk8s"},
    {"minikube.k8s.io/", "minikube"},
    {"node.openshift.io/", "openshift"},
};
constexpr Mark k_kubelets[] = {{"-eks-", "eks"}, {"-gke.", "gke"}, {"+k3s", "k3s"}, {"+rke2", "rke2"}, {"+k0s", "k0s"}};
constexpr Mark k_systems[] = {{"Bottlerocket", "bottlerocket"}, {"Talos", "talos"}, {"Red Hat Enterprise Linux CoreOS", "openshift"}};

template <std::size_t N>
std::string_view platform_in(std::string_view text, const Mark (&marks)[N]) {
  for (const auto& mark : marks)
    if (contains(text, mark.part)) return mark.platform;
  return {};
}

void say_platform(Collector& collector, std::string_view node, std::string_view name, std::string_view by, std::uint64_t line,
                  std::string_view shown) {
  if (name.empty()) return;
  auto& saying = say(collector, node, line, shown);
  saying.context.certainty = timeline::Certainty::inferred;
  saying.facts = {make_fact("platform", {{"name", name}, {"by", by}})};
}

}  // namespace

bool is_condition_type(std::string_view word) {
  static constexpr std::string_view k_types[] = {"Ready",
                                                 "DiskPressure",
                                                 "MemoryPressure",
                                                 "PIDPressure",
                                                 "NetworkUnavailable",
                                                 "OutOfDisk",
                                                 "KernelDeadlock",
                                                 "ReadonlyFilesystem",
                                                 "CorruptDockerOverlay2",
                                                 "FrequentKubeletRestart",
                                                 "FrequentDockerRestart",
                                                 "FrequentContainerdRestart",
                                                 "ContainerRuntimeUnhealthy",
                                                 "KubeletUnhealthy",
                                                 "ContainerRuntimeReady",
                                                 "StorageReady",
                                                 "KernelReady",
                                                 "NetworkingReady",
                                                 "ContainerRuntimeProblem",
                                                 "FilesystemCorruptionProblem",
                                                 "KubeletProblem"};
  for (const auto type : k_types)
    if (word == type) return true;
  return false;
}

std::string_view event_of_condition(std::string_view type, std::string_view status) {
  if (type == "Ready") return status == "True" ? "NodeReady" : status == "False" ? "NodeNotReady" : "";
  if (type == "DiskPressure") return status == "True" ? "NodeHasDiskPressure" : "NodeHasNoDiskPressure";
  return {};
}

void say_condition(Collector& collector, std::string_view node, const NodeCondition& condition, std::uint64_t line,
                   std::string_view shown) {
  // "…Ready" conditions of EKS' monitoring agent are good when True, pressures and problems when False.
  const bool good_when_true = condition.type.size() >= 5 && condition.type.substr(condition.type.size() - 5) == "Ready";
  if (condition.status == (good_when_true ? "True" : "False")) return;
  if (condition.status == "Unknown" && condition.type != "Ready") return;  // they all turn Unknown with Ready

  auto& saying = say(collector, node, line, shown);
  saying.context.when = condition.since;
  saying.text = condition.message;
  if (condition.type == "DiskPressure" || condition.type == "OutOfDisk") saying.facts = {make_fact("disk-pressure")};
  else if (condition.type == "ReadonlyFilesystem") saying.facts = {make_fact("read-only-fs")};
  else if (condition.type == "NetworkUnavailable") saying.facts = {make_fact("not-a-pull", {{"what", "cni"}})};
  else if (condition.type == "Ready")
    saying.facts = {make_fact("node-not-ready", {{"status", condition.status}, {"reason", condition.reason}})};
  else saying.facts = {make_fact("node-problem", {{"type", condition.type}, {"reason", condition.reason}})};
}

bool say_node_info(Collector& collector, std::string_view node, std::string_view key, std::string_view value, std::uint64_t line,
                   std::string_view shown) {
  if (value.empty()) return false;
  const auto version = [&](std::string_view of, std::string_view number) {
    say(collector, node, line, shown).facts = {make_fact("version", {{"of", of}, {"version", number}})};
  };
  const auto platform = [&](std::string_view name, std::string_view by) { say_platform(collector, node, name, by, line, shown); };
  if (key == "Container Runtime Version" || key == "containerRuntimeVersion") {
    const auto mark = value.find("://");  // "containerd://2.1.9", "docker://20.10.24+dfsg1"
    if (mark == std::string_view::npos) return false;
    const auto name = value.substr(0, mark);
    version(name == "docker" ? "dockerd" : name == "crio" ? "cri-o" : name, value.substr(mark + 3));
    if (contains(value, "-k3s")) platform("k3s", "container runtime version");
  } else if (key == "Kubelet Version" || key == "kubeletVersion") {
    version("kubelet", value.front() == 'v' ? value.substr(1) : value);
    platform(platform_in(value, k_kubelets), "kubelet version");
  } else if (key == "Kernel Version" || key == "kernelVersion") {
    version("kernel", value);
  } else if (key == "OS Image" || key == "osImage") {
    version("os", value);
    platform(platform_in(value, k_systems), "OS image");
  } else if (key == "Architecture" || key == "architecture") {
    say(collector, node, line, shown).facts = {make_fact("node-cpu", {{"arch", value}})};
  } else {
    return false;
  }
  return true;
}

void say_node_label(Collector& collector, std::string_view node, std::string_view key, std::uint64_t line, std::string_view shown) {
  for (const auto& mark : k_labels) {
    if (!key.starts_with(mark.part)) continue;
    return say_platform(collector, node, mark.platform, "node label", line, shown);
  }
}

}  // namespace unsnag::readers::kubernetes
