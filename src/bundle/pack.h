// SPDX-License-Identifier: Apache-2.0
// The three shapes of a bundle behind one interface: contents come one after the other, in pieces, of unknown size.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "bundle/output.h"
#include "codec/compressor.h"

namespace unsnag::bundle {

/// One thread at a time. Every failure is the end of it: what was written is removed with the object.
class Pack {
 public:
  Pack() = default;
  Pack(const Pack&) = delete;
  Pack& operator=(const Pack&) = delete;
  virtual ~Pack() = default;

  /// Begins a member. `path` is a safe_path that wasn't used before.
  virtual Result<void*> begin(std::string path, SysTime mtime, const std::stop_token& stop) = 0;
  virtual Result<void*> add(std::string_view bytes, const std::stop_token& stop) = 0;
  /// Ends it. The paths that it was written to, in their order: never none.
  virtual Result<std::vector<std::string>> end(const std::stop_token& stop) = 0;
  /// All is written: makes it last and gives it its name.
  virtual Result<void*> commit(const std::stop_token& stop) = 0;
  /// Bytes that were written so far; of a folder, those of its files.
  [[nodiscard]] virtual std::uint64_t written() const = 0;
};

/// How large things get; other values are for tests.
struct TarLimits {
  std::size_t part = std::size_t{24} << 20U;        // compressed bytes of one member, which are kept in memory
  std::uint64_t content = std::uint64_t{4} << 30U;  // bytes of one member: a tar's header ends at 8 GiB
  std::size_t small = std::size_t{256} << 10U;      // contents up to this size share a frame
};

/// A compressed tar; `prefix` ("./" or nothing) stands before every name in it.
std::unique_ptr<Pack> tar_pack(std::unique_ptr<Output> output, std::unique_ptr<codec::Compressor> compressor, std::string prefix,
                               TarLimits limits = {});

/// A folder of mode 0700, written beside `path` as file_output does it. Errors: as file_output.
Result<std::unique_ptr<Pack>> folder_pack(const std::string& path);

}  // namespace unsnag::bundle
