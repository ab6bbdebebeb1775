// SPDX-License-Identifier: Apache-2.0
// Gathers from a node what explains its pulls. What it may not read is listed and never ends it; only a bundle that can't
// be written does. Small things come first and logs last, so that what is bounded is the logs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "collect/sink.h"
#include "node/root.h"

namespace unsnag::collect {

struct Wants {
  SysTime now{};
  std::optional<SysTime> since;  // of logs; nullopt: all
  std::uint64_t max_bytes = 0;   // of logs, before compression; 0: no limit
  bool offline = false;          // neither the Kubernetes API nor the cloud's metadata is asked
  std::string node;              // its name
};

/// A part of what is collected, as a line for people.
struct Collected {
  std::string name;  // "kubelet journal"
  Amount amount;     // of this part
  std::chrono::nanoseconds took{0};
  bool counts_lines = false;  // its lines say more than its number of files
  std::uint64_t unread = 0;   // of its things, those that could not be read
  std::uint64_t absent = 0;   // and those that are not there
  std::string lack;           // "no permission (root only)": why nothing, or not all of it, is there
};

struct Listener {
  std::function<void(std::string_view name)> begin = [](std::string_view) {};
  std::function<void(const Collected&)> end = [](const Collected&) {};
};

/// Errors: cancelled, and those of bundle::Writer.
Result<void*> collect(const node::Root& root, const Wants& wants, Sink& sink, const Listener& listener);

/// The node's name: NODE_NAME (as a DaemonSet passes it on), kubelet's --hostname-override, the root's /etc/hostname, this
/// machine's; "node" when nothing tells.
std::string node_name(const node::Root& root);

}  // namespace unsnag::collect
