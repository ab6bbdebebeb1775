// SPDX-License-Identifier: Apache-2.0
#include "platforms/kubelet_flags.h"

#include <string_view>

#include "settings/kubelet_flags.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

std::string_view flag_of(const Setting& setting) {
  return setting.target == Target::kubelet_config ? settings::kubelet_flag_of(setting.key) : std::string_view();
}

}  // namespace

bool can_be_flag(const Setting& setting) { return setting.target == Target::kubelet_flag || !flag_of(setting).empty(); }

Settings take_as_flags(Order& order) {
  auto out = order.take_if(can_be_flag);
  for (auto& setting : out) {
    if (setting.target == Target::kubelet_flag) continue;
    setting.key = flag_of(setting);
    setting.target = Target::kubelet_flag;
  }
  return out;
}

}  // namespace unsnag::platforms
