// SPDX-License-Identifier: Apache-2.0
// The Container Runtime Interface, as kubelet speaks it to containerd, CRI-O, cri-dockerd and dockershim.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "runtimes/grpc.h"

namespace unsnag::runtimes {

struct CriVersion {
  std::string runtime;          // "containerd", "cri-o", "docker"
  std::string runtime_version;  // "v1.7.24"
  std::string api;              // "v1", "v1alpha2": what it was asked by
};

struct CriCondition {
  std::string type;  // "RuntimeReady", "NetworkReady"
  bool met = false;
  std::string reason;
  std::string message;
};
struct CriStatus {
  std::vector<CriCondition> conditions;
  /// What it says of itself when asked verbosely: "config" → JSON, in which registries' passwords may stand.
  std::map<std::string, std::string> info;
};

struct CriImage {
  std::string id;
  std::vector<std::string> tags;
  std::vector<std::string> digests;
  std::uint64_t bytes = 0;
  bool pinned = false;
};

enum class ContainerState : std::uint8_t { created, running, exited, unknown };
struct CriContainer {
  std::string id;
  std::string sandbox;
  std::string name;
  std::uint32_t attempt = 0;
  std::string image;
  std::string image_ref;
  ContainerState state = ContainerState::unknown;
  std::optional<SysTime> created;
  std::map<std::string, std::string> labels;  // kubelet's own alone, "io.kubernetes.…": which pod
};

struct CriSandbox {
  std::string id;
  std::string name;
  std::string uid;
  std::string name_space;
  std::uint32_t attempt = 0;
  bool ready = false;
  std::optional<SysTime> created;
  std::string handler;
};

struct CriFilesystem {
  std::string mountpoint;
  std::optional<SysTime> at;
  std::uint64_t used_bytes = 0;
  std::optional<std::uint64_t> used_inodes;
};
struct CriFilesystems {
  std::vector<CriFilesystem> images;
  std::vector<CriFilesystem> containers;
};

/// One runtime's socket. It is asked by v1, and by v1alpha2 when it has no v1. Not for several threads at once.
class Cri {
 public:
  explicit Cri(const std::string& unix_socket, Asking asking = {}) : channel_(unix_socket, std::move(asking)) {}

  /// Errors of all: those of GrpcChannel; unsupported: it speaks no CRI (containerd whose CRI plugin did not start).
  Result<CriVersion> version();
  enum class Verbose : std::uint8_t { no, yes };
  Result<CriStatus> status(Verbose verbose);
  Result<std::vector<CriImage>> images();
  Result<CriFilesystems> filesystems();
  Result<std::vector<CriContainer>> containers();
  Result<std::vector<CriSandbox>> sandboxes();

  /// Pulls, and returns what the runtime calls the image then. A password goes to the runtime alone.
  Result<std::string> pull(const std::string& image, const std::string& user, const Secret& password, std::chrono::milliseconds limit);
  /// Removes an image by name or id; one that is not there is a success, as CRI has it.
  Result<void*> remove(const std::string& image);

 private:
  template <typename Answer, typename Request>
  Result<Answer> ask_service(std::string_view method, const Request& request, std::chrono::milliseconds limit = {});

  GrpcChannel channel_;
  std::string api_;  // "": not known yet
};

}  // namespace unsnag::runtimes
