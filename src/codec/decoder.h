// SPDX-License-Identifier: Apache-2.0
// Decompressing a layer as it arrives. A decoder takes what there is, fills what room there is, and says how far it came:
// it neither reads nor waits, so that whoever feeds it decides about threads, counts bytes on both sides (a bomb is the
// caller's to stop: by its ratio or its size) and may hash either stream.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace unsnag::codec {

/// How far one call came.
struct Step {
  std::size_t consumed = 0;  // bytes of `in`
  std::size_t produced = 0;  // bytes of `out`
  bool more = false;         // the room was too small: call again, also when there is no more input
};

/// One stream. Not for several threads at once, and not to be used after a failure. What a decoder holds is bounded by its kind
/// (gzip: 0.1 MiB; zstd: its window and 0.4 MiB), whatever the stream says.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  /// Decodes from `in`, which may be empty, into `out`, which may not. All of `in` is consumed, or all of `out` is filled.
  /// Checksums that the format has are checked before the last bytes that they cover are followed by others; so what was
  /// produced is tentative until finish().
  /// Errors: malformed (damaged, or no such format at all); too_large (zstd: a window beyond the limit).
  virtual Result<Step> decode(std::string_view in, std::span<char> out) = 0;
  /// Says that no input follows. Errors: malformed (the stream breaks off, or never began).
  virtual Result<void*> finish() = 0;
};

/// RFC 1952, with several members one behind the other (eStargz has one a chunk), checksum and size of each checked, and that
/// of a header which has one. NUL bytes that follow the last member are passed over, as GNU gzip and pigz do, which containerd
/// runs where they are installed; Go's own reader (compress/gzip, 1.26) refuses them ("gzip: invalid header"). Anything else
/// that follows is malformed, as it is there. By ISA-L.
std::unique_ptr<Decoder> gzip_decoder();

/// The window limit of the zstd tool (128 MiB), and all that `zstd --ultra -22` and `--long` make. containerd decodes with
/// github.com/klauspost/compress and its default of 2^29 (zstd/framedec.go, MaxWindowSize), with which a layer may ask each
/// node for half a gigabyte of memory.
inline constexpr int k_zstd_window_log = 27;

/// RFC 8878, frames one behind the other, skippable frames passed over (zstd:chunked keeps its table of contents in some).
/// `window_log` limits the memory that a frame may ask for, 10 to 30.
std::unique_ptr<Decoder> zstd_decoder(int window_log = k_zstd_window_log);

/// Bytes as they are, for layers that are not compressed.
std::unique_ptr<Decoder> plain_decoder();

}  // namespace unsnag::codec
