// SPDX-License-Identifier: Apache-2.0
// The store of a containerd that runs, as far as mending it needs it. Tests have their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "node/root.h"
#include "remedy/facts.h"
#include "runtimes/containerd.h"
#include "runtimes/cri.h"
#include "runtimes/sockets.h"

namespace unsnag::remedy {

struct IngestIn {
  std::string name_space;
  runtimes::Ingest ingest;
};

struct ExtractionIn {
  std::string name_space, snapshotter;
  runtimes::Snapshot snapshot;
};

/// Images and blobs are those of CRI's namespace, k8s.io; ingests and extractions those of all. Errors of all: those of asking.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;
  virtual ~Store() = default;

  /// By every name: tag, digest, id.
  virtual Result<std::vector<runtimes::ContainerdImage>> names() = 0;
  virtual Result<std::vector<runtimes::CriImage>> images() = 0;
  virtual Result<std::vector<runtimes::CriContainer>> containers() = 0;
  /// A manifest, index or config, 8 MiB at most. Errors: also not_found, too_large.
  virtual Result<std::string> read(const std::string& digest) = 0;
  /// Reads all of a blob. Errors: also not_found.
  virtual Result<runtimes::Checked> check(const std::string& digest) = 0;
  /// The store's database has the blob, whatever became of its file.
  virtual Result<bool> lists(const std::string& digest) = 0;
  /// The chain ids of the layers that are unpacked.
  virtual Result<std::vector<std::string>> unpacked() = 0;
  virtual Result<std::vector<IngestIn>> ingests() = 0;
  virtual Result<std::vector<ExtractionIn>> extractions() = 0;

  virtual Result<void> remove_blob(const std::string& digest) = 0;
  /// All names of an image, and what nothing else needs of it.
  virtual Result<void> remove_image(const std::string& id) = 0;
  /// Without credentials.
  virtual Result<void> pull(const std::string& image) = 0;
  virtual Result<void> abort_ingest(const std::string& name_space, const std::string& ref) = 0;
};

std::shared_ptr<Store> store_at(const runtimes::Socket& socket);
/// The store of the node's runtime. Errors: unsupported: it is no containerd, with what to do there; not_found: it doesn't run.
Result<std::shared_ptr<Store>> store_of(const node::Root& root, const NodeFacts& facts);

}  // namespace unsnag::remedy
