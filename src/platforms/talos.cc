// SPDX-License-Identifier: Apache-2.0
// Talos: a patch of its machine configuration (v1alpha1). containerd's part is a file that Talos merges key by key with its own
// (internal/app/machined/pkg/controllers/files/cri_config_parts.go); Talos 1.14 has a document for it, and still reads this.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "platforms/clouds.h"
#include "platforms/containerd.h"
#include "platforms/makers.h"
#include "platforms/mirrors.h"
#include "platforms/script.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms::talos {
namespace {

using settings::Setting;
using settings::Target;

constexpr std::string_view k_part = "/etc/cri/conf.d/20-customization.part";

std::string lacks(const Setting& setting) {
  switch (setting.target) {
    case Target::kubelet_flag: return "Talos runs containerd, whose nodes do not use this flag";
    case Target::unit:
    case Target::environment: return "Talos has no systemd and no units; machine.env has variables for all its services, such as proxies";
    case Target::file: return fmt::format("Talos writes files only below /var, and {}", k_part);
    default: return "Talos runs containerd";
  }
}

std::string file_entry(std::string_view path, std::string_view text) {
  return fmt::format("    - path: {}\n      op: create\n      permissions: 0o644\n      content: {}\n", yaml_text(path),
                     yaml_block(text, 8));
}

}  // namespace

Settings take_proxies(Order& order) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> k_names = {
      {{"HTTP_PROXY", "http_proxy"}, {"HTTPS_PROXY", "https_proxy"}, {"NO_PROXY", "no_proxy"}}};
  const auto name_of = [&](const Setting& setting) {
    return std::find_if(k_names.begin(), k_names.end(), [&](const auto& one) { return one.first == setting.key; });
  };
  auto out = order.take_if([&](const Setting& setting) {
    return setting.target == Target::environment && setting.unit == "containerd.service" && name_of(setting) != k_names.end();
  });
  for (auto& setting : out) setting.key = name_of(setting)->second;
  return out;
}

Result<Snippet> print(Order& order) {
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      "Talos sets it by itself");
  std::string machine, kubelet;
  if (const auto flags =
          order.take_if([](const Setting& setting) { return setting.target == Target::kubelet_flag && !is_dockershim_flag(setting); });
      !flags.empty()) {
    kubelet += "    extraArgs:\n";
    for (const auto& flag : flags) kubelet += fmt::format("      {}: {}\n", flag.key, json_text(plain_value(flag)));
  }
  if (const auto keys = order.take(Target::kubelet_config); !keys.empty()) kubelet += "    extraConfig:\n" + indent(kubelet_yaml(keys), 6);
  if (!kubelet.empty()) machine += "  kubelet:\n" + kubelet;
  if (const auto proxies = take_proxies(order); !proxies.empty()) {
    machine += "  env:\n";
    for (const auto& proxy : proxies) machine += fmt::format("    {}: {}\n", proxy.key, json_text(plain_value(proxy)));
    order.notes.emplace_back("the variables are for all services of Talos, not for containerd alone");
  }
  if (const auto sysctls = order.take(Target::sysctl); !sysctls.empty()) {
    machine += "  sysctls:\n";
    for (const auto& setting : sysctls) machine += fmt::format("    {}: {}\n", setting.key, json_text(plain_value(setting)));
  }
  const auto mirrors = take_mirrors(order);
  const auto trusts = take_trusts(order);
  if (!mirrors.empty() || !trusts.empty()) machine += "  registries:\n";
  if (!mirrors.empty()) {
    machine += "    mirrors:\n";
    for (const auto& mirror : mirrors) {
      machine += fmt::format("      {}:\n        endpoints:\n", yaml_text(mirror.registry));
      for (const auto& endpoint : mirror.endpoints) machine += fmt::format("          - {}\n", json_text(endpoint));
    }
  }
  if (!trusts.empty()) machine += "    config:\n";
  for (const auto& trust : trusts)
    machine += fmt::format("      {}:\n        tls:\n          ca: {}\n", yaml_text(trust.registry), encode_base64(trust.pem));
  std::string files;
  bool cri = false;
  if (const auto keys = order.take(Target::containerd); !keys.empty()) {
    cri = true;
    const int version = fragment_version(keys, order.context, 3);
    // Parts are merged into a file that says its version itself.
    auto fragment = containerd_fragment(keys, version);
    if (version >= 2) fragment.erase(0, fragment.find('[') == std::string::npos ? 0 : fragment.find('['));
    files += file_entry(k_part, fragment);
    order.versions.emplace_back(version == 3 ? "Talos 1.9 and later (containerd 2)" : "Talos up to 1.8 (containerd 1.7)");
  }
  for (const auto& setting : order.take_if([](const Setting& one) { return one.target == Target::file && one.key.rfind("/var/", 0) == 0; }))
    files += file_entry(setting.key, setting.value);
  if (!files.empty()) machine += "  files:\n" + files;
  order.leave_out(lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("Talos"));
  if (!cri) order.versions.emplace_back("Talos 1.5 and later (machine configuration v1alpha1)");
  if (cri)
    order.notes.emplace_back(
        "a 20-customization.part that the configuration has already has to be merged with this one; talosctl read /etc/cri/conf.d/cri.toml "
        "shows the result");
  const Head head = {"talosctl -n NODE patch machineconfig --patch @THIS, or --config-patch @THIS of talosctl gen config for new nodes",
                     cri ? "at once where Talos restarts containerd for it (1.14 and later), else with the reboot that talosctl announces"
                         : "at once, or with the reboot that talosctl announces",
                     "talosctl edit machineconfig, without the keys"};
  return snippet(order, "talos-patch.yaml", head_comment(order, head) + "machine:\n" + machine);
}

}  // namespace unsnag::platforms::talos
