// SPDX-License-Identifier: Apache-2.0
#include "platforms/kubelet_flags.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> k_flags = {{
    {"serializeImagePulls", "serialize-image-pulls"},
    {"registryPullQPS", "registry-qps"},
    {"registryBurst", "registry-burst"},
    {"runtimeRequestTimeout", "runtime-request-timeout"},
    {"imageGCHighThresholdPercent", "image-gc-high-threshold"},
    {"imageGCLowThresholdPercent", "image-gc-low-threshold"},
    {"imageMinimumGCAge", "minimum-image-ttl-duration"},
}};

const auto* flag_of(const Setting& setting) {
  return std::find_if(k_flags.begin(), k_flags.end(),
                      [&](const auto& one) { return setting.target == Target::kubelet_config && one.first == setting.key; });
}

}  // namespace

bool can_be_flag(const Setting& setting) { return setting.target == Target::kubelet_flag || flag_of(setting) != k_flags.end(); }

Settings take_as_flags(Order& order) {
  auto out = order.take_if(can_be_flag);
  for (auto& setting : out) {
    if (setting.target == Target::kubelet_flag) continue;
    setting.key = flag_of(setting)->second;
    setting.target = Target::kubelet_flag;
  }
  return out;
}

}  // namespace unsnag::platforms
