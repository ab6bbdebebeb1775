// SPDX-License-Identifier: Apache-2.0
#include "platforms/versions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace unsnag::platforms {
namespace {

using settings::Target;

struct Known {
  Target target;
  std::string_view key, to;
};
constexpr std::array k_known = {
    Known{Target::kubelet_flag, "image-pull-progress-deadline", "kubelet up to 1.23 with Docker (1.24 does not start with this flag)"},
    Known{Target::cri_dockerd_flag, "image-pull-progress-deadline", "cri-dockerd"},
    Known{Target::containerd, "image_pull_progress_timeout", "containerd 1.7 and later"},
    Known{Target::containerd, "use_local_image_pull", "containerd 2.1 and later"},
    Known{Target::containerd, "registry.config_path", "containerd 1.5 and later"},
    Known{Target::crio, "crio.image.pull_progress_timeout", "CRI-O 1.30.11, 1.31.3, 1.32.0 and later"},
    Known{Target::kubelet_config, "maxParallelImagePulls", "kubelet 1.27 and later"},
    Known{Target::kubelet_config, "imageMaximumGCAge", "kubelet 1.30 and later"},
};

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  Version version;
  const auto* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  if (std::from_chars(major.ptr + 1, end, version.minor).ec != std::errc()) return std::nullopt;
  return version;
}

std::string known_to(const settings::Setting& setting) {
  const auto* const known =
      std::find_if(k_known.begin(), k_known.end(), [&](const auto& one) { return one.target == setting.target && one.key == setting.key; });
  return known == k_known.end() ? std::string() : std::string(known->to);
}

bool is_dockershim_flag(const settings::Setting& setting) {
  return setting.target == Target::kubelet_flag && setting.key == "image-pull-progress-deadline";
}

}  // namespace unsnag::platforms
