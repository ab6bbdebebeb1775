// SPDX-License-Identifier: Apache-2.0
// containerd's own API, beneath CRI: what is under way (ingests, extractions), what the store holds, whether it is whole, and
// which plugins did not start. Also Docker's containerd, and those of k3s, k0s and MicroK8s.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "runtimes/grpc.h"

namespace unsnag::runtimes {

struct ContainerdVersion {
  std::string version;   // "1.6.20~ds1", "v2.1.4"
  std::string revision;  // a commit
};

struct ContainerdImage {
  std::string name;
  std::string digest;  // of the manifest or index
  std::string media_type;
  std::uint64_t bytes = 0;  // of that, not of the layers
  std::optional<SysTime> created, updated;
};

/// A blob that is being written: a download in flight, or one that a crash left behind.
struct Ingest {
  std::string ref;       // "layer-sha256:…", "manifest-sha256:…"
  std::string expected;  // a digest; "": not told
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> total;  // nullopt: not known
  std::optional<SysTime> started, updated;
};

struct Blob {
  std::string digest;
  std::uint64_t bytes = 0;
  std::optional<SysTime> created, updated;
};

enum class SnapshotKind : std::uint8_t { unknown, view, active, committed };
struct Snapshot {
  std::string key;  // "extract-<time>-<word> sha256:<chain>" while a layer is unpacked (containerd, rootfs/apply.go)
  std::string parent;
  SnapshotKind kind = SnapshotKind::unknown;
  std::optional<SysTime> created, updated;
  [[nodiscard]] bool is_extraction() const { return kind == SnapshotKind::active && key.starts_with("extract-"); }
};

struct Lease {
  std::string id;
  std::optional<SysTime> created;
  std::string expires;  // its label containerd.io/gc.expire, as it is written there; "": none
};

struct Plugin {
  std::string type;                            // "io.containerd.snapshotter.v1"
  std::string id;                              // "overlayfs"
  std::map<std::string, std::string> exports;  // "root" → "/var/lib/containerd/…"
  std::string error;                           // why it did not start; "": it did
};

struct Checked {
  std::uint64_t bytes = 0;  // as they were read
  std::string digest;       // of them
  bool whole = false;       // it is what it is called
};

/// One containerd's socket. Not for several threads at once. Errors of all: those of GrpcChannel.
class Containerd {
 public:
  explicit Containerd(const std::string& unix_socket, Asking asking = {}) : channel_(unix_socket, std::move(asking)) {}

  Result<ContainerdVersion> version();
  Result<std::vector<std::string>> namespaces();
  Result<std::vector<Plugin>> plugins();
  Result<std::vector<ContainerdImage>> images(std::string_view name_space);
  Result<std::vector<Ingest>> ingests(std::string_view name_space);
  Result<std::vector<Lease>> leases(std::string_view name_space);
  /// `visit` gets every blob, or snapshot, as it comes; its failure ends the call.
  Result<void*> content(std::string_view name_space, const std::function<Result<void*>(const Blob&)>& visit);
  Result<void*> snapshots(std::string_view name_space, std::string_view snapshotter,
                          const std::function<Result<void*>(const Snapshot&)>& visit);
  /// What the store says of one blob. Errors: also not_found.
  Result<Blob> blob(std::string_view name_space, std::string_view digest);

  /// Reads all of a blob and digests it. `limit` 0: no limit, since a blob may be large and its disk slow.
  /// Errors: also not_found; unsupported (a digest that is not sha256).
  Result<Checked> check(std::string_view name_space, std::string_view digest, std::chrono::milliseconds limit = {});

  /// All of a small blob, such as a manifest. Errors: also not_found; too_large: more than `most` bytes.
  Result<std::string> read(std::string_view name_space, std::string_view digest, std::size_t most);

  // Changes. CRI keeps an image under three names (tag, digest, id), and a pull fetches no layer whose snapshot is there: to have
  // a damaged image pulled anew, remove the damaged blobs here, the image by Cri::remove, and then pull.
  // The blobs of a removed image go with the garbage collection, which `remove_image` waits for at most `limit`.
  Result<void*> remove_image(std::string_view name_space, std::string_view name, std::chrono::milliseconds limit);
  /// Removes a blob from the namespace, whoever refers to it: for one that is damaged, which a pull else takes for there.
  Result<void*> remove_blob(std::string_view name_space, std::string_view digest);
  /// Drops what an ingest has so far: for one that nobody writes to.
  Result<void*> abort_ingest(std::string_view name_space, std::string_view ref);

 private:
  GrpcChannel channel_;
};

}  // namespace unsnag::runtimes
