// SPDX-License-Identifier: Apache-2.0
#include "platforms/platforms.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/makers.h"
#include "platforms/order.h"
#include "platforms/versions.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

struct Maker {
  Platform platform;
  Result<Snippet> (*print)(Order& order);
  Result<std::string> (*patch)(std::string_view text, Order& order);
};

constexpr std::array k_makers = {
    Maker{{"cloudformation", "CloudFormation: BootstrapArguments of the EKS node group template"},
          cloudformation::print,
          cloudformation::patch},
    Maker{{"cloudformation-userdata", "CloudFormation: a launch template's user data"},
          cloudformation_userdata::print,
          cloudformation_userdata::patch},
    Maker{{"eksctl", "eksctl: a node group of a ClusterConfig"}, eksctl::print, eksctl::patch},
    Maker{{"terraform-eks", "Terraform: node groups of the module terraform-aws-modules/eks"}, terraform_eks::print, terraform_eks::patch},
    Maker{{"terraform-launch-template", "Terraform: an aws_launch_template"},
          terraform_launch_template::print,
          terraform_launch_template::patch},
    Maker{{"karpenter", "Karpenter for AWS: an EC2NodeClass"}, karpenter::print, karpenter::patch},
    Maker{{"nodeadm", "EKS, Amazon Linux 2023: a NodeConfig of nodeadm"}, nodeadm::print, nodeadm::patch},
    Maker{{"kubeadm", "kubeadm: its configuration"}, kubeadm::print, kubeadm::patch},
    Maker{{"k3s", "k3s: its folders of configuration"}, k3s::print, k3s::patch},
    Maker{{"rke2", "RKE2: its folders of configuration"}, rke2::print, rke2::patch},
    Maker{{"aks", "AKS: custom node configuration"}, aks::print, aks::patch},
    Maker{{"gke", "GKE: node system and containerd configuration"}, gke::print, gke::patch},
    Maker{{"openshift", "OpenShift: KubeletConfig, MachineConfig, Proxy"}, openshift::print, openshift::patch},
    Maker{{"talos", "Talos: a patch of the machine configuration"}, talos::print, talos::patch},
    Maker{{"bottlerocket", "Bottlerocket: its settings"}, bottlerocket::print, bottlerocket::patch},
    Maker{{"ansible", "Ansible: a play"}, ansible::print, ansible::patch},
    Maker{{"drop-in", "any Linux node with systemd: a script"}, drop_in::print, drop_in::patch},
};

Result<const Maker*> maker(std::string_view id) {
  const auto* const found = std::find_if(k_makers.begin(), k_makers.end(), [&](const auto& one) { return one.platform.id == id; });
  if (found != k_makers.end()) return found;
  std::string ids;
  for (const auto& one : k_makers) ids += fmt::format("{}{}", ids.empty() ? "" : ", ", one.platform.id);
  return fail(Errc::invalid_argument, fmt::format("there is no platform '{}'; there are: {}", clip(printable(id), 60), ids));
}

// Units by their full name; what a setting brings along by itself.
Settings made_plain(Settings settings) {
  for (auto& setting : settings) {
    const bool of_unit = setting.target == Target::environment || setting.target == Target::unit;
    if (of_unit && !setting.unit.empty() && !contains(setting.unit, ".")) setting.unit += ".service";
  }
  return settings;
}

void add_notes(Order& order, const Settings& settings) {
  for (const auto& setting : settings) {
    if (setting.target == Target::kubelet_config && setting.key.rfind("evictionHard.", 0) == 0) {
      order.notes.emplace_back(
          "a kubelet that is told one threshold of evictionHard forgets its defaults of the others (memory.available 100Mi, "
          "nodefs.available 10%, "
          "nodefs.inodesFree 5%, imagefs.available 15%): have those that are to stay stand beside it");
      break;
    }
  }
  if (std::any_of(settings.begin(), settings.end(), [](const auto& one) { return is_dockershim_flag(one); }))
    order.notes.emplace_back(
        "take the flag out before the nodes go to Kubernetes 1.24: that kubelet ends at once each time it is started with it");
}

}  // namespace

const std::vector<Platform>& platforms() {
  static const auto list = [] {
    std::vector<Platform> out;
    std::transform(k_makers.begin(), k_makers.end(), std::back_inserter(out), [](const auto& one) { return one.platform; });
    return out;
  }();
  return list;
}

Result<Snippet> print(std::string_view platform, const std::vector<Setting>& settings, const Context& context) {
  TRY_ASSIGN(const auto* const found, maker(platform));
  TRY(check(settings, context));
  Order order(made_plain(settings), context);
  add_notes(order, settings);
  return found->print(order);
}

Result<std::string> patch(std::string_view platform, std::string_view existing, const std::vector<Setting>& settings,
                          const Context& context) {
  TRY_ASSIGN(const auto* const found, maker(platform));
  TRY(check(settings, context));
  Order order(made_plain(settings), context);
  return found->patch(existing, order);
}

}  // namespace unsnag::platforms
