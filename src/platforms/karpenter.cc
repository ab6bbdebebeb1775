// SPDX-License-Identifier: Apache-2.0
// Karpenter for AWS: an EC2NodeClass (karpenter.k8s.aws/v1). Its userData is merged with Karpenter's own, which comes last; of
// kubelet's configuration it must know what it reckons with, so those keys have a place of their own in spec.kubelet.
#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "platforms/eks.h"
#include "platforms/makers.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

// pkg/apis/v1/ec2nodeclass.go, KubeletConfiguration; later releases take any key.
constexpr std::array<std::string_view, 12> k_typed = {"clusterDNS",
                                                      "maxPods",
                                                      "podsPerCore",
                                                      "systemReserved",
                                                      "kubeReserved",
                                                      "evictionHard",
                                                      "evictionSoft",
                                                      "evictionSoftGracePeriod",
                                                      "evictionMaxPodGracePeriod",
                                                      "imageGCHighThresholdPercent",
                                                      "imageGCLowThresholdPercent",
                                                      "cpuCFSQuota"};

}  // namespace

Settings take_typed(Order& order) {
  return order.take_if([](const Setting& setting) {
    const auto top = setting.key.substr(0, setting.key.find('.'));
    return setting.target == Target::kubelet_config && std::find(k_typed.begin(), k_typed.end(), top) != k_typed.end();
  });
}

namespace karpenter {

Result<Snippet> print(Order& order) {
  without_eks_defaults(order);
  const auto typed = take_typed(order);
  const auto parts = al2023_parts(order);
  order.leave_out(eks_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("an EC2NodeClass"));
  add_eks_versions(order, EksImage::al2023);
  order.versions.emplace_back("Karpenter 1.0 and later for AWS, an EC2NodeClass of the AMI family AL2023");
  if (!parts.node_config.empty() || !parts.script.empty())
    order.notes.emplace_back("a userData that the class has already has to be merged with this one; --patch does that");
  const Head head = {
      "kubectl patch ec2nodeclass NAME --type merge --patch-file THIS, with your class's name; or its spec put into the class's manifest",
      "on nodes that are made afterwards: Karpenter takes the nodes of the class for drifted and replaces them within their disruption "
      "budgets",
      "with the old spec, in the same way"};
  auto text = head_comment(order, head) + "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nspec:\n";
  if (!typed.empty()) text += "  kubelet:\n" + indent(kubelet_yaml(typed), 4);
  if (const auto user_data = mime(parts); !user_data.empty()) text += fmt::format("  userData: {}\n", yaml_block(user_data, 4));
  return snippet(order, "ec2nodeclass-patch.yaml", text);
}

}  // namespace karpenter
}  // namespace unsnag::platforms
