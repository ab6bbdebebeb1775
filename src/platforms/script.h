// SPDX-License-Identifier: Apache-2.0
// Shell scripts that change a node's files, for platforms that run one when a node is made. What is written may run again and
// changes nothing then; it keeps what it does not know; it says each file that it changed. POSIX sh with awk, sed and, for
// JSON, jq. No ${ and no %{ stands in it but in the values, so that templates of CloudFormation and Terraform leave it alone.
//
// containerd up to 1.7 replaces a plugin's whole table by that of an imported file (mergeConfig in
// services/server/config/config.go), so its settings are put into the main file, and containerd itself reads the result
// before it takes the old file's place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "platforms/node_files.h"
#include "platforms/order.h"

namespace unsnag::platforms {

/// Gathers steps, and brings the functions that they need.
class Script {
 public:
  void write(const NodeFile& file);
  void run(std::string_view command);
  /// Keys of containerd's image settings, in `file`; the table is chosen by the version that the file has.
  void set_containerd(const Settings& settings, std::string_view file = "/etc/containerd/config.toml");
  /// Keys of a JSON file, dots between levels but for eviction signals and the like: "evictionHard.imagefs.available".
  void set_json(const Settings& settings, std::string_view file);
  /// Keys of kubelet's YAML configuration.
  void set_kubelet_yaml(const Settings& settings, std::string_view file = "/var/lib/kubelet/config.yaml");
  /// Appends to the flags that kubelet has already, wherever KUBELET_EXTRA_ARGS is set.
  void add_kubelet_flags(const Settings& settings);
  void add_cri_dockerd_flags(const Settings& settings);
  /// Appends to the flags that /etc/eks/bootstrap.sh is going to give kubelet, whoever calls it (Amazon Linux 2).
  void add_eks_bootstrap_flags(const Settings& settings);

  [[nodiscard]] bool empty() const { return steps_.empty(); }
  /// Functions and steps, without "#!".
  [[nodiscard]] std::string text() const;

 private:
  enum Function : std::uint8_t { put = 1, toml = 2, containerd = 4, json = 8, kubelet_yaml = 16, kubelet_flag = 32, cri_dockerd = 64 };
  void need(unsigned functions) { functions_ |= functions; }
  unsigned functions_ = 0;
  std::string steps_;
};

/// Keys of KubeletConfiguration as YAML, children under their parents.
std::string kubelet_yaml(const Settings& settings);

/// A key of KubeletConfiguration in two parts: {"evictionHard", "imagefs.available"}, {"serializeImagePulls", ""}.
std::pair<std::string, std::string> kubelet_key(std::string_view key);

}  // namespace unsnag::platforms
