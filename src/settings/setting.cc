// SPDX-License-Identifier: Apache-2.0
#include "settings/setting.h"

#include <fmt/format.h>

namespace unsnag::settings {

std::string describe(const Setting& setting) {
  const auto value = setting.kind == Kind::list ? fmt::format("[{}]", fmt::join(setting.values, ", ")) : setting.value;
  switch (setting.target) {
    case Target::kubelet_flag: return fmt::format("kubelet's flag --{}={}", setting.key, value);
    case Target::kubelet_config: return fmt::format("kubelet's {}: {}", setting.key, value);
    case Target::cri_dockerd_flag: return fmt::format("cri-dockerd's flag --{}={}", setting.key, value);
    case Target::containerd: return fmt::format("containerd's {} = {}", setting.key, value);
    case Target::crio: return fmt::format("CRI-O's {} = {}", setting.key, value);
    case Target::docker: return fmt::format("Docker's {}: {}", setting.key, value);
    case Target::environment: return fmt::format("{}={} for {}", setting.key, value, setting.unit);
    case Target::unit: return fmt::format("{}={} of {}", setting.key, value, setting.unit);
    case Target::sysctl: return fmt::format("the kernel's {} = {}", setting.key, value);
    case Target::file: return fmt::format("the file {}", setting.key);
  }
  return {};
}

}  // namespace unsnag::settings
