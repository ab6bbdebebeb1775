// SPDX-License-Identifier: Apache-2.0
// A layer's way from its spool to whoever unpacks it, in one pass: the compressed bytes are digested by one thread while
// they arrive, decoded by a second, digested again by a third and taken by the caller's. Both digests are right before it
// is called a layer; what was taken before is tentative.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "base/result.h"
#include "content/spool.h"
#include "oci/manifest.h"

namespace unsnag::pull {

/// Who takes the decoded bytes of a layer, a tar, in order.
class TarTaker {
 public:
  TarTaker() = default;
  TarTaker(const TarTaker&) = delete;
  TarTaker& operator=(const TarTaker&) = delete;
  virtual ~TarTaker() = default;
  virtual Result<void*> add(std::string_view bytes) = 0;
  /// Nothing follows.
  virtual Result<void*> finish() = 0;
};

/// Read by any thread while the layer is on its way.
struct LayerProgress {
  std::atomic<std::uint64_t> digested = 0;  // compressed bytes
  std::atomic<std::uint64_t> decoded = 0;   // bytes out of the decoder
  std::atomic<std::uint64_t> taken = 0;     // decoded bytes that the taker has taken
  std::atomic<bool> waiting = false;        // for bytes off the wire
};

struct LayerFailure {
  enum class What : std::uint8_t {
    corrupt,  // the compressed bytes are not those of the digest: fetching them again may help
    defect,   // they are, and still no layer: the image is broken, and will be next time
    disk,     // what took the bytes failed
    fetch,    // bytes do not come; whoever fetches knows why
    cancelled,
  } what;
  Error error;
};

struct LayerTask {
  oci::Descriptor descriptor;
  oci::Compression compression = oci::Compression::gzip;
  std::optional<oci::Digest> diff_id;  // nullopt: it is not decoded, its own digest says enough
  content::Spool* spool = nullptr;
  std::function<bool()> hopeless;  // true: no more bytes will come
};

/// Blocks until the layer is whole or has failed. `taker` may be null where there is no diff_id. nullopt: it is whole.
std::optional<LayerFailure> read_layer(const LayerTask& task, LayerProgress& progress, TarTaker* taker, const std::stop_token& stop);

/// Decoded bytes of a layer of that many compressed ones that are taken; what gives more is a bomb. gzip can make 1032 out of one, and
/// zstd any number.
constexpr std::uint64_t most_decoded(std::uint64_t compressed) { return (std::uint64_t{64} << 20U) + compressed * 1100; }

}  // namespace unsnag::pull
