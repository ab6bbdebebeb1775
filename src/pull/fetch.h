// SPDX-License-Identifier: Apache-2.0
// Brings blobs into their spools: connections on threads of their own do what the schedule says, and one ticker looks after
// them. It replaces a connection that brings nothing for `stall` (its bytes are kept), takes over blobs from processes that
// died, and syncs what is here now and then so that a loss of power does not cost all of it. Readers follow the spools.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content/spool.h"
#include "pull/schedule.h"
#include "pull/source.h"

namespace unsnag::pull {

struct FetchLimits {
  std::size_t connections = 8;         // in all
  std::size_t connections_a_host = 6;  // what browsers take, and registries' proxies expect
  std::chrono::milliseconds stall{20'000};
  double trickle = 1024;  // bytes a second of a connection below which it counts as stuck
  std::chrono::milliseconds sync_every{30'000};
};

/// What happens to transfers, for whoever tells of it. Called on any thread, not for long.
class FetchWatcher {
 public:
  FetchWatcher() = default;
  FetchWatcher(const FetchWatcher&) = delete;
  FetchWatcher& operator=(const FetchWatcher&) = delete;
  virtual ~FetchWatcher() = default;
  virtual void broke_off(std::size_t blob, std::size_t host, std::uint64_t at, const Error& why) noexcept = 0;
  virtual void stuck(std::size_t blob, std::size_t host, std::uint64_t at, std::chrono::milliseconds still) noexcept = 0;
};

/// Any thread.
class Fetcher {
 public:
  /// Source and watcher live longer. Begins with start().
  Fetcher(Source& source, const FetchLimits& limits, FetchWatcher& watcher);
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  /// Breaks transfers off; what has come stays in the spools.
  ~Fetcher();

  /// Blobs are fetched in this order. The spool lives longer. Its number, from 0.
  std::size_t add(const oci::Descriptor& blob, content::Spool& spool);
  void start();

  /// A digest was wrong: all of the blob is thrown away and fetched once more, from other hosts if there are any. false: it was
  /// wrong again, there is no use.
  Result<bool> fetch_again(std::size_t blob);

  [[nodiscard]] std::optional<Schedule::Failure> failure() const;
  [[nodiscard]] std::uint64_t received(std::size_t blob) const;  // bytes off the wire, repeated ones too
  /// The last host that a blob's bytes came from; nullopt: none came.
  [[nodiscard]] std::optional<std::size_t> served_by(std::size_t blob) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace unsnag::pull
