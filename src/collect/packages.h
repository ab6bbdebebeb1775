// SPDX-License-Identifier: Apache-2.0
// Versions out of a distribution's package list.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace unsnag::collect {

/// Of /var/lib/dpkg/status: "containerd" → "1.6.20~ds1-1+b1", for the programs that matter, by the program's name and without
/// the epoch.
std::map<std::string, std::string> package_versions(std::string_view dpkg_status);

}  // namespace unsnag::collect
