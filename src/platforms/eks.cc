// SPDX-License-Identifier: Apache-2.0
#include "platforms/eks.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/containerd.h"
#include "platforms/makers.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

constexpr FileKinds k_files = {true, true, false, true};

std::string boundary_for(std::string_view text) {
  std::string boundary = "UNSNAG";
  while (contains(text, boundary)) boundary += "-1";
  return boundary;
}

std::string part(std::string_view boundary, std::string_view type, std::string_view body) {
  return fmt::format("--{}\nContent-Type: {}\n\n{}{}", boundary, type, body, !body.empty() && body.back() == '\n' ? "" : "\n");
}

void add_files(Order& order, Script& script) {
  const auto files = take_node_files(order, k_files);
  bool units = false;
  for (const auto& file : files) {
    script.write(file);
    if (!file.apply.empty()) script.run(file.apply);
    units = units || contains(file.path, "/systemd/system/");
  }
  if (units) script.run("systemctl daemon-reload");
}

}  // namespace

EksImage eks_image(const Order& order) {
  const bool docker = order.context.runtime == Runtime::docker || order.has_if([](const Setting& setting) {
    return is_dockershim_flag(setting) || setting.target == Target::docker || setting.unit == "docker.service";
  });
  return docker ? EksImage::al2 : EksImage::al2023;
}

void without_eks_defaults(Order& order) {
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      "EKS images read /etc/containerd/certs.d and /etc/docker/certs.d");
}

Script al2_script(Order& order, bool flags_too) {
  Script script;
  add_files(order, script);
  // bootstrap.sh copies this over /etc/containerd/config.toml and then starts containerd.
  if (const auto keys = order.take(Target::containerd); !keys.empty())
    script.set_containerd(keys, "/etc/eks/containerd/containerd-config.toml");
  if (const auto keys = order.take(Target::docker); !keys.empty()) script.set_json(keys, "/etc/docker/daemon.json");
  if (const auto keys = order.take(Target::kubelet_config); !keys.empty())
    script.set_json(keys, "/etc/kubernetes/kubelet/kubelet-config.json");
  if (flags_too) script.add_eks_bootstrap_flags(order.take(Target::kubelet_flag));
  return script;
}

std::string al2_arguments(Order& order) {
  std::string flags;
  for (const auto& setting : order.take(Target::kubelet_flag))
    flags += fmt::format("{}--{}={}", flags.empty() ? "" : " ", setting.key, plain_value(setting));
  return flags.empty() ? flags : fmt::format("--kubelet-extra-args '{}'", flags);
}

std::string al2_block(const Order& order, const Script& script) {
  return fmt::format("# {0}: begin\n(\n{1})\n# {0}: end\n", order.name(), script.text());
}

Al2023 al2023_parts(Order& order) {
  Al2023 out;
  std::string spec;
  const auto flags = order.take_if([](const Setting& one) { return one.target == Target::kubelet_flag && !is_dockershim_flag(one); });
  const auto config = order.take(Target::kubelet_config);
  if (!flags.empty() || !config.empty()) spec += "  kubelet:\n";
  if (!config.empty()) spec += fmt::format("    config:\n{}", indent(kubelet_yaml(config), 6));
  if (!flags.empty()) spec += "    flags:\n";
  for (const auto& setting : flags)
    spec += fmt::format("      - {}\n", yaml_text(fmt::format("--{}={}", setting.key, plain_value(setting))));
  if (const auto keys = order.take(Target::containerd); !keys.empty()) {
    // nodeadm reads version 2 with containerd 1.7 and 2, and refuses version 3 with 1.7.
    spec += fmt::format("  containerd:\n    config: {}\n",
                        yaml_block(containerd_fragment(keys, std::max(2, fragment_version(keys, order.context, 2))), 6));
  }
  if (!spec.empty()) out.node_config = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n" + spec;
  add_files(order, out.script);
  return out;
}

std::string mime_always(const Al2023& parts) {
  const auto script = parts.script.empty() ? std::string() : "#!/bin/sh\n" + parts.script.text();
  const auto boundary = boundary_for(script + parts.node_config);
  auto out = fmt::format("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{}\"\n", boundary);
  if (!script.empty()) out += "\n" + part(boundary, "text/x-shellscript; charset=\"utf-8\"", script);
  if (!parts.node_config.empty()) out += "\n" + part(boundary, "application/node.eks.aws", "---\n" + parts.node_config);
  return out + fmt::format("\n--{}--\n", boundary);
}

std::string mime(const Al2023& parts) { return parts.script.empty() ? parts.node_config : mime_always(parts); }

std::string eks_lacks(const Setting& setting) {
  switch (setting.target) {
    case Target::cri_dockerd_flag: return "the EKS images have no cri-dockerd; for images of your own see drop-in and ansible";
    case Target::crio: return "the EKS images have no CRI-O; for images of your own see drop-in and ansible";
    case Target::kubelet_flag:
    case Target::docker: return "Amazon Linux 2023 has no Docker behind kubelet";
    default:
      return "it has no place there; cloudformation-userdata, eksctl, terraform-launch-template and karpenter run a script that can set it";
  }
}

void add_eks_versions(Order& order, EksImage image) {
  order.versions.insert(order.versions.begin(), image == EksImage::al2
                                                    ? "EKS images of Amazon Linux 2 (up to Kubernetes 1.32; with Docker up to 1.23)"
                                                    : "EKS images of Amazon Linux 2023 (nodeadm), containerd 1.7 and 2");
}

namespace nodeadm {

Result<Snippet> print(Order& order) {
  without_eks_defaults(order);
  const auto parts = al2023_parts(order);
  order.leave_out(eks_lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("nodeadm"));
  add_eks_versions(order, EksImage::al2023);
  const bool script = !parts.script.empty();
  const Head head = {script ? "as user data, or the two parts added to a multi-part user data that is there; in a managed node group AWS "
                              "adds the cluster's own NodeConfig"
                            : "as user data of a managed node group; as one more part of type application/node.eks.aws in a multi-part "
                              "user data; or as a file "
                              "/etc/eks/nodeadm.d/50-unsnag.yaml in an image (releases since November 2025)",
                     "on nodes that are made afterwards: nodeadm runs once, at a node's first boot, and merges it key by key with the rest",
                     "without it, and new nodes"};
  const auto comment = head_comment(order, head);
  auto text = mime(parts);
  if (!script) return snippet(order, "nodeconfig.yaml", comment + "---\n" + text);
  // Only a part may begin with a comment, not the envelope.
  const auto at = text.find("#!/bin/sh\n") + 10;
  text.insert(at, comment);
  return snippet(order, "user-data.mime", text);
}

}  // namespace nodeadm
}  // namespace unsnag::platforms
