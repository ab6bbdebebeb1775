// SPDX-License-Identifier: Apache-2.0
// Keys of KubeletConfiguration that kubelet also takes as (deprecated) flags, for platforms that pass flags on and no
// configuration. From kubernetes/cmd/kubelet/app/options/options.go.
#pragma once

#include "platforms/order.h"

namespace unsnag::platforms {

/// True for a flag, and for a key that has one.
bool can_be_flag(const settings::Setting& setting);
/// Takes flags, and keys that have one, and gives flags.
Settings take_as_flags(Order& order);

}  // namespace unsnag::platforms
