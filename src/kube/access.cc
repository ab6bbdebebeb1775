// SPDX-License-Identifier: Apache-2.0
// Format: client-go, tools/clientcmd/api/v1/types.go; where kubelet's lies, as each installer writes it.
#include "kube/access.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/document.h"
#include "base/text.h"

namespace unsnag::kube {
namespace {

std::string trimmed(std::string_view text) { return std::string(trim(text)); }

const Value& named(const Value& list, std::string_view name, std::string_view what) {
  static const Value k_none;
  for (const auto& [unused, one] : list.entries)
    if (one["name"].scalar == name) return one[what];
  return k_none;
}

struct Kubeconfig {
  const ReadFile& read;
  std::string path;
  const Value& document;

  /// What KEY-data holds, or the file that KEY names; "" when neither stands there.
  [[nodiscard]] Result<std::string> text_of(const Value& about, const std::string& key) const {
    if (const auto& data = about[key + "-data"].scalar; !data.empty()) {
      auto decoded = decode_base64(data);
      if (!decoded) return fail(Errc::malformed, key + "-data is not base64");
      return std::move(*decoded);
    }
    return file_of(about[key].scalar);
  }
  [[nodiscard]] Result<std::string> file_of(const std::string& name) const {
    if (name.empty()) return std::string();
    const auto whole = name.front() == '/' ? name : path.substr(0, path.rfind('/') + 1) + name;
    return context(read(whole), "{}", whole);
  }
  [[nodiscard]] Result<void*> add_cluster(const Value& cluster, Access& access) const {
    access.server = cluster["server"].scalar;
    while (!access.server.empty() && access.server.back() == '/') access.server.pop_back();
    if (access.server.empty()) return fail(Errc::malformed, "no server stands in it");
    TRY_ASSIGN(access.tls.authorities, text_of(cluster, "certificate-authority"));
    access.tls.server_name = cluster["tls-server-name"].scalar;
    if (cluster["insecure-skip-tls-verify"].scalar == "true") access.tls.verify = http::Verify::no;
    access.proxy = cluster["proxy-url"].scalar;
    return nullptr;
  }
  [[nodiscard]] Result<void*> add_user(const Value& user, Access& access) const {
    TRY_ASSIGN(access.tls.certificate, text_of(user, "client-certificate"));
    TRY_ASSIGN(auto key, text_of(user, "client-key"));
    access.tls.key = Secret(std::move(key));
    // A token file is renewed; what stands beside it is older.
    TRY_ASSIGN(auto token, file_of(user["tokenFile"].scalar));
    access.token = Secret(token.empty() ? user["token"].scalar : trimmed(token));
    if (!access.tls.certificate.empty() || !access.token.empty()) return nullptr;
    if (const auto& exec = user["exec"]; exec) {
      return fail(Errc::unsupported,
                  fmt::format("it wants the helper program {}, and helper programs are not run", printable(exec["command"].scalar)));
    }
    if (user["auth-provider"])
      return fail(Errc::unsupported,
                  fmt::format("it wants the auth provider {}, which is not known here", printable(user["auth-provider"]["name"].scalar)));
    return fail(Errc::unsupported, "neither a certificate nor a token stands in it");
  }
};

}  // namespace

const std::vector<std::string> k_kubeconfigs{
    "/etc/kubernetes/kubelet.conf",                           // kubeadm
    "/var/lib/kubelet/kubeconfig",                            // EKS, AKS, GKE, kOps, OpenShift
    "/var/lib/rancher/k3s/agent/kubelet.kubeconfig",          // k3s
    "/var/lib/rancher/rke2/agent/kubelet.kubeconfig",         // RKE2
    "/var/lib/k0s/kubelet.conf",                              // k0s
    "/var/snap/microk8s/current/credentials/kubelet.config",  // MicroK8s
    "/etc/kubernetes/kubelet/kubeconfig",                     // Bottlerocket
    "/etc/kubernetes/kubeconfig-kubelet",                     // Talos
};

Result<Access> access_of_pod(const ReadFile& read, const std::string& host, const std::string& port) {
  const std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
  if (host.empty()) return fail(Errc::not_found, "this process is in no pod");
  Access access;
  access.from = "the pod's service account";
  // An IPv6 address stands in brackets.
  access.server = fmt::format("https://{}:{}", contains(host, ":") ? "[" + host + "]" : host, port.empty() ? "443" : port);
  TRY_ASSIGN(auto token, context(read(folder + "token"), "{}", folder + "token"));
  access.token = Secret(trimmed(token));
  if (access.token.empty()) return fail(Errc::malformed, folder + "token is empty");
  TRY_ASSIGN(access.tls.authorities, context(read(folder + "ca.crt"), "{}", folder + "ca.crt"));
  return access;
}

Result<Access> access_of_kubeconfig(const ReadFile& read, const std::string& path) {
  TRY_ASSIGN(const auto text, read(path));
  TRY_ASSIGN(const auto documents, parse_yaml(text));
  if (documents.empty()) return fail(Errc::malformed, "it is empty");
  const auto& document = documents.front();
  const auto& contexts = document["contexts"];
  const auto& current = document["current-context"].scalar;
  // Some installers write one context and leave out which.
  const auto& chosen = !current.empty()           ? named(contexts, current, "context")
                       : contexts.entries.empty() ? named(contexts, "", "context")
                                                  : contexts.entries.front().second["context"];
  if (!chosen) return fail(Errc::malformed, "it has no current context");
  const Kubeconfig config{read, path, document};
  Access access;
  access.from = path;
  TRY(config.add_cluster(named(document["clusters"], chosen["cluster"].scalar, "cluster"), access));
  TRY(config.add_user(named(document["users"], chosen["user"].scalar, "user"), access));
  return access;
}

}  // namespace unsnag::kube
