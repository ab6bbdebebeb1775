// SPDX-License-Identifier: Apache-2.0
// Terraform: the module terraform-aws-modules/eks, and a launch template of one's own. The module's node groups take a script
// as pre_bootstrap_user_data (Amazon Linux 2; versions 17 to 21) or parts of user data as cloudinit_pre_nodeadm (Amazon Linux
// 2023; since 20.5), both put before what EKS adds (modules/_user_data).
#include <fmt/format.h>

#include "base/text.h"
#include "platforms/eks.h"
#include "platforms/hcl.h"
#include "platforms/makers.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

std::string heredoc(std::string_view text, std::size_t blanks) {
  std::string end = "EOT";
  while (contains(text, end)) end += "_";
  return fmt::format("<<-{}\n{}{}{}", end, indent(hcl_template(text), blanks + 2), std::string(blanks, ' '), end);
}

std::string part(std::string_view type, std::string_view content) {
  return fmt::format("    {{\n      content_type = {}\n      content      = {}\n    }},\n", json_text(type), heredoc(content, 6));
}

}  // namespace

namespace terraform_eks {

Result<Snippet> print(Order& order) {
  without_eks_defaults(order);
  const auto image = eks_image(order);
  std::string attribute, value;
  if (image == EksImage::al2) {
    const auto script = al2_script(order, true);
    attribute = "pre_bootstrap_user_data";
    value = heredoc(script.text(), 2);
  } else {
    const auto parts = al2023_parts(order);
    attribute = "cloudinit_pre_nodeadm";
    value = "[\n";
    if (!parts.script.empty()) value += part("text/x-shellscript; charset=\"utf-8\"", "#!/bin/sh\n" + parts.script.text());
    if (!parts.node_config.empty()) value += part("application/node.eks.aws", "---\n" + parts.node_config);
    value += "  ]";
  }
  order.leave_out(eks_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("the EKS module"));
  add_eks_versions(order, image);
  order.versions.emplace_back(image == EksImage::al2 ? "terraform-aws-modules/eks 18 to 21, node groups with an ami_type of AL2_*"
                                                     : "terraform-aws-modules/eks 20.5 and later (21 is the one that makes AL2023 the "
                                                       "default), node groups with an ami_type of AL2023_*");
  const Head head = {fmt::format("beside the module's call, and in each node group: {0} = local.unsnag_{0}", attribute),
                     "on nodes that are made afterwards: the group gets a new launch template version and replaces its nodes one by one",
                     "without the attribute, and apply again"};
  return snippet(order, "unsnag.tf", fmt::format("{}locals {{\n  unsnag_{} = {}\n}}\n", head_comment(order, head), attribute, value));
}

}  // namespace terraform_eks

namespace terraform_launch_template {

Result<Snippet> print(Order& order) {
  without_eks_defaults(order);
  const auto image = eks_image(order);
  std::string user_data;
  const bool al2 = image == EksImage::al2;
  if (al2) {
    const auto script = al2_script(order, false);
    const auto extra = al2_arguments(order);
    user_data = hcl_template("#!/bin/bash\n" + (script.empty() ? "" : al2_block(order, script))) +
                "/etc/eks/bootstrap.sh ${var.cluster_name}" + (extra.empty() ? "" : " " + hcl_template(extra)) + "\n";
  } else {
    user_data = hcl_template(mime_always(al2023_parts(order)));
  }
  order.leave_out(eks_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("a launch template"));
  add_eks_versions(order, image);
  order.versions.emplace_back("Terraform 0.12 and later, provider hashicorp/aws 3 and later");
  order.notes.emplace_back(al2 ? "for self-managed nodes, or a managed group with an image of its own: there bootstrap.sh has to be called"
                               : "for a managed node group: AWS adds the cluster's own NodeConfig to it");
  std::string end = "EOT";
  while (contains(user_data, end)) end += "_";
  const Head head = {
      "as a resource, or its user_data put into yours; the node group's launch_template block names its id and latest_version",
      "on nodes that are made afterwards: the group replaces its nodes when its launch template version changes",
      "with the old user data, and apply again"};
  auto text = head_comment(order, head);
  if (al2) text += "variable \"cluster_name\" {\n  type = string\n}\n\n";
  text += fmt::format(
      "resource \"aws_launch_template\" \"nodes\" {{\n  name_prefix = \"nodes-\"\n  user_data = base64encode(<<-{0}\n{1}  {0}\n  )\n}}\n",
      end, indent(user_data, 4));
  return snippet(order, "launch-template.tf", text);
}

}  // namespace terraform_launch_template
}  // namespace unsnag::platforms
