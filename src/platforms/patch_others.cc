// SPDX-License-Identifier: Apache-2.0
// Files of the other platforms that are there already.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/document.h"
#include "base/text.h"
#include "edit/json.h"
#include "edit/toml.h"
#include "edit/yaml.h"
#include "platforms/clouds.h"
#include "platforms/containerd.h"
#include "platforms/kubelet_flags.h"
#include "platforms/makers.h"
#include "platforms/mirrors.h"
#include "platforms/script.h"
#include "platforms/user_data.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

std::string use_print(const Setting&) { return "it has no place in this file: --print says where it goes"; }

Result<std::string> set_mirrors(std::string_view yaml, const std::vector<Mirror>& mirrors, const edit::Path& path,
                                std::string_view endpoints) {
  std::string out(yaml);
  for (const auto& mirror : mirrors) {
    auto at = path;
    at.push_back(mirror.registry);
    at.emplace_back(endpoints);
    TRY_ASSIGN(out, edit::set_yaml(out, at, edit::list_value(mirror.endpoints)));
  }
  return out;
}

Result<std::string> patch_rancher(std::string_view text, Order& order, std::string_view title) {
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      title);
  std::string out(text);
  const auto documents = parse_yaml(text);
  if (order.has(Target::containerd) && (parse_toml(text) || contains(text, "[plugins"))) {
    TRY_ASSIGN(out, set_containerd_keys(text, order.take(Target::containerd), order.context, 3));
  } else if (!documents) {
    return tl::unexpected(documents.error());
  } else if (document_of(*documents, "KubeletConfiguration") != nullptr) {
    TRY_ASSIGN(out, set_kubelet_keys(text, {"[kind=KubeletConfiguration]"}, order.take(Target::kubelet_config)));
  } else if (const auto mirrors = take_mirrors(order); !mirrors.empty()) {
    TRY_ASSIGN(out, set_mirrors(text, mirrors, {"mirrors"}, "endpoint"));
  } else {
    const std::string key = !documents->empty() && (*documents)[0]["kubelet-arg+"] ? "kubelet-arg+" : "kubelet-arg";
    std::vector<std::string> all;
    if (!documents->empty()) {
      const auto& list = (*documents)[0][key];
      if (list.is_scalar()) all.push_back(list.scalar);
      for (const auto& [name, item] : list.entries) all.push_back(item.scalar);
    }
    for (const auto& flag : take_as_flags(order)) {
      const auto start = flag.key + "=";
      const auto same = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.rfind(start, 0) == 0; });
      if (same != all.end()) *same = start + plain_value(flag);
      else all.push_back(start + plain_value(flag));
    }
    if (!all.empty()) {
      TRY_ASSIGN(out, edit::set_yaml(text, {key}, edit::list_value(all)));
    }
  }
  TRY(all_taken(order, title, use_print));
  return out;
}

}  // namespace

namespace kubeadm {
Result<std::string> patch(std::string_view text, Order& order) {
  TRY_ASSIGN(const auto documents, parse_yaml(text));
  std::string out(text);
  if (std::none_of(documents.begin(), documents.end(), [](const auto& one) {
        return contains(one["apiVersion"].scalar, "kubeadm.k8s.io/") || contains(one["apiVersion"].scalar, "kubelet.config.k8s.io/");
      }))
    return fail(Errc::not_found, "neither a document of kubeadm nor a KubeletConfiguration is in it");
  const auto flags = order.take(Target::kubelet_flag);
  bool placed = flags.empty();
  for (const auto* const kind : {"InitConfiguration", "JoinConfiguration"}) {
    const auto* const document = document_of(documents, kind);
    if (document == nullptr) continue;
    const edit::Path args = {fmt::format("[kind={}]", kind), "nodeRegistration", "kubeletExtraArgs"};
    const auto& now = document->at({"nodeRegistration", "kubeletExtraArgs"});
    const bool list =
        (*document)["apiVersion"].scalar.rfind("kubeadm.k8s.io/v1beta", 0) == 0 && (*document)["apiVersion"].scalar.back() >= '4';
    for (const auto& flag : flags) {
      placed = true;
      if (!list) {
        auto path = args;
        path.push_back(flag.key);
        TRY_ASSIGN(out, edit::set_yaml(out, path, edit::text_value(plain_value(flag))));
        continue;
      }
      const bool there =
          std::any_of(now.entries.begin(), now.entries.end(), [&](const auto& one) { return one.second["name"].scalar == flag.key; });
      if (there) {
        auto path = args;
        path.push_back(fmt::format("[name={}]", flag.key));
        path.emplace_back("value");
        TRY_ASSIGN(out, edit::set_yaml(out, path, edit::text_value(plain_value(flag))));
      } else {
        TRY_ASSIGN(out, add_map_to_list(out, args, fmt::format("name: {}\nvalue: {}\n", flag.key, yaml_text(plain_value(flag)))));
      }
    }
  }
  if (!placed) return fail(Errc::not_found, "neither an InitConfiguration nor a JoinConfiguration is in it");
  if (const auto keys = order.take(Target::kubelet_config); !keys.empty()) {
    if (document_of(documents, "KubeletConfiguration") != nullptr) {
      TRY_ASSIGN(out, set_kubelet_keys(out, {"[kind=KubeletConfiguration]"}, keys));
    } else {
      out += fmt::format("{}---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n{}",
                         out.empty() || out.back() == '\n' ? "" : "\n", kubelet_yaml(keys));
    }
  }
  TRY(all_taken(order, "kubeadm", [](const Setting&) { return std::string("kubeadm sets up kubelet alone: see drop-in and ansible"); }));
  return out;
}
}  // namespace kubeadm

namespace k3s {
Result<std::string> patch(std::string_view text, Order& order) { return patch_rancher(text, order, "k3s"); }
}  // namespace k3s
namespace rke2 {
Result<std::string> patch(std::string_view text, Order& order) { return patch_rancher(text, order, "RKE2"); }
}  // namespace rke2

namespace aks {
Result<std::string> patch(std::string_view text, Order& order) {
  without_aks_defaults(order);
  TRY_ASSIGN(const auto file, parse_json(text));
  std::string out(text);
  const bool os = file["sysctls"] || file["transparentHugePageEnabled"] || file["transparentHugePageDefrag"] || file["swapFileSizeMB"];
  const bool proxy = file["httpProxy"] || file["httpsProxy"] || file["noProxy"];
  if (proxy) {
    for (const auto& setting : take_aks_proxies(order)) {
      TRY_ASSIGN(out, edit::set_json(out, {setting.key}, new_value(setting)));
    }
  } else if (os || !order.has(Target::kubelet_config)) {
    for (const auto& setting : take_aks_sysctls(order)) {
      TRY_ASSIGN(out, edit::set_json(out, {"sysctls", setting.key}, new_value(setting)));
    }
  } else {
    for (const auto& setting : take_aks_kubelet(order)) {
      TRY_ASSIGN(out, edit::set_json(out, {setting.key}, new_value(setting)));
    }
  }
  TRY(all_taken(order, "AKS", aks_lacks));
  return out;
}
}  // namespace aks

namespace gke {
Result<std::string> patch(std::string_view text, Order& order) {
  without_gke_defaults(order);
  std::string out(text);
  for (const auto& setting : take_gke_kubelet(order)) {
    TRY_ASSIGN(out, edit::set_yaml(out, {"kubeletConfig", setting.key}, new_value(setting)));
  }
  for (const auto& setting : take_gke_sysctls(order)) {
    TRY_ASSIGN(out, edit::set_yaml(out, {"linuxConfig", "sysctl", setting.key}, edit::text_value(plain_value(setting))));
  }
  for (const auto& mirror : take_mirrors(order)) {
    TRY_ASSIGN(const auto documents, parse_yaml(out));
    const auto server = mirror.registry == "*" ? "_default" : mirror.registry;
    const Value* there = nullptr;
    if (!documents.empty())
      for (const auto& [index, one] : documents[0]["registryHosts"].entries)
        if (one["server"].scalar == server) there = &one;
    if (there != nullptr) {
      std::vector<std::string> endpoints;
      for (const auto& [index, host] : (*there)["hosts"].entries) endpoints.push_back(host["host"].scalar);
      if (endpoints == mirror.endpoints) continue;
      return fail(Errc::unsupported, fmt::format("registryHosts has other hosts for {} already: change them there", server));
    }
    TRY_ASSIGN(out, add_map_to_list(out, {"registryHosts"}, gke_registry_host(mirror)));
  }
  TRY(all_taken(order, "GKE", gke_lacks));
  return out;
}
}  // namespace gke

namespace talos {
Result<std::string> patch(std::string_view text, Order& order) {
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      "Talos sets it by itself");
  TRY_ASSIGN(const auto documents, parse_yaml(text));
  const auto machine = std::find_if(documents.begin(), documents.end(), [](const auto& one) { return static_cast<bool>(one["machine"]); });
  if (machine == documents.end()) return fail(Errc::not_found, "there is no machine: in this file");
  const auto at = [&](std::initializer_list<std::string> path) {
    edit::Path out;
    if (documents.size() > 1) out.push_back(fmt::format("[{}]", machine - documents.begin()));
    out.emplace_back("machine");
    out.insert(out.end(), path);
    return out;
  };
  std::string out(text);
  for (const auto& flag :
       order.take_if([](const Setting& one) { return one.target == Target::kubelet_flag && !is_dockershim_flag(one); })) {
    TRY_ASSIGN(out, edit::set_yaml(out, at({"kubelet", "extraArgs", flag.key}), edit::text_value(plain_value(flag))));
  }
  TRY_ASSIGN(out, set_kubelet_keys(out, at({"kubelet", "extraConfig"}), order.take(Target::kubelet_config)));
  for (const auto& setting : order.take(Target::sysctl)) {
    TRY_ASSIGN(out, edit::set_yaml(out, at({"sysctls", setting.key}), edit::text_value(plain_value(setting))));
  }
  for (const auto& proxy : take_proxies(order)) {
    TRY_ASSIGN(out, edit::set_yaml(out, at({"env", proxy.key}), edit::text_value(plain_value(proxy))));
  }
  TRY_ASSIGN(out, set_mirrors(out, take_mirrors(order), at({"registries", "mirrors"}), "endpoints"));
  for (const auto& trust : take_trusts(order)) {
    TRY_ASSIGN(out,
               edit::set_yaml(out, at({"registries", "config", trust.registry, "tls", "ca"}), edit::text_value(encode_base64(trust.pem))));
  }
  if (const auto keys = order.take(Target::containerd); !keys.empty()) {
    constexpr std::string_view k_part = "/etc/cri/conf.d/20-customization.part";
    const auto content = at({"files", fmt::format("[path={}]", k_part), "content"});
    const auto& files = (*machine)["machine"]["files"].entries;
    if (std::count_if(files.begin(), files.end(), [&](const auto& one) { return one.second["path"].scalar == k_part; }) > 1)
      return fail(Errc::unsupported, fmt::format("{} stands twice in its files", k_part));
    const auto old = edit::get_yaml(out, content);
    TRY_ASSIGN(const auto toml, set_containerd_keys(old ? *old : std::string(), keys, order.context, 3));
    if (old) {
      TRY_ASSIGN(out, edit::set_yaml(out, content, edit::text_value(toml)));
    } else {
      const auto fragment = toml.substr(toml.find('['));
      TRY_ASSIGN(out,
                 add_map_to_list(out, at({"files"}),
                                 fmt::format("path: {}\nop: create\npermissions: 0o644\ncontent: {}\n", k_part, yaml_block(fragment, 2))));
    }
  }
  TRY(all_taken(order, "Talos", use_print));
  return out;
}
}  // namespace talos

namespace bottlerocket {
Result<std::string> patch(std::string_view text, Order& order) {
  TRY_ASSIGN(const auto added, settings_of(order));
  TRY(all_taken(order, "Bottlerocket", lacks));
  std::string out(text);
  for (const auto& one : added) {
    if (!one.mirror) {
      TRY_ASSIGN(out, edit::set_toml(out, one.path, one.value));
      continue;
    }
    TRY_ASSIGN(const auto file, parse_toml(out));
    const auto& mirrors = file.at({"settings", "container-registry", "mirrors"});
    const auto there = std::find_if(mirrors.entries.begin(), mirrors.entries.end(),
                                    [&](const auto& entry) { return entry.second["registry"].scalar == one.mirror->registry; });
    if (there != mirrors.entries.end()) {
      TRY_ASSIGN(
          out,
          edit::set_toml(out, {"settings", "container-registry", "mirrors", fmt::format("[registry={}]", one.mirror->registry), "endpoint"},
                         edit::list_value(one.mirror->endpoints)));
    } else {
      out += fmt::format("{}\n{}", out.empty() || out.back() == '\n' ? "" : "\n", mirror_table(*one.mirror));
    }
  }
  return parse_toml(out)
             ? Result<std::string>(out)
             : Result<std::string>(fail(Errc::unsupported, "its mirrors are written in a way that another one can't be put beside"));
}
}  // namespace bottlerocket

namespace ansible {
Result<std::string> patch(std::string_view /*text*/, Order& /*order*/) {
  return fail(Errc::unsupported, "a play stands for itself: save what --print ansible writes beside yours, and import_playbook it");
}
}  // namespace ansible

namespace drop_in {
Result<std::string> patch(std::string_view /*text*/, Order& /*order*/) {
  return fail(Errc::unsupported, "a node's own files are changed by --apply, those of an image or a rescue mount by --apply --root FOLDER");
}
}  // namespace drop_in

}  // namespace unsnag::platforms
