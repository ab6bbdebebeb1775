// SPDX-License-Identifier: Apache-2.0
// Interfaces, addresses, routes and rules, asked of the kernel itself (rtnetlink(7)), so that no ip is needed. The kernel
// answers for the network namespace of whoever asks: in a container without the node's network that is not the node's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace unsnag::node {

struct Interface {
  int index = 0;
  std::string name;
  std::uint32_t mtu = 0;
  bool up = false;       // set up by somebody
  bool carrier = false;  // and connected
  std::string hardware_address;
  std::string kind;                    // "veth", "bridge", "vxlan", …; "" for hardware
  std::vector<std::string> addresses;  // "10.0.1.23/20"
};

struct Route {
  std::string to;   // "default", "10.0.0.0/16"
  std::string via;  // "" when it is reached directly
  std::string device;
  std::string from;  // the preferred source address
  std::uint32_t table = 0, metric = 0, mtu = 0;
  std::string kind;  // "unicast", "blackhole", "unreachable", "prohibit"; others ("local", "broadcast") are not kept
};

struct Network {
  std::vector<Interface> interfaces;
  std::vector<Route> routes;
  std::size_t rules = 0;        // of ip-rule(8), both families
  std::size_t more_routes = 0;  // left out beyond the limit
};

/// Errors: permission_denied, io, unsupported (no rtnetlink here), malformed.
Result<Network> network();

/// Takes the messages of one answer into `network`; for tests and fuzzing, since the bytes are the kernel's.
void take_messages(std::string_view bytes, Network& network);

/// As `ip addr` and `ip route` would tell it, shorter.
std::string to_text(const Network& network);

}  // namespace unsnag::node
