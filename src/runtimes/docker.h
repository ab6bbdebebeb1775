// SPDX-License-Identifier: Apache-2.0
// Docker's HTTP API over its socket: what the daemon says of itself, its images and its containers. It does not say which
// pulls are under way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/time.h"
#include "runtimes/grpc.h"

namespace unsnag::runtimes {

struct DockerContainer {
  std::string id;
  std::string name;
  std::string image;
  std::string state;   // "created", "running", "exited" …
  std::string status;  // "Up 3 hours"
  std::optional<SysTime> created;
};

/// One Docker's socket. Not for several threads at once.
class Docker {
 public:
  explicit Docker(const std::string& unix_socket, Asking asking = {});

  /// Errors of all: those of http::Client::send and http::succeeded; malformed (no JSON).
  Result<void*> ping();
  Result<Value> version();
  Result<Value> info();
  Result<Value> images();
  /// The 500 newest, without their environment, labels and mounts.
  Result<std::vector<DockerContainer>> containers();

 private:
  Result<Value> get(std::string_view path);

  http::Client client_;
  std::chrono::milliseconds limit_;
  std::string prefix_;  // "/v1.41"; "": not agreed yet
};

/// The API version to ask in: as new as both sides know. "": the daemon names none that we know.
std::string agreed_version(std::string_view newest_of_daemon, std::string_view oldest_of_daemon);

}  // namespace unsnag::runtimes
