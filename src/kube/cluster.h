// SPDX-License-Identifier: Apache-2.0
// What the cluster knows of one node, as documents that read like `kubectl get … -o json`: the node, its pods, what happened to
// them, and kubelet's configuration in force. Each fails alone; a node may ask less than a person: it lists no events, and its
// configuration may be forbidden.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kube/api.h"

namespace unsnag::kube {

struct Document {
  std::string name;    // "kubernetes/node.json"
  std::string source;  // "https://10.0.0.1:6443/api/v1/nodes/a, as /etc/kubernetes/kubelet.conf may ask"
  Result<std::string> text;
};

/// The name under which the cluster knows this node: the first candidate (NODE_NAME, --hostname-override, the host's name) that
/// is a node's name or its label kubernetes.io/hostname.
/// Errors: those of Api::get, of the first candidate; not_found: the cluster has no such node; invalid_argument: no candidate.
Result<std::string> find_node(Api& api, const std::vector<std::string>& candidates);

/// Hands out kubernetes/{node,pods,events,kubelet-configz}.json. A server that does not answer once is not asked again.
void read_node(Api& api, const std::string& node, const std::function<void(Document)>& take);

}  // namespace unsnag::kube
