// SPDX-License-Identifier: Apache-2.0
// What a node is, as its files tell: how kubelet gets its flags, which runtime it uses and where that one's configuration
// lies, and what the node was made by. What a program can do is read off the program itself: its file holds the names of
// the flags and keys that it knows, whatever its version is called.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/result.h"
#include "node/root.h"
#include "node/units.h"

namespace unsnag::remedy {

enum class Runtime : std::uint8_t { unknown, dockershim, cri_dockerd, containerd, crio };
std::string_view name_of(Runtime runtime);  // "Docker", "Docker through cri-dockerd", "containerd", "CRI-O"

/// A program that systemd starts.
struct Program {
  bool found = false;  // its unit is there
  node::Unit unit;
  std::vector<node::Variable> environment;
  std::vector<std::string> command;  // as the unit starts it, variables put in
  std::string version;               // of the package that holds it; "" unknown

  /// The value of its last flag --name; "true" for one that stands alone.
  [[nodiscard]] std::optional<std::string> flag(std::string_view name) const;
};

struct NodeFacts {
  std::string name;
  std::string platform;    // "eks-al2", "eks-al2023", "kubeadm", "k3s", "rke2", "gke", "aks", "openshift", "bottlerocket", "talos", "plain"
  bool elsewhere = false;  // the node is not at hand: what it has is what such nodes have, and nothing can be looked at
  std::string distribution;  // "k3s", "rke2": kubelet and containerd are inside of it; "" for programs that stand alone

  Program kubelet;                    // of a distribution: its service
  bool knows_pull_deadline = false;   // kubelet has the flag of dockershim, so it is 1.23 or older
  bool knows_parallel_limit = false;  // kubelet has maxParallelImagePulls, 1.27 and newer
  std::string kubelet_config;         // "" none
  std::string kubelet_config_dir;     // "" none
  Value kubelet_settings;             // the config file's content; null when there is none

  Runtime runtime = Runtime::unknown;
  Program engine;                       // docker.service, containerd.service, crio.service
  Program cri_dockerd;                  // beside the engine, where kubelet talks to it
  bool knows_progress_timeout = false;  // the engine has a watchdog that can be set
  bool is_containerd_2 = false;
  std::string containerd_config;  // main file; of a distribution the one that it generates
};

/// Errors: permission_denied, io: files that decide can't be read. What isn't there is no error.
Result<NodeFacts> look_at(const node::Root& root);

/// Which of `words` stand in a file, as in a program's data; no words when it can't be read.
std::vector<bool> words_in(const node::Root& root, std::string_view path, const std::vector<std::string_view>& words);

/// A document of kubelet's configuration, JSON or YAML. Errors: malformed.
Result<Value> parse_kubelet_config(std::string_view text);

/// Where kubelet says whether it is healthy; 0: nowhere.
std::uint16_t healthz_port_of(const NodeFacts& facts);

/// "kubelet 1.14.9, Docker 18.09", for people.
std::string describe(const NodeFacts& facts);

}  // namespace unsnag::remedy
