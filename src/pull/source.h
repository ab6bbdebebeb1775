// SPDX-License-Identifier: Apache-2.0
// Where a blob's bytes come from: the seam between what the engine decides (which part, from whom, how often, how long) and
// what a registry is. Tests play registries through it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/blocks.h"
#include "oci/manifest.h"

namespace unsnag::pull {

/// How a transfer ended that did not bring all that was asked for.
struct Broken {
  Error error;
  bool transient = true;                                   // the same host may do better next time
  std::optional<std::chrono::milliseconds> retry_after{};  // what the server asked to be left alone for
  bool full = false;                                       // too many at once: fewer connections to this host
  bool ours = false;                                       // our disk, or who asked to stop: no host is to blame
};

/// One connection; for one thread at a time.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Gets a piece as it comes, in order: the first byte's place in the blob, and the bytes. A server that knows no ranges
  /// begins at 0 whatever was asked. Its failure ends the transfer.
  using Take = std::function<Result<void*>(std::uint64_t offset, std::string_view bytes)>;

  /// Asks the host of this number (of Source::hosts) for a part of a blob. nullopt: all of it came. Looks at `stop` at least
  /// ten times a second.
  virtual std::optional<Broken> get(std::size_t host, const oci::Descriptor& blob, content::Range range, const Take& take,
                                    const std::atomic<bool>& stop) = 0;
};

/// Any thread.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// In the order in which they are asked; at least one.
  [[nodiscard]] virtual std::vector<std::string> hosts() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Connection> connect() = 0;
};

}  // namespace unsnag::pull
