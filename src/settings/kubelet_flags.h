// SPDX-License-Identifier: Apache-2.0
// The flags that kubelet has beside keys of its configuration.
#pragma once

#include <string_view>

namespace unsnag::settings {

/// The flag without dashes of a key that pulls depend on: "registryPullQPS" → "registry-qps". "": it has none, or nobody asked.
/// Source: kubernetes cmd/kubelet/app/options, AddKubeletConfigFlags.
std::string_view kubelet_flag_of(std::string_view key);

}  // namespace unsnag::settings
