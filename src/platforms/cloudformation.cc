// SPDX-License-Identifier: Apache-2.0
// CloudFormation, in two forms: the parameter BootstrapArguments of the node group template that AWS publishes
// (amazon-eks-nodegroup.yaml, Amazon Linux 2), and a launch template of one's own with its user data.
#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"
#include "edit/flags.h"
#include "edit/yaml.h"
#include "platforms/eks.h"
#include "platforms/kubelet_flags.h"
#include "platforms/makers.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

// In !Sub, ${!X} is a plain ${X}.
std::string for_sub(std::string_view text) { return replace_all(std::string(text), "${", "${!"); }

std::string arguments(const Settings& flags, const Settings& docker) {
  std::string out;
  for (const auto& flag : flags) out += fmt::format("{}--{}={}", out.empty() ? "" : " ", flag.key, plain_value(flag));
  if (!out.empty()) out = fmt::format("--kubelet-extra-args '{}'", out);
  if (docker.empty()) return out;
  // The whole file: bootstrap.sh writes what it is given. These are the image's own lines (templates/al2/runtime/docker-daemon.json).
  std::string json =
      R"({"bridge": "none", "log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "10"}, "live-restore": true)";
  bool downloads = false;
  for (const auto& setting : docker) {
    downloads = downloads || setting.key == "max-concurrent-downloads";
    json += fmt::format(", {}: {}", json_text(setting.key), json_value(setting));
  }
  if (!downloads) json += R"(, "max-concurrent-downloads": 10)";
  json += R"(, "default-ulimits": {"memlock": {"Hard": -1, "Name": "memlock", "Soft": -1}}})";
  return fmt::format("{}{}--docker-config-json {}", out, out.empty() ? "" : " ", shell_word(json));
}

std::string parameter_lacks(const Setting& setting) {
  if (setting.target == Target::crio || setting.target == Target::cri_dockerd_flag) return eks_lacks(setting);
  return "BootstrapArguments carries kubelet's flags and Docker's configuration only; cloudformation-userdata has the whole user data";
}

bool docker_nodes(const Order& order) { return eks_image(order) == EksImage::al2; }

}  // namespace

namespace cloudformation {

Result<Snippet> print(Order& order) {
  const bool docker = docker_nodes(order);
  const auto flags = take_as_flags(order);
  const auto keys = docker ? order.take(Target::docker) : Settings{};
  order.leave_out(parameter_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("the node group template"));
  add_eks_versions(order, EksImage::al2);
  order.notes.emplace_back(
      "the template's user data passes the text on to /etc/eks/bootstrap.sh; what your stack has in this parameter already has to stand in "
      "it too "
      "(unsnag fix … --patch TEMPLATE does that by itself)");
  const Head head = {
      "put it in the place of the parameter of that name in the node group's template and update the stack, or give its Default as the "
      "parameter's value: "
      "aws cloudformation update-stack --use-previous-template --parameters ParameterKey=BootstrapArguments,ParameterValue=…",
      "on nodes that are made afterwards: the update replaces the group's nodes one by one", "with the old value, in the same way"};
  auto text = head_comment(order, head) +
              "Parameters:\n  BootstrapArguments:\n    Type: String\n    Description: Arguments to pass to the bootstrap script.\n";
  text += fmt::format("    Default: {}\n", json_text(arguments(flags, keys)));
  return snippet(order, "bootstrap-arguments.yaml", text);
}

Result<std::string> patch(std::string_view text, Order& order) {
  const bool docker = docker_nodes(order);
  auto flags = take_as_flags(order);
  const auto keys = docker ? order.take(Target::docker) : Settings{};
  order.leave_out(parameter_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("the node group template"));
  TRY_ASSIGN(const auto documents, parse_yaml(text));
  if (documents.empty() || !documents[0].at({"Parameters", "BootstrapArguments"}))
    return fail(Errc::not_found,
                "there is no parameter BootstrapArguments; for a template with its own user data see cloudformation-userdata");
  const auto& old = documents[0].at({"Parameters", "BootstrapArguments", "Default"});
  // Read as the command that it is made into.
  auto words = "bootstrap.sh " + old.scalar;
  for (const auto& flag : flags) {
    TRY_ASSIGN(words, edit::set_script_flag(words, "bootstrap.sh", flag.key, plain_value(flag), "kubelet-extra-args"));
  }
  if (!keys.empty()) {
    if (edit::get_script_flag(words, "bootstrap.sh", "docker-config-json"))
      return fail(Errc::unsupported, "--docker-config-json is set already: put the keys into that text");
    words += " " + arguments({}, keys);
  }
  const auto value = words.substr(std::string_view("bootstrap.sh ").size());
  return edit::set_yaml(text, {"Parameters", "BootstrapArguments", "Default"}, edit::text_value(trim(value)));
}

}  // namespace cloudformation

namespace cloudformation_userdata {

Result<Snippet> print(Order& order) {
  without_eks_defaults(order);
  const auto image = eks_image(order);
  std::string user_data;
  if (image == EksImage::al2) {
    const auto script = al2_script(order, false);
    const auto extra = al2_arguments(order);
    user_data = "#!/bin/bash\n" + (script.empty() ? "" : for_sub(al2_block(order, script))) + "/etc/eks/bootstrap.sh ${ClusterName}" +
                (extra.empty() ? "" : " " + for_sub(extra)) + "\n";
  } else {
    auto parts = al2023_parts(order);
    // A managed group's user data must be of several parts for AWS to add its own.
    user_data = mime_always(parts);
  }
  order.leave_out(eks_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("a launch template"));
  add_eks_versions(order, image);
  const bool al2 = image == EksImage::al2;
  order.notes.emplace_back(al2 ? "for self-managed nodes, or a managed group with an image of its own: there bootstrap.sh has to be "
                                 "called. A managed group without one calls it "
                                 "itself: eksctl and terraform-eks write the form for that"
                               : "for a managed node group: AWS adds the cluster's own NodeConfig to it");
  const Head head = {"as a template, or its resource put into yours; the node group names the launch template and its version",
                     "on nodes that are made afterwards: the group replaces its nodes when its launch template version changes",
                     "with the old version of the launch template"};
  auto text = head_comment(order, head) + "AWSTemplateFormatVersion: '2010-09-09'\n";
  if (al2) text += "Parameters:\n  ClusterName:\n    Type: String\n";
  text +=
      "Resources:\n  NodeLaunchTemplate:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        "
      "UserData:\n          Fn::Base64:";
  const auto block = yaml_block(user_data, 12);
  // Without a variable in it a !Sub would be one too many.
  text += fmt::format("{} {}", al2 ? " !Sub" : "", block);
  text +=
      "\nOutputs:\n  LaunchTemplateId:\n    Value: !Ref NodeLaunchTemplate\n  LaunchTemplateVersion:\n    Value: !GetAtt "
      "NodeLaunchTemplate.LatestVersionNumber\n";
  return snippet(order, "launch-template.yaml", text);
}

}  // namespace cloudformation_userdata
}  // namespace unsnag::platforms
