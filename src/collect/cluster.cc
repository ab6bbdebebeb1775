// SPDX-License-Identifier: Apache-2.0
#include "collect/cluster.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "kube/access.h"
#include "kube/api.h"
#include "kube/cloud.h"
#include "kube/cluster.h"

namespace unsnag::collect {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::vector<std::string> kubelets_flag(const Survey& survey, std::string_view name) {
  std::vector<std::string> values;
  for (const auto* daemon : survey.daemons())
    for (auto& value : node::flag_values(daemon->argv, name)) values.push_back(std::move(value));
  return values;
}

/// The pod's own way first, since it may have been given more rights than the node has; then kubelet's.
std::vector<kube::Access> ways(const Survey& survey, Sink& sink, Lacks& lacks, Result<void*>& written) {
  std::vector<kube::Access> found;
  const auto note = [&](const Error& why, const std::string& from) {
    if (why.code == Errc::not_found || !written) return;
    lacks.add(why);
    written = sink.missing({"kubernetes/node.json", "what the cluster knows of the node", from, bundle::Kind::kubernetes}, why);
  };
  const kube::ReadFile own = [&](const std::string& path) { return survey.own.read(path); };
  auto pod = kube::access_of_pod(own, environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"));
  if (pod) found.push_back(std::move(*pod));
  else note(pod.error(), "the pod's service account");

  std::vector<std::string> kubeconfigs;
  for (auto& path : kubelets_flag(survey, "kubeconfig")) kubeconfigs.push_back(std::move(path));
  kubeconfigs.insert(kubeconfigs.end(), kube::k_kubeconfigs.begin(), kube::k_kubeconfigs.end());
  const kube::ReadFile nodes = [&](const std::string& path) { return survey.root.read(path); };
  for (const auto& path : kubeconfigs) {
    if (!survey.root.exists(path)) continue;
    auto access = kube::access_of_kubeconfig(nodes, path);
    if (access) found.push_back(std::move(*access));
    else note(access.error(), path);
    break;  // the others are another's
  }
  return found;
}

std::vector<std::string> names_of(const Survey& survey, const std::string& name) {
  std::vector<std::string> names;
  if (auto given = environment("NODE_NAME"); !given.empty()) names.push_back(std::move(given));
  for (auto& override : kubelets_flag(survey, "hostname-override")) names.push_back(std::move(override));
  names.push_back(name);
  return names;
}

Result<void*> put(std::string path, std::string what, std::string source, const Result<std::string>& text, Sink& sink, Lacks& lacks) {
  const auto kind = path.starts_with("cloud/") ? bundle::Kind::cloud : bundle::Kind::kubernetes;
  bundle::Item item{std::move(path), std::move(what), std::move(source), kind};
  if (text) return sink.put(std::move(item), *text);
  lacks.add(text.error());
  return sink.missing(std::move(item), text.error());
}

}  // namespace

Result<void*> cluster(const Survey& survey, const std::string& name, Sink& sink, Lacks& lacks) {
  Result<void*> written = nullptr;
  kube::Asking asking;
  asking.stop = [&] { return sink.stopped(); };
  std::optional<Error> refused;
  std::string asked;
  for (auto& access : ways(survey, sink, lacks, written)) {
    if (!written) return written;
    asked = access.server + ", as " + access.from + " may ask";
    kube::Api api(std::move(access), asking);
    const auto node = kube::find_node(api, names_of(survey, name));
    if (!node) {
      refused = node.error();
      continue;
    }
    kube::read_node(api, *node, [&](kube::Document document) {
      if (written)
        written =
            put(std::move(document.name), "what the cluster knows of the node", std::move(document.source), document.text, sink, lacks);
    });
    return written;
  }
  if (!written) return written;
  if (!refused) return nullptr;
  return put("kubernetes/node.json", "what the cluster knows of the node", asked, tl::unexpected<Error>(*refused), sink, lacks);
}

Result<void*> cloud(const Survey& survey, Sink& sink, Lacks& lacks) {
  const auto* sys = survey.sys();
  if (sys == nullptr) return nullptr;
  const auto word = [&](const char* file) {
    const auto text = sys->read(std::string("/sys/class/dmi/id/") + file, 4096);
    return text ? std::string(trim(*text)) : std::string();
  };
  const auto which = kube::cloud_of({word("sys_vendor"), word("product_name"), word("bios_version"), word("chassis_asset_tag")});
  if (!which) return nullptr;
  kube::Metadata metadata;
  metadata.stop = [&] { return sink.stopped(); };
  return put("cloud/instance.json", "the machine, as its cloud knows it", metadata.base_url, kube::read_instance(*which, metadata), sink,
             lacks);
}

}  // namespace unsnag::collect
