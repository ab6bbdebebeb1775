// SPDX-License-Identifier: Apache-2.0
// Before a node is changed: what its runtime is in the middle of. And after: whether runtime and kubelet serve again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtimes/grpc.h"
#include "runtimes/sockets.h"

namespace unsnag::runtimes {

enum class Doing : std::uint8_t { downloading, unpacking, creating_container, creating_pod };
std::string_view to_string(Doing what);

struct Activity {
  Doing what = Doing::downloading;
  std::string name;  // a blob's ref, a layer's chain id, "namespace/pod container"
  std::optional<SysTime> since;
  std::string detail;  // "12.3 MB of 88.3 MB"; "": nothing to add
};

struct Activities {
  std::vector<Activity> under_way;
  std::vector<Activity> left_over;   // looks like under way, and nobody has touched it for long: a crash's remains
  std::vector<std::string> unknown;  // what could not be found out, and why, in whole sentences
  /// Nothing is under way, as far as this runtime can say.
  [[nodiscard]] bool idle() const { return under_way.empty(); }
};

struct Lately {
  SysTime now;
  nanoseconds touched = std::chrono::seconds(60);  // an ingest, container or pod of which nothing was heard for longer is left over
  /// When the runtime's process started, if that is known: an extraction of before is left over. Else one of more than an hour.
  std::optional<SysTime> runtime_started{};
};

/// Asks the socket's runtime. CRI-O and Docker do not tell of pulls, which `unknown` says.
Activities activities(const Socket& socket, const Asking& asking, const Lately& lately);

enum class Need : std::uint8_t { runtime, runtime_and_network };
/// Whether the runtime answers and calls itself ready. Errors: those of asking; server: in its words, what is not ready.
Result<void*> is_ready(const Socket& socket, const Asking& asking, Need need = Need::runtime);

/// kubelet's own word, from its healthz (healthzBindAddress and healthzPort, here the defaults).
/// Errors: those of http::Client::send and http::succeeded.
Result<void*> kubelet_is_healthy(const Asking& asking, const std::string& url = "http://127.0.0.1:10248/healthz");

}  // namespace unsnag::runtimes
