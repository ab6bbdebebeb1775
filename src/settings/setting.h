// SPDX-License-Identifier: Apache-2.0
// What a cure wants of a node, said once for all: a program, a key, a value. A remedy writes it into the files of the
// node it stands on; platforms write it into what the nodes are made of. Neither knows the cure, and no cure knows files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::settings {

enum class Target : std::uint8_t {
  kubelet_flag,      // a flag on kubelet's command line, key without dashes: "image-pull-progress-deadline"
  kubelet_config,    // a key of KubeletConfiguration, dots between levels: "serializeImagePulls", "evictionHard.imagefs.available"
  cri_dockerd_flag,  // a flag on cri-dockerd's command line
  containerd,        // a key of the CRI plugin's image part, whichever table that is in this version: "image_pull_progress_timeout",
                     // "registry.config_path"
  crio,              // table and key of crio.conf: "crio.image.pull_progress_timeout"
  docker,            // a key of daemon.json: "registry-mirrors"
  environment,       // a variable of `unit`: "HTTPS_PROXY"
  unit,              // section and key of `unit`: "Service.LimitNOFILE"
  sysctl,            // "fs.inotify.max_user_instances"
  file,              // `key` is a path on the node, `value` its whole content
};

enum class Kind : std::uint8_t { text, number, boolean, list };

struct Setting {
  Target target = Target::kubelet_flag;
  std::string unit;  // environment, unit: "containerd.service"
  std::string key;
  std::string value;  // text as it is meant, without quotes; "10m", "false", "4096"
  Kind kind = Kind::text;
  std::vector<std::string> values;  // for Kind::list, in order
};

/// "kubelet's flag --image-pull-progress-deadline=10m", for people.
std::string describe(const Setting& setting);

}  // namespace unsnag::settings
