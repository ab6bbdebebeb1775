// SPDX-License-Identifier: Apache-2.0
// AKS and GKE: managed nodes with a short list of settings, each with a name of the platform's own. What is not on the list can't
// be set there, and a change on a node is lost with the node.
// From Microsoft's "Custom node configuration parameters for AKS", Google's NodeKubeletConfig, ContainerdConfig and "Customize
// node system configuration".
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/clouds.h"
#include "platforms/makers.h"
#include "platforms/mirrors.h"
#include "platforms/node_files.h"
#include "platforms/script.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array<Names, 4> k_aks_kubelet = {{{"imageGCHighThresholdPercent", "imageGcHighThreshold"},
                                                 {"imageGCLowThresholdPercent", "imageGcLowThreshold"},
                                                 {"podPidsLimit", "podMaxPids"},
                                                 {"containerLogMaxFiles", "containerLogMaxFiles"}}};
constexpr std::array<Names, 9> k_aks_sysctls = {{{"fs.file-max", "fsFileMax"},
                                                 {"fs.inotify.max_user_watches", "fsInotifyMaxUserWatches"},
                                                 {"fs.aio-max-nr", "fsAioMaxNr"},
                                                 {"fs.nr_open", "fsNrOpen"},
                                                 {"net.core.somaxconn", "netCoreSomaxconn"},
                                                 {"kernel.threads-max", "kernelThreadsMax"},
                                                 {"vm.max_map_count", "vmMaxMapCount"},
                                                 {"vm.swappiness", "vmSwappiness"},
                                                 {"vm.vfs_cache_pressure", "vmVfsCachePressure"}}};
constexpr std::array<Names, 6> k_gke_kubelet = {{{"imageGCHighThresholdPercent", "imageGcHighThresholdPercent"},
                                                 {"imageGCLowThresholdPercent", "imageGcLowThresholdPercent"},
                                                 {"imageMinimumGCAge", "imageMinimumGcAge"},
                                                 {"imageMaximumGCAge", "imageMaximumGcAge"},
                                                 {"maxParallelImagePulls", "maxParallelImagePulls"},
                                                 {"podPidsLimit", "podPidsLimit"}}};
constexpr std::array<std::string_view, 8> k_gke_sysctls = {
    "fs.aio-max-nr",    "fs.file-max",  "fs.inotify.max_user_instances", "fs.inotify.max_user_watches", "fs.nr_open", "net.core.somaxconn",
    "vm.max_map_count", "vm.swappiness"};
constexpr std::array<Names, 6> k_proxies = {{{"HTTP_PROXY", "httpProxy"},
                                             {"http_proxy", "httpProxy"},
                                             {"HTTPS_PROXY", "httpsProxy"},
                                             {"https_proxy", "httpsProxy"},
                                             {"NO_PROXY", "noProxy"},
                                             {"no_proxy", "noProxy"}}};

template <std::size_t n>
std::string_view name_in(const std::array<Names, n>& names, std::string_view key) {
  const auto* const found = std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.first == key; });
  return found == names.end() ? std::string_view() : found->second;
}

template <std::size_t n>
Settings take_named(Order& order, Target target, const std::array<Names, n>& names) {
  auto out = order.take_if([&](const Setting& setting) { return setting.target == target && !name_in(names, setting.key).empty(); });
  for (auto& setting : out) setting.key = name_in(names, setting.key);
  return out;
}

std::string json_lines(const Settings& settings, std::size_t blanks) {
  std::string out;
  for (const auto& setting : settings)
    out += fmt::format("{}{}{}: {}", out.empty() ? "" : ",\n", std::string(blanks, ' '), json_text(setting.key), json_value(setting));
  return out;
}

// A pull is silent for a reason, and where the limit can't be moved the reason can.
constexpr std::string_view k_instead =
    "what helps there: faster disks, smaller layers or zstd, fewer pulls at once, images pulled ahead or streamed";

std::string for_credentials(const Setting& setting) {
  return setting.key.rfind("image-credential-provider", 0) == 0
             ? "; what works there: imagePullSecrets, or a role of the nodes' own identity"
             : "";
}

bool is_parallel(const Setting& setting) {
  return setting.target == Target::kubelet_config && setting.key == "serializeImagePulls" && setting.value == "false";
}

// NodeKubeletConfig.maxParallelImagePulls: from 2 to 5.
bool gke_takes(const Setting& setting) {
  return setting.key != "maxParallelImagePulls" || (setting.value.size() == 1 && setting.value[0] >= '2' && setting.value[0] <= '5');
}

std::string lacks(std::string_view platform, std::string_view instead, const Setting& setting) {
  switch (setting.target) {
    case Target::kubelet_flag:
      if (is_dockershim_flag(setting)) return fmt::format("{} sets kubelet's flags itself; {}", platform, k_instead);
      return fmt::format("{} sets kubelet's flags itself{}", platform, for_credentials(setting));
    case Target::containerd:
      return fmt::format("{} has no setting for it, and its nodes' config.toml is its own; {} ({})", platform, k_instead, instead);
    case Target::cri_dockerd_flag:
    case Target::docker:
    case Target::crio: return fmt::format("{}'s nodes run containerd", platform);
    case Target::kubelet_config:
      return fmt::format(
          "{} has no setting for this key of kubelet's; what works there: a privileged DaemonSet that sets it in kubelet's own "
          "configuration and restarts kubelet, anew on each node that is made",
          platform);
    case Target::sysctl:
      return fmt::format("{} lets other sysctls be set, not this one; a privileged DaemonSet can, as its documentation says", platform);
    case Target::environment:
    case Target::unit: return fmt::format("{} has no setting for its nodes' units", platform);
    case Target::file:
      return fmt::format("{} puts no files of yours on a node; a privileged DaemonSet can, as its documentation says", platform);
  }
  return {};
}

}  // namespace

namespace aks {
namespace {

// What the configuration of a pool has no words for, and needs no restart of anything: by a pod on each node, which is
// Microsoft's own way for it. The image is the one of its documentation.
std::string daemon_set(const Order& order, const std::vector<NodeFile>& files) {
  Script script;
  for (const auto& file : files) {
    script.write(file);
    if (!file.apply.empty()) script.run(file.apply);
  }
  return fmt::format(
      "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: {0}\n  namespace: kube-system\nspec:\n  selector:\n    matchLabels:\n      "
      "app: {0}\n  template:\n"
      "    metadata:\n      labels:\n        app: {0}\n    spec:\n      hostPID: true\n      nodeSelector:\n        kubernetes.io/os: "
      "linux\n      tolerations:\n"
      "        - operator: Exists\n      containers:\n        - name: set\n          image: mcr.microsoft.com/oss/busybox/busybox:1.33.1\n "
      "         securityContext:\n"
      "            privileged: true\n          env:\n            - name: SCRIPT\n              value: {1}\n          command:\n            "
      "- sh\n            - -ec\n"
      "            - 'nsenter -t 1 -m -u -i -n -p -- sh -c \"$SCRIPT\"; exec sleep 2147483647'\n",
      order.name(), yaml_block(script.text(), 16));
}

bool without_restart(const Setting& setting) {
  return setting.target == Target::sysctl || (setting.target == Target::file && contains(setting.key, "/certs.d/"));
}

}  // namespace

Settings take_aks_kubelet(Order& order) { return take_named(order, Target::kubelet_config, k_aks_kubelet); }
Settings take_aks_sysctls(Order& order) { return take_named(order, Target::sysctl, k_aks_sysctls); }

Settings take_aks_proxies(Order& order) {
  // Both spellings, and several units, are one setting here: the first that says it.
  Settings out;
  for (auto& setting : take_named(order, Target::environment, k_proxies)) {
    if (std::any_of(out.begin(), out.end(), [&](const auto& one) { return one.key == setting.key; })) continue;
    if (setting.key == "noProxy" && setting.kind != settings::Kind::list) {
      setting.kind = settings::Kind::list;
      for (const auto part : split(setting.value, ',')) setting.values.emplace_back(trim(part));
    }
    out.push_back(std::move(setting));
  }
  return out;
}

std::string aks_lacks(const Setting& setting) {
  if (setting.target == Target::kubelet_config && setting.key.rfind("registry", 0) == 0)
    return "AKS has no setting for it (asked for in its issue 5863); what works there: fewer pods that start at once on a node, or a "
           "privileged "
           "DaemonSet that puts the flag into KUBELET_FLAGS of /etc/default/kubelet and restarts kubelet, anew on each node that is made";
  return lacks("AKS", "ephemeral OS disks, artifact streaming with ACR", setting);
}

void without_aks_defaults(Order& order) {
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      "AKS sets it by itself");
  order.already_there(
      [](const Setting& setting) { return is_parallel(setting); },
      "AKS pulls in parallel by itself since Kubernetes 1.31, without a limit; before, it has no setting: upgrade the pool");
}

Result<Snippet> print(Order& order) {
  const auto kubelet = take_aks_kubelet(order);
  const auto sysctls = take_aks_sysctls(order);
  const auto proxies = take_aks_proxies(order);
  without_aks_defaults(order);
  Order by_pod(order.take_if(without_restart), order.context);
  const auto files = take_node_files(by_pod, {});
  order.leave_out(aks_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("AKS"));
  order.versions.emplace_back("AKS, Linux node pools");
  std::string files_text, flags, steps;
  const auto add = [&](std::string_view name, std::string_view text) {
    files_text += fmt::format("cat > {} << 'END'\n{}\nEND\n", name, text);
  };
  if (!kubelet.empty()) {
    add("linuxkubeletconfig.json", fmt::format("{{\n{}\n}}", json_lines(kubelet, 2)));
    flags += " --kubelet-config linuxkubeletconfig.json";
  }
  if (!sysctls.empty()) {
    add("linuxosconfig.json", fmt::format("{{\n  \"sysctls\": {{\n{}\n  }}\n}}", json_lines(sysctls, 4)));
    flags += " --linux-os-config linuxosconfig.json";
  }
  if (!flags.empty())
    steps +=
        fmt::format("az aks nodepool add --resource-group \"$RESOURCE_GROUP\" --cluster-name \"$CLUSTER\" --name \"$POOL\"{}\n", flags);
  if (!proxies.empty()) {
    std::string json;
    for (const auto& proxy : proxies) json += fmt::format("{}  {}: {}", json.empty() ? "" : ",\n", json_text(proxy.key), json_value(proxy));
    add("httpproxyconfig.json", fmt::format("{{\n{}\n}}", json));
    steps += "az aks update --resource-group \"$RESOURCE_GROUP\" --name \"$CLUSTER\" --http-proxy-config httpproxyconfig.json\n";
    order.notes.emplace_back("a proxy is the whole cluster's on AKS, and its nodes are reimaged for it");
  }
  const bool pool = !flags.empty();
  std::string roll_out = "as a script";
  std::string in_force;
  std::string take_back;
  if (pool) {
    roll_out =
        "RESOURCE_GROUP, CLUSTER and POOL (a new node pool's name) into the environment, then as a script; move the pods with kubectl "
        "drain, then az aks "
        "nodepool delete the old pool";
    in_force = "on the nodes of the new pool; a pool that is there does not take it on";
    take_back = "with a pool that has no such files";
  } else if (!proxies.empty()) {
    roll_out = "RESOURCE_GROUP and CLUSTER into the environment, then as a script";
    in_force = "as AKS reimages the nodes";
    take_back = "az aks update --disable-http-proxy";
  }
  if (!files.empty()) {
    steps += fmt::format("kubectl apply -f - << 'END-OF-DAEMONSET'\n{}END-OF-DAEMONSET\n", daemon_set(order, files));
    in_force += fmt::format("{}on every Linux node as the DaemonSet's pod starts on it", in_force.empty() ? "" : "; ");
    take_back += fmt::format("{}kubectl -n kube-system delete daemonset {}, and new nodes", take_back.empty() ? "" : "; ", order.name());
    order.notes.emplace_back("the DaemonSet's pods are privileged: they run the script in the node's own namespaces");
  }
  auto text = "#!/bin/sh\n" + head_comment(order, {roll_out, in_force, take_back}) + "set -eu\n";
  if (pool || !proxies.empty())
    text +=
        fmt::format(": \"${{RESOURCE_GROUP:?is to be set}}\" \"${{CLUSTER:?is to be set}}\"{}\n", pool ? " \"${POOL:?is to be set}\"" : "");
  return snippet(order, "aks-node-configuration.sh", text + files_text + steps);
}

}  // namespace aks

namespace gke {

Settings take_gke_kubelet(Order& order) {
  auto out = order.take_if([](const Setting& setting) {
    return setting.target == Target::kubelet_config && !name_in(k_gke_kubelet, setting.key).empty() && gke_takes(setting);
  });
  for (auto& setting : out) setting.key = name_in(k_gke_kubelet, setting.key);
  return out;
}

Settings take_gke_sysctls(Order& order) {
  return order.take_if([](const Setting& setting) {
    return setting.target == Target::sysctl && std::find(k_gke_sysctls.begin(), k_gke_sysctls.end(), setting.key) != k_gke_sysctls.end();
  });
}

std::string gke_registry_host(const Mirror& mirror) {
  auto out = fmt::format("server: {}\nhosts:\n", json_text(mirror.registry == "*" ? "_default" : mirror.registry));
  for (const auto& endpoint : mirror.endpoints)
    out += fmt::format("- host: {}\n  capabilities:\n  - HOST_CAPABILITY_PULL\n  - HOST_CAPABILITY_RESOLVE\n", json_text(endpoint));
  return out;
}

std::string gke_lacks(const Setting& setting) {
  if (setting.target == Target::kubelet_config && !gke_takes(setting)) return "GKE takes 2 to 5 for it";
  if (setting.target == Target::kubelet_config && setting.key.rfind("registry", 0) == 0)
    return "GKE has no setting for it; what works there: fewer pods that start at once on a node, images that need no pull (image "
           "streaming, a "
           "secondary boot disk that holds them)";
  if (setting.target == Target::environment)
    return "GKE has no proxy for its nodes; what works there: Cloud NAT, or a remote repository of Artifact Registry as a mirror (--print "
           "gke of "
           "mirror-misconfigured --mirror)";
  if (setting.target == Target::file && (contains(setting.key, "/certs.d/") || is_ca_file(setting.key)))
    return "GKE puts no files of yours on a node; what works there: the certificate in Secret Manager, named by "
           "privateRegistryAccessConfig.certificateAuthorityDomainConfig in the file of --containerd-config-from-file (1.27.3-gke.1700 and "
           "later, Container-Optimized OS)";
  return lacks("GKE", "--disk-type pd-ssd or hyperdisk-balanced, image streaming, a secondary boot disk that holds the image", setting);
}

void without_gke_defaults(Order& order) {
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      "GKE sets it by itself");
  order.already_there([](const Setting& setting) { return is_parallel(setting); },
                      "GKE's nodes pull in parallel by themselves, 2 or 3 images at a time where nothing else is set");
}

Result<Snippet> print(Order& order) {
  const auto kubelet = take_gke_kubelet(order);
  const auto sysctls = take_gke_sysctls(order);
  without_gke_defaults(order);
  const auto mirrors = take_mirrors(order);
  order.leave_out(gke_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("GKE"));
  order.versions.emplace_back("GKE Standard, Linux node pools, in versions that know these keys: gcloud refuses them in others");
  std::string system, runtime;
  if (!kubelet.empty()) {
    system += "kubeletConfig:\n";
    for (const auto& setting : kubelet) system += fmt::format("  {}: {}\n", setting.key, yaml_value(setting));
  }
  if (!sysctls.empty()) {
    system += "linuxConfig:\n  sysctl:\n";
    for (const auto& setting : sysctls) system += fmt::format("    {}: {}\n", setting.key, json_text(plain_value(setting)));
  }
  if (!mirrors.empty()) {
    runtime = "registryHosts:\n";
    for (const auto& mirror : mirrors) runtime += "- " + indent(gke_registry_host(mirror), 2).substr(2);
  }
  const auto flags = fmt::format("{}{}", system.empty() ? "" : " --system-config-from-file=node-system-config.yaml",
                                 runtime.empty() ? "" : " --containerd-config-from-file=containerd-config.yaml");
  const Head head = {
      fmt::format(
          "gcloud container node-pools update POOL --cluster=CLUSTER --location=LOCATION{}; it takes the place of the pool's old file, "
          "whose keys have to stand in it too",
          flags),
      "as GKE makes the pool's nodes anew, one by one", "with the old file, in the same way"};
  if (runtime.empty()) return snippet(order, "node-system-config.yaml", head_comment(order, head) + system);
  if (system.empty()) return snippet(order, "containerd-config.yaml", head_comment(order, head) + runtime);
  return snippet(
      order, "gke-node-configuration.sh",
      fmt::format("#!/bin/sh\n{}set -eu\ncat > node-system-config.yaml << 'END'\n{}END\ncat > containerd-config.yaml << 'END'\n{}END\n"
                  "gcloud container node-pools update \"${{POOL:?is to be set}}\" --cluster=\"${{CLUSTER:?is to be set}}\" "
                  "--location=\"${{LOCATION:?is to be set}}\"{}\n",
                  head_comment(order, head), system, runtime, flags));
}

}  // namespace gke
}  // namespace unsnag::platforms
