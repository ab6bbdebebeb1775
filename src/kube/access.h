// SPDX-License-Identifier: Apache-2.0
// How a node, or a pod on it, may talk to the API server of its cluster: what kubelet's kubeconfig or a service account says.
// Nothing is asked of anybody yet. Helper programs that a kubeconfig names (exec) are not run: they are not in a bare container,
// and running what a file names is not for a tool that reads.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "http/http.h"

namespace unsnag::kube {

/// Reads a file: of the node (beneath --root), or of this very process's surroundings.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

struct Access {
  std::string server;  // "https://10.0.0.1:6443", without a slash at its end
  http::Tls tls{};
  Secret token{};
  std::string proxy{};  // the kubeconfig's proxy-url; the environment's is not used
  std::string from;     // for people: "/etc/kubernetes/kubelet.conf", "the pod's service account"
};

/// Where kubelet's kubeconfig lies when its flags don't say: kubeadm, EKS and AKS, k3s, RKE2, k0s, MicroK8s, Bottlerocket, Talos.
extern const std::vector<std::string> k_kubeconfigs;

/// The service account of the pod that this process is in. `read` reads this process's own files; host and port are
/// KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
/// Errors: not_found (no pod, or one without a service account), and those of `read`.
Result<Access> access_of_pod(const ReadFile& read, const std::string& host, const std::string& port);

/// A kubeconfig's current context. Files that it names are read too, relative ones beside it.
/// Errors: those of `read`; malformed; unsupported: the only way in is a helper program, which the error names.
Result<Access> access_of_kubeconfig(const ReadFile& read, const std::string& path);

}  // namespace unsnag::kube
