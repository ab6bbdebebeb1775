// SPDX-License-Identifier: Apache-2.0
// Compressing a stream that nobody seeks in. What is made is frames, each whole by itself; frames that stand one behind the
// other are one stream for every reader (RFC 8878, 3: "the concatenation of frames"; RFC 1952, 2.2: "members simply
// appear one after another"), so a writer may put a frame that it made later before one that it made first.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace unsnag::codec {

/// Makes one frame after the other. Fails for want of memory alone (std::bad_alloc). Not for several threads at once.
class Compressor {
 public:
  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  virtual ~Compressor() = default;

  /// Appends to `out` what is ready of the frame. Some hundred KiB may stay inside until the end.
  virtual void add(std::string_view bytes, std::string& out) = 0;
  /// Appends the rest of the frame; what is added next begins another one.
  virtual void end(std::string& out) = 0;
};

/// Frames with a checksum of their content, as the zstd tool makes them. Levels as there: 1 is fast, 3 is the tool's own.
std::unique_ptr<Compressor> zstd_compressor(int level);
/// Levels of gzip, 1 to 9. The frames hold neither name nor time.
std::unique_ptr<Compressor> gzip_compressor(int level);

}  // namespace unsnag::codec
