// SPDX-License-Identifier: Apache-2.0
// OpenShift: kubelet's keys in a KubeletConfig, a cluster's proxy in its Proxy object, everything else as files and drop-ins of a
// MachineConfig (Ignition 3.2, which 4.7 and later read). ContainerRuntimeConfig has no field for pulls: log level and size, pids,
// overlay size, the default runtime (openshift/api, machineconfiguration/v1/types.go).
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "platforms/clouds.h"
#include "platforms/makers.h"
#include "platforms/node_files.h"
#include "platforms/script.h"
#include "platforms/write.h"

namespace unsnag::platforms::openshift {
namespace {

using settings::Setting;
using settings::Target;

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> k_proxies = {
    {{"HTTP_PROXY", "httpProxy"}, {"HTTPS_PROXY", "httpsProxy"}, {"NO_PROXY", "noProxy"}}};

std::string lacks(const Setting& setting) {
  switch (setting.target) {
    case Target::kubelet_flag:
      return setting.key.rfind("image-credential-provider", 0) == 0
                 ? "a KubeletConfig takes no flags, and the nodes' credential providers are the platform's own; what works there: "
                   "imagePullSecrets, or the cluster's global pull secret"
                 : "a KubeletConfig takes keys of kubelet's configuration, no flags";
    default: return "OpenShift's nodes run CRI-O";
  }
}

// MachineConfig's files: /etc/systemd/system/X.d/Y as drop-ins of a unit, the others as files.
std::string machine_config(const Order& order, const std::vector<NodeFile>& files) {
  std::string out = fmt::format(
      "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata:\n  name: 99-worker-{}\n  labels:\n"
      "    machineconfiguration.openshift.io/role: worker\nspec:\n  config:\n    ignition:\n      version: 3.2.0\n",
      order.name());
  std::string storage, units;
  for (const auto& file : files) {
    constexpr std::string_view k_units = "/etc/systemd/system/";
    if (file.path.rfind(k_units, 0) == 0) {
      const auto unit = file.path.substr(k_units.size(), file.path.find(".d/", k_units.size()) - k_units.size());
      units += fmt::format("        - name: {}\n          dropins:\n            - name: {}\n              contents: {}\n", yaml_text(unit),
                           yaml_text(file.path.substr(file.path.rfind('/') + 1)), yaml_block(file.text, 16));
      continue;
    }
    storage += "        - " + indent(machine_file(file), 10).substr(10);
  }
  if (!storage.empty()) out += "    storage:\n      files:\n" + storage;
  if (!units.empty()) out += "    systemd:\n      units:\n" + units;
  return out;
}

}  // namespace

std::string machine_file(const NodeFile& file) {
  auto out = fmt::format("path: {}\n", yaml_text(file.path));
  // What is in it, for who reads it.
  for (const auto line : split(trim(file.text), '\n'))
    out += fmt::format("#{}{}\n", line.empty() ? "" : " ", printable(line) == line && !contains(line, "\t") ? line : "(not shown)");
  return out + fmt::format("mode: 420\noverwrite: true\ncontents:\n  source: data:text/plain;charset=utf-8;base64,{}\n",
                           encode_base64(file.text));
}

Settings take_proxies(Order& order) {
  const auto name_of = [](const Setting& setting) {
    return std::find_if(k_proxies.begin(), k_proxies.end(), [&](const auto& one) { return one.first == setting.key; });
  };
  auto out = order.take_if([&](const Setting& setting) {
    return setting.target == Target::environment && setting.unit == "crio.service" && name_of(setting) != k_proxies.end();
  });
  for (auto& setting : out) setting.key = name_of(setting)->second;
  return out;
}

Result<Snippet> print(Order& order) {
  std::string documents;
  const auto add = [&](const std::string& text) { documents += (documents.empty() ? "" : "---\n") + text; };
  if (const auto keys = order.take(Target::kubelet_config); !keys.empty())
    add(
        fmt::format("apiVersion: machineconfiguration.openshift.io/v1\nkind: KubeletConfig\nmetadata:\n  name: {}\nspec:\n  "
                    "machineConfigPoolSelector:\n    matchLabels:\n"
                    "      pools.operator.machineconfiguration.openshift.io/worker: \"\"\n  kubeletConfig:\n{}",
                    order.name(), indent(kubelet_yaml(keys), 4)));
  const auto proxies = take_proxies(order);
  if (!proxies.empty()) {
    std::string spec;
    for (const auto& proxy : proxies) spec += fmt::format("  {}: {}\n", proxy.key, json_text(plain_value(proxy)));
    add("apiVersion: config.openshift.io/v1\nkind: Proxy\nmetadata:\n  name: cluster\nspec:\n" + spec);
    order.notes.emplace_back("the Proxy is the whole cluster's, and what it has already has to stand in it too");
  }
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      "OpenShift's nodes run CRI-O");
  const bool crio_nodes = order.context.runtime == Runtime::unknown || order.context.runtime == Runtime::crio;
  const auto files = crio_nodes ? take_node_files(order, {}) : std::vector<NodeFile>{};
  if (!files.empty()) add(machine_config(order, files));
  order.leave_out(lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("OpenShift"));
  order.versions.emplace_back("OpenShift 4.7 and later, the pool of workers");
  // A cluster has one Proxy: to delete it would take more away than was put there.
  const bool only_proxy = proxies.size() == order.taken().size();
  std::string take_back = only_proxy        ? "oc edit proxy cluster, without the lines"
                          : proxies.empty() ? "oc delete -f THIS"
                                            : "oc edit proxy cluster, without the lines, and oc delete of the other objects";
  const Head head = {only_proxy ? "oc apply -f THIS" : "oc apply -f THIS; for another pool change the role and the selector",
                     files.empty() ? "as the Machine Config Operator takes it to the pool: it drains and restarts the nodes one by one"
                                   : "as the Machine Config Operator takes it to the pool: it drains and reboots the nodes one by one",
                     take_back + "; the nodes are drained and restarted again"};
  return snippet(order, order.name() + ".yaml", head_comment(order, head) + documents);
}

}  // namespace unsnag::platforms::openshift
