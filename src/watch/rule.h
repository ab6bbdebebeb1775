// SPDX-License-Identifier: Apache-2.0
// Which timer watches a pull, how it looks at it, what its limit is by default and where that is set: one row for
// each span of versions, read off the programs' sources.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace unsnag::watch {

/// What a watchdog counts as progress.
enum class Counts : std::uint8_t {
  docker_messages,      // dockershim, cri-dockerd: any message of Docker's stream
  containerd_requests,  // containerd's local mode (client.Pull): bytes of open HTTP requests
  containerd_transfer,  // containerd's transfer service: the download events of layers
  crio_events,          // CRI-O: any event of containers/image's copy
};

/// What a limit of zero does.
enum class Zero : std::uint8_t {
  off,      // no watchdog
  hangs,    // containerd's transfer service: PullImage never returns (containerd issue 14158)
  at_once,  // dockershim, cri-dockerd: cancelled at the first look
};

/// containerd has two ways to pull; its configuration decides (`use_local_image_pull`, or a setting that it cannot
/// combine with the transfer service). `unknown` means the version's default.
enum class PullMode : std::uint8_t { unknown, local, transfer };

/// A place where the limit is set.
struct Setting {
  std::string_view name;  // "--image-pull-progress-deadline", "image_pull_progress_timeout"
  enum class Kind : std::uint8_t { flag, key } kind;
  std::string_view file;   // usual file; empty for a flag: it stands on the command line, wherever the unit or the
                           // platform keeps that
  std::string_view table;  // TOML table of a key
  int config_version = 0;  // containerd: the `version =` of the file that the table belongs to; 0: any
};

struct Rule {
  Counts counts;
  std::string_view program;  // whose timer: "kubelet", "cri-dockerd", "containerd", "cri-o"
  nanoseconds limit;         // the version's default; replace it with the value in force
  Zero zero;
  nanoseconds interval{0};        // between looks; 0: a plain timer that runs out without looks
  nanoseconds interval_floor{0};  // the least that a short limit makes of `interval`
  enum class Spares : std::uint8_t { nothing, extracting } spares = Spares::nothing;
  enum class Idle : std::uint8_t { counts_from_last_look, starts_afresh } idle = Idle::counts_from_last_look;
  std::vector<Setting> settings;  // empty: the limit is fixed in the program

  /// Time between looks under this limit: containerd looks every half limit when that is below `interval`.
  [[nodiscard]] nanoseconds look_every() const;
};

/// The watchdog of that program and version ("1.20", "v1.20.15-eks-1", "2.4.0-beta.0"), where it has one.
/// `program`: "kubelet" (its dockershim), "cri-dockerd", "containerd", "cri-o" or "crio".
/// nullopt: that version has none (kubelet 1.24 and later, containerd up to 1.6, CRI-O up to 1.29), or program or
/// version were not recognised.
std::optional<Rule> rule_for(std::string_view program, std::string_view version, PullMode mode = PullMode::unknown);

}  // namespace unsnag::watch
