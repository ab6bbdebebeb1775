// SPDX-License-Identifier: Apache-2.0
// Versions of programs as far as a platform's text depends on them: the first two numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "settings/setting.h"

namespace unsnag::platforms {

struct Version {
  int major = 0, minor = 0;
  [[nodiscard]] bool before(int other_major, int other_minor) const {
    return major < other_major || (major == other_major && minor < other_minor);
  }
};

/// "v1.31.4-eks-1", "2.1": none where it does not begin so.
std::optional<Version> parse_version(std::string_view text);

/// Which programs know a setting, for a text's head: "containerd 1.7 and later"; "" where all in use do.
std::string known_to(const settings::Setting& setting);

/// The flag of kubelet's dockershim, which was taken out in 1.24.
bool is_dockershim_flag(const settings::Setting& setting);

}  // namespace unsnag::platforms
