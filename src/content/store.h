// SPDX-License-Identifier: Apache-2.0
// Where blobs are while pulls need them: a folder of spools, shared by all pulls of this machine and by those that come
// after a kill. It holds what is unfinished; a pull that succeeded takes its blobs out again.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "content/spool.h"

namespace unsnag::content {

/// Any thread.
class Store {
 public:
  /// Makes the folder, 0700, where it is missing. Errors: permission_denied, io; unsupported: it is no folder of ours, or others may write
  /// to it.
  static Result<Store> open(const std::string& folder);

  /// Root's /var/lib/unsnag/content, a user's $XDG_CACHE_HOME/unsnag/content or ~/.cache/unsnag/content.
  static std::string default_folder();

  /// The blob's spool, with what is here of it. One digest has one size: another one is refused as malformed.
  /// Errors: io, too_large, malformed.
  [[nodiscard]] Result<std::unique_ptr<Spool>> spool(const oci::Digest& digest, std::uint64_t size) const;

  /// Removes the blob unless another process still wants it. Takes the hold with it.
  Result<void*> remove(std::unique_ptr<Spool> spool) const;

  /// Removes spools that nobody holds and that have not been written to for `age`; bytes that became free. Errors: io.
  [[nodiscard]] Result<std::uint64_t> remove_older(std::chrono::hours age) const;

  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  Store(std::string folder, std::string boot) : folder_(std::move(folder)), boot_(std::move(boot)) {}
  std::string folder_, boot_;
};

}  // namespace unsnag::content
