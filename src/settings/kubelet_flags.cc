// SPDX-License-Identifier: Apache-2.0
#include "settings/kubelet_flags.h"

#include <algorithm>
#include <array>

namespace unsnag::settings {
namespace {

struct FlagOfKey {
  std::string_view key, flag;
};
constexpr std::array<FlagOfKey, 12> k_flags{{{"serializeImagePulls", "serialize-image-pulls"},
                                             {"registryPullQPS", "registry-qps"},
                                             {"registryBurst", "registry-burst"},
                                             {"runtimeRequestTimeout", "runtime-request-timeout"},
                                             {"imageGCHighThresholdPercent", "image-gc-high-threshold"},
                                             {"imageGCLowThresholdPercent", "image-gc-low-threshold"},
                                             {"imageMinimumGCAge", "minimum-image-ttl-duration"},
                                             {"evictionPressureTransitionPeriod", "eviction-pressure-transition-period"},
                                             {"eventRecordQPS", "event-qps"},
                                             {"eventBurst", "event-burst"},
                                             {"maxOpenFiles", "max-open-files"},
                                             {"maxPods", "max-pods"}}};

}  // namespace

std::string_view kubelet_flag_of(std::string_view key) {
  const auto* const found = std::find_if(k_flags.begin(), k_flags.end(), [&](const FlagOfKey& one) { return one.key == key; });
  return found == k_flags.end() ? std::string_view() : found->flag;
}

}  // namespace unsnag::settings
