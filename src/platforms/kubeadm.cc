// SPDX-License-Identifier: Apache-2.0
// kubeadm: what it hands to every kubelet (KubeletConfiguration) and to a node that it joins (kubeletExtraArgs: a map up to
// v1beta3, a list since v1beta4 of Kubernetes 1.31). It touches neither the runtime nor anything else of the node.
#include <fmt/format.h>

#include "platforms/makers.h"
#include "platforms/script.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms::kubeadm {
namespace {

using settings::Setting;
using settings::Target;

std::string lacks(const Setting& setting) {
  switch (setting.target) {
    case Target::containerd:
    case Target::crio:
    case Target::docker:
    case Target::cri_dockerd_flag: return "kubeadm leaves the runtime to you: see drop-in for a script, ansible for tasks";
    default: return "kubeadm sets up kubelet alone: see drop-in for a script, ansible for tasks";
  }
}

}  // namespace

Result<Snippet> print(Order& order) {
  const auto flags = order.take(Target::kubelet_flag);
  const auto keys = order.take(Target::kubelet_config);
  order.leave_out(lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("kubeadm"));
  const auto version = parse_version(order.context.kubernetes_version);
  bool dockershim = false;
  for (const auto& flag : flags) dockershim = dockershim || is_dockershim_flag(flag);
  // v1beta4 came with 1.31; v1beta3 came with 1.22; v1beta2 is what 1.15 to 1.21 read.
  const std::string api = version      ? version->before(1, 22)   ? "v1beta2"
                                         : version->before(1, 31) ? "v1beta3"
                                                                  : "v1beta4"
                          : dockershim ? "v1beta2"
                                       : "v1beta4";
  order.versions.emplace_back(api == "v1beta2"   ? "kubeadm 1.15 to 1.23"
                              : api == "v1beta3" ? "kubeadm 1.22 to 1.30 (later ones still read it, with a warning)"
                                                 : "kubeadm 1.31 and later");
  std::string args;
  for (const auto& flag : flags)
    args += api == "v1beta4" ? fmt::format("    - name: {}\n      value: {}\n", flag.key, yaml_text(plain_value(flag)))
                             : fmt::format("    {}: {}\n", flag.key, json_text(plain_value(flag)));
  std::string documents;
  const auto add = [&](const std::string& text) { documents += (documents.empty() ? "" : "---\n") + text; };
  for (const auto* const kind : {"InitConfiguration", "JoinConfiguration"})
    if (!args.empty())
      add(fmt::format("apiVersion: kubeadm.k8s.io/{}\nkind: {}\nnodeRegistration:\n  kubeletExtraArgs:\n{}", api, kind, args));
  if (!keys.empty()) add("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n" + kubelet_yaml(keys));
  Head head = {"the documents' keys into the file that kubeadm init and kubeadm join get with --config", "when a node is made",
               "without the keys, in the same way"};
  if (!keys.empty()) {
    head.roll_out +=
        "; for nodes that are there: kubectl -n kube-system edit configmap kubelet-config, the same keys, then on each node kubeadm "
        "upgrade node phase "
        "kubelet-config and systemctl restart kubelet";
    head.in_force += ", or when its kubelet is restarted";
  }
  if (!flags.empty())
    order.notes.emplace_back(
        "JoinConfiguration is for one node as it joins: --print drop-in changes KUBELET_EXTRA_ARGS on nodes that are there");
  return snippet(order, "kubeadm.yaml", head_comment(order, head) + documents);
}

}  // namespace unsnag::platforms::kubeadm
