// SPDX-License-Identifier: Apache-2.0
// Bottlerocket: its settings as TOML user data. Names as its API has them (bottlerocket.dev, settings.kubernetes,
// settings.container-runtime, settings.container-registry, settings.network, settings.kernel, settings.pki). There is no
// setting for image_pull_progress_timeout (bottlerocket issue 4679).
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "platforms/clouds.h"
#include "platforms/makers.h"
#include "platforms/mirrors.h"
#include "platforms/node_files.h"
#include "platforms/write.h"

namespace unsnag::platforms::bottlerocket {
namespace {

using settings::Setting;
using settings::Target;

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_kubelet = {
    {{"registryPullQPS", "registry-qps"},
     {"registryBurst", "registry-burst"},
     {"imageGCHighThresholdPercent", "image-gc-high-threshold-percent"},
     {"imageGCLowThresholdPercent", "image-gc-low-threshold-percent"}}};

const auto* kubernetes_name(const Setting& setting) {
  return std::find_if(k_kubelet.begin(), k_kubelet.end(),
                      [&](const auto& one) { return setting.target == Target::kubelet_config && one.first == setting.key; });
}

bool is_proxy(const Setting& setting) {
  return setting.target == Target::environment && (setting.unit == "containerd.service" || setting.unit == "kubelet.service") &&
         (setting.key == "HTTPS_PROXY" || setting.key == "NO_PROXY");
}

edit::NewValue value_of(const Setting& setting) {
  using Kind = edit::NewValue::Kind;
  if (setting.kind == settings::Kind::list) return edit::list_value(setting.values);
  const auto kind = setting.kind == settings::Kind::number    ? Kind::number
                    : setting.kind == settings::Kind::boolean ? Kind::boolean
                                                              : Kind::text;
  return {kind, setting.value, {}};
}

}  // namespace

std::string lacks(const Setting& setting) {
  switch (setting.target) {
    case Target::containerd:
      return setting.key == "image_pull_progress_timeout" ? "Bottlerocket has no setting for it (its issue 4679); what helps there: more "
                                                            "throughput for the data volume, fewer downloads at once "
                                                            "(settings.container-runtime.max-concurrent-downloads), the SOCI snapshotter "
                                                            "(1.44 and later), a data volume made from a snapshot that holds the image"
                                                          : "Bottlerocket has no setting for it";
    case Target::kubelet_flag:
      return setting.key.rfind("image-credential-provider", 0) == 0
                 ? "Bottlerocket has its providers in its image; what works there: settings.kubernetes.credential-providers turns them on"
                 : "Bottlerocket runs containerd and sets kubelet's flags itself";
    case Target::kubelet_config:
      return setting.key == "maxParallelImagePulls"
                 ? "Bottlerocket has no setting for it, and pulls any number at once; what can be set there is how many layers of an image "
                   "come at once (settings.container-runtime.max-concurrent-downloads)"
                 : "Bottlerocket has no setting for this key of kubelet's, and its files can't be changed; what works there: nodes of "
                   "another "
                   "image, such as Amazon Linux 2023 (--print nodeadm)";
    case Target::environment: return "Bottlerocket sets one proxy, for HTTPS, and where not to use it (settings.network)";
    case Target::unit:
    case Target::file: return "Bottlerocket's files can't be changed";
    default: return "Bottlerocket runs containerd";
  }
}

std::string mirror_table(const Mirror& mirror) {
  Setting endpoints;
  endpoints.kind = settings::Kind::list;
  endpoints.values = mirror.endpoints;
  return fmt::format("[[settings.container-registry.mirrors]]\nregistry = {}\nendpoint = {}\n", toml_text(mirror.registry),
                     toml_value(endpoints));
}

Result<std::vector<Entry>> settings_of(Order& order) {
  order.already_there([](const Setting& setting) { return setting.target == Target::containerd && setting.key == "registry.config_path"; },
                      "Bottlerocket sets it by itself");
  order.already_there(
      [](const Setting& setting) {
        return setting.target == Target::kubelet_config && setting.key == "serializeImagePulls" && setting.value == "false";
      },
      "Bottlerocket sets it by itself");
  order.already_there(
      [](const Setting& setting) {
        return setting.target == Target::kubelet_config && setting.key == "runtimeRequestTimeout" && setting.value == "15m";
      },
      "Bottlerocket sets it by itself");
  std::vector<Entry> out;
  const auto add = [&](std::initializer_list<std::string> path, edit::NewValue value) {
    Entry entry{{"settings"}, std::move(value), {}};
    entry.path.insert(entry.path.end(), path);
    out.push_back(std::move(entry));
  };
  for (const auto& setting : order.take_if([](const Setting& one) { return kubernetes_name(one) != k_kubelet.end(); }))
    // Percents as texts: Bottlerocket takes a number too, Karpenter's reader of its user data does not.
    add({"kubernetes", std::string(kubernetes_name(setting)->second)},
        setting.key.rfind("imageGC", 0) == 0 ? edit::text_value(setting.value) : value_of(setting));
  for (const auto& setting :
       order.take_if([](const Setting& one) { return one.target == Target::kubelet_config && one.key.rfind("evictionHard.", 0) == 0; }))
    add({"kubernetes", "eviction-hard", setting.key.substr(std::string_view("evictionHard.").size())}, edit::text_value(setting.value));
  for (const auto& setting :
       order.take_if([](const Setting& one) { return one.target == Target::containerd && one.key == "max_concurrent_downloads"; }))
    add({"container-runtime", "max-concurrent-downloads"}, value_of(setting));
  for (const auto& setting : order.take(Target::sysctl)) add({"kernel", "sysctl", setting.key}, edit::text_value(plain_value(setting)));
  std::vector<std::string> seen;
  for (auto setting : order.take_if(is_proxy)) {
    if (std::find(seen.begin(), seen.end(), setting.key) != seen.end()) continue;
    seen.push_back(setting.key);
    if (setting.key == "HTTPS_PROXY") {
      add({"network", "https-proxy"}, edit::text_value(plain_value(setting)));
      continue;
    }
    if (setting.kind != settings::Kind::list)
      for (const auto part : split(setting.value, ',')) setting.values.emplace_back(trim(part));
    add({"network", "no-proxy"}, edit::list_value(setting.values));
  }
  for (const auto& setting : order.take_if([](const Setting& one) { return one.target == Target::file && is_ca_file(one.key); })) {
    auto name = setting.key.substr(setting.key.rfind('/') + 1);
    name = name.substr(0, name.rfind('.'));
    add({"pki", name, "data"}, edit::text_value(encode_base64(setting.value)));
    add({"pki", name, "trusted"}, edit::boolean_value(true));
  }
  for (const auto& trust : take_trusts(order)) {
    add({"pki", plain_name(trust.registry), "data"}, edit::text_value(encode_base64(trust.pem)));
    add({"pki", plain_name(trust.registry), "trusted"}, edit::boolean_value(true));
  }
  for (auto& mirror : take_mirrors(order)) out.push_back({{}, {}, std::move(mirror)});
  return out;
}

Result<Snippet> print(Order& order) {
  TRY_ASSIGN(const auto entries, settings_of(order));
  // Entries of one table come one after the other; the last step is the key.
  std::string text, table;
  for (const auto& entry : entries) {
    if (entry.mirror) {
      text += (text.empty() ? "" : "\n") + mirror_table(*entry.mirror);
      continue;
    }
    std::string header;
    for (std::size_t i = 0; i + 1 < entry.path.size(); ++i) header += (i > 0 ? "." : "") + toml_key(entry.path[i]);
    if (header != table) text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", header);
    table = header;
    Setting value;
    value.kind = entry.value.kind == edit::NewValue::Kind::list      ? settings::Kind::list
                 : entry.value.kind == edit::NewValue::Kind::number  ? settings::Kind::number
                 : entry.value.kind == edit::NewValue::Kind::boolean ? settings::Kind::boolean
                                                                     : settings::Kind::text;
    value.value = entry.value.text;
    value.values = entry.value.list;
    text += fmt::format("{} = {}\n", toml_key(entry.path.back()), toml_value(value));
  }
  order.leave_out(lacks);
  if (order.nothing_taken()) return tl::unexpected(order.unsupported("Bottlerocket"));
  order.versions.emplace_back("Bottlerocket 1.14 and later");
  const Head head = {
      "into the user data of the nodes (launch template, eksctl's bottlerocket.settings, userData of an EC2NodeClass); on a node that "
      "runs: apiclient set with the same names",
      "when a node boots; apiclient restarts the service at once", "without the lines; apiclient set with the old values"};
  return snippet(order, "user-data.toml", head_comment(order, head) + text);
}

}  // namespace unsnag::platforms::bottlerocket
