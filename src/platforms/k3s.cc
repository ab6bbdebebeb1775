// SPDX-License-Identifier: Apache-2.0
// k3s and RKE2, which differ in names and folders. Both generate containerd's configuration at each start and import a folder
// beside it; that merges key by key from containerd 2 on (k3s and RKE2 1.31.6, 1.32.2 and later). Before, an imported table
// would replace the whole one, and only a template with all of it can set a key of a table that it has.
// Mirrors go into registries.yaml, kubelet's configuration into a folder that kubelet reads since 1.32 (before: flags).
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/containerd.h"
#include "platforms/kubelet_flags.h"
#include "platforms/makers.h"
#include "platforms/mirrors.h"
#include "platforms/node_set.h"
#include "platforms/script.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

struct Rancher {
  std::string_view title, config, data, service;
};
constexpr Rancher k_k3s = {"k3s", "/etc/rancher/k3s", "/var/lib/rancher/k3s", "k3s"};
constexpr Rancher k_rke2 = {"RKE2", "/etc/rancher/rke2", "/var/lib/rancher/rke2", "rke2-server"};

bool is_proxy(const Setting& setting) {
  constexpr std::array<std::string_view, 3> k_names = {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"};
  return setting.target == Target::environment && setting.unit == "containerd.service" &&
         std::find(k_names.begin(), k_names.end(), setting.key) != k_names.end();
}

std::string lacks(const Rancher& rancher, const Setting& setting) {
  switch (setting.target) {
    case Target::cri_dockerd_flag:
      return fmt::format("{} starts its own cri-dockerd and passes no such flag on: a newer one, or its containerd", rancher.title);
    case Target::crio: return fmt::format("{} runs containerd", rancher.title);
    case Target::docker:
      return rancher.title == "k3s" ? "with --docker, Docker is the host's own: see drop-in and ansible" : "RKE2 runs containerd";
    case Target::kubelet_flag: return "RKE2 runs containerd, whose nodes do not use this flag";
    case Target::containerd:
      return "with containerd 1.x the table stands in what is generated, and a table must not stand twice: update to a release with "
             "containerd 2 (1.31.6, 1.32.2 or later), or "
             "keep a full template of your own";
    case Target::environment:
    case Target::unit:
      return fmt::format("there is no such unit on a node of {}: containerd and kubelet run inside of {}", rancher.title, rancher.service);
    default: return "it has no place there";
  }
}

Result<Snippet> print_rancher(const Rancher& rancher, Order& order) {
  const auto& context = order.context;
  const auto kubernetes = parse_version(context.kubernetes_version);
  const auto containerd = parse_version(context.containerd_version);
  const bool rke2 = rancher.title == "RKE2";
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      fmt::format("{} sets it by itself", rancher.title));
  const auto name = order.name();
  std::vector<NodeFile> files;

  // kubelet
  const bool old = (kubernetes && kubernetes->before(1, 32)) || order.has_if(is_dockershim_flag);
  Settings flags;
  if (old) {
    flags = order.take_if([&](const Setting& setting) { return can_be_flag(setting) && !(rke2 && is_dockershim_flag(setting)); });
    Order as_flags(flags, context);
    flags = take_as_flags(as_flags);
  } else {
    flags = order.take(Target::kubelet_flag);
    if (const auto keys = order.take(Target::kubelet_config); !keys.empty())
      files.push_back({fmt::format("{}/agent/etc/kubelet.conf.d/50-{}.conf", rancher.data, name),
                       "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n" + kubelet_yaml(keys),
                       {},
                       {}});
  }
  if (!flags.empty()) {
    // The plus adds to the list that other files have; without it the last file wins.
    std::string text = "kubelet-arg+:\n";
    for (const auto& flag : flags) text += fmt::format("  - {}\n", yaml_text(fmt::format("{}={}", flag.key, plain_value(flag))));
    files.push_back({fmt::format("{}/config.yaml.d/50-{}.yaml", rancher.config, name), text, {}, {}});
  }

  // containerd
  const bool too_old = containerd ? containerd->major < 2 : kubernetes && kubernetes->before(1, 31);
  if (!too_old) {
    if (const auto keys = order.take(Target::containerd); !keys.empty()) {
      const int version = fragment_version(keys, context, 3);
      files.push_back(
          {fmt::format("{}/agent/etc/containerd/{}/50-{}.toml", rancher.data, version == 3 ? "config-v3.toml.d" : "config.toml.d", name),
           containerd_fragment(keys, version),
           {},
           {}});
    }
  }

  // mirrors, proxies, the rest of the node
  const auto mirrors = take_mirrors(order);
  const auto trusts = take_trusts(order);
  if (!mirrors.empty() || !trusts.empty()) {
    auto text = fmt::format("# {}\n{}", name, mirrors.empty() ? "" : "mirrors:\n");
    for (const auto& mirror : mirrors) {
      text += fmt::format("  {}:\n    endpoint:\n", yaml_text(mirror.registry));
      for (const auto& endpoint : mirror.endpoints) text += fmt::format("      - {}\n", json_text(endpoint));
    }
    if (!trusts.empty()) text += "configs:\n";
    for (const auto& trust : trusts) {
      const auto ca = fmt::format("{}/ca-{}.crt", rancher.config, plain_name(trust.registry));
      files.push_back({ca, trust.pem, {}, {}});
      text += fmt::format("  {}:\n    tls:\n      ca_file: {}\n", yaml_text(trust.registry), yaml_text(ca));
    }
    files.push_back({fmt::format("{}/registries.yaml", rancher.config), text, {}, {}, true});
    order.notes.push_back(fmt::format("what {}/registries.yaml has already has to stand in it too", rancher.config));
  }
  if (const auto proxies = order.take_if(is_proxy); !proxies.empty()) {
    // Read by the service's unit; the prefix keeps it from what else runs in the same process.
    std::string text;
    for (const auto& proxy : proxies) text += fmt::format("Environment=\"CONTAINERD_{}={}\"\n", proxy.key, unit_text(plain_value(proxy)));
    for (const auto* const service : rke2 ? std::array{"rke2-server", "rke2-agent"} : std::array{"k3s", "k3s-agent"})
      files.push_back({fmt::format("/etc/systemd/system/{}.service.d/50-{}.conf", service, name), "[Service]\n" + text, {}, {}});
  }
  const auto others = take_node_files(order, {false, true, false, true});
  files.insert(files.end(), others.begin(), others.end());

  order.leave_out([&](const Setting& setting) { return lacks(rancher, setting); });
  if (order.nothing_taken()) return tl::unexpected(order.unsupported(rancher.title));
  const bool template_folder = std::any_of(files.begin(), files.end(), [](const auto& file) { return contains(file.path, ".toml.d/"); });
  if (template_folder) order.versions.push_back(fmt::format("{} with containerd 2: 1.31.6, 1.32.2 and later", rancher.title));
  else order.versions.push_back(old ? fmt::format("{} up to 1.31", rancher.title) : fmt::format("{} 1.32 and later", rancher.title));
  const auto restart = rke2 ? "systemctl restart rke2-server (on agents rke2-agent)" : "systemctl restart k3s (on agents k3s-agent)";
  const Head head = {fmt::format("then {}; for new nodes it has to be there before the service's first start", restart),
                     "when the service starts; running pods go on, pulls in flight are tried again",
                     fmt::format("without the files, and {}", restart)};
  return node_set(order, files, head, {"systemctl daemon-reload"});
}

}  // namespace

namespace k3s {
Result<Snippet> print(Order& order) { return print_rancher(k_k3s, order); }
}  // namespace k3s
namespace rke2 {
Result<Snippet> print(Order& order) { return print_rancher(k_rke2, order); }
}  // namespace rke2

}  // namespace unsnag::platforms
