// SPDX-License-Identifier: Apache-2.0
// A mirror as containerd's hosts.toml says it, for platforms that have their own words for one.
#pragma once

#include <string>
#include <vector>

#include "platforms/order.h"

namespace unsnag::platforms {

struct Mirror {
  std::string registry;                // "docker.io"; "*" for _default
  std::vector<std::string> endpoints;  // URLs, in order
};

/// Takes the files …/certs.d/REGISTRY/hosts.toml out of `order` whose hosts have nothing but a URL and capabilities: certificates,
/// headers and the like have no place in the other form, and such a file stays in `order`.
std::vector<Mirror> take_mirrors(Order& order);

}  // namespace unsnag::platforms
