// SPDX-License-Identifier: Apache-2.0
// A mirror, and an authority that one registry's certificate is signed by, as containerd's hosts.toml says them: for platforms
// that have their own words for them.
#pragma once

#include <string>
#include <string_view>
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

struct Trust {
  std::string registry;  // "registry.example:5000"
  std::string pem;
};

/// Takes pairs of files out of `order`: a hosts.toml whose one host has nothing but capabilities and a CA's file, and that file.
std::vector<Trust> take_trusts(Order& order);

/// "registry-example-5000", for names of files and tables.
std::string plain_name(std::string_view registry);

}  // namespace unsnag::platforms
