// SPDX-License-Identifier: Apache-2.0
// eksctl: keys of a node group in a ClusterConfig (eksctl.io/v1alpha5). Scripts go into preBootstrapCommands, a NodeConfig into
// overrideBootstrapCommand, which for Amazon Linux 2023 is merged with the rest (pkg/nodebootstrap/al2023.go). kubeletExtraConfig
// is for self-managed groups only and carries no flags.
#include <fmt/format.h>

#include "platforms/eks.h"
#include "platforms/makers.h"
#include "platforms/write.h"

namespace unsnag::platforms::eksctl {

Result<Snippet> print(Order& order) {
  without_eks_defaults(order);
  const auto image = eks_image(order);
  Al2023 parts;
  if (image == EksImage::al2) parts.script = al2_script(order, true);
  else parts = al2023_parts(order);
  order.leave_out(eks_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("eksctl"));
  add_eks_versions(order, image);
  order.versions.emplace_back(image == EksImage::al2 ? "eksctl, node groups of amiFamily: AmazonLinux2"
                                                     : "eksctl, node groups of amiFamily: AmazonLinux2023");
  if (image == EksImage::al2023 && !parts.node_config.empty())
    order.notes.emplace_back("what a node group has in overrideBootstrapCommand already has to be merged with this document");
  const Head head = {
      "put the keys below each node group of your ClusterConfig (managedNodeGroups or nodeGroups), give the group a new name, "
      "eksctl create nodegroup --config-file FILE, then eksctl delete nodegroup for the old one",
      "on the nodes of the new group: eksctl changes no group that is there", "with a group that has no such keys"};
  auto text = head_comment(order, head);
  if (!parts.script.empty()) text += fmt::format("preBootstrapCommands:\n  - {}\n", yaml_block(parts.script.text(), 4));
  if (!parts.node_config.empty()) text += fmt::format("overrideBootstrapCommand: {}\n", yaml_block(parts.node_config, 2));
  return snippet(order, "nodegroup-keys.yaml", text);
}

}  // namespace unsnag::platforms::eksctl
