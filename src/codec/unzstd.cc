// SPDX-License-Identifier: Apache-2.0
// The zstd side of Decoder, and what needs no decoding. libzstd goes from frame to frame by itself, skippable ones included.
#include <algorithm>
#include <cstring>
#include <new>

#include <zstd.h>
#include <zstd_errors.h>

#include "codec/decoder.h"

namespace unsnag::codec {
namespace {

struct Free {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class Unzstd final : public Decoder {
 public:
  explicit Unzstd(int window_log) : window_log_(window_log) {
    if (!context_) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_log);
  }

  Result<Step> decode(std::string_view in, std::span<char> out) override {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (to.pos < to.size) {
      if (between_frames_ && from.pos == from.size) break;
      const auto before = to.pos + from.pos;
      const auto left = ZSTD_decompressStream(context_.get(), &to, &from);
      if (ZSTD_isError(left) != 0U) {
        if (ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge)
          return fail(Errc::too_large, fmt::format("the zstd frame asks for a window of more than {} MiB", (1ULL << window_log_) >> 20U));
        return fail(Errc::malformed, fmt::format("damaged zstd stream: {}", ZSTD_getErrorName(left)));
      }
      began_ = true;
      between_frames_ = left == 0;
      if (from.pos == from.size && (to.pos < to.size || to.pos + from.pos == before)) break;
    }
    return Step{from.pos, to.pos, to.pos == to.size && !between_frames_};
  }

  Result<void*> finish() override {
    if (!began_) return fail(Errc::malformed, "the zstd stream is empty");
    if (!between_frames_) return fail(Errc::malformed, "the zstd stream breaks off: its end is missing");
    return nullptr;
  }

 private:
  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};
  int window_log_;
  bool began_ = false, between_frames_ = true;
};

class Plain final : public Decoder {
 public:
  Result<Step> decode(std::string_view in, std::span<char> out) override {
    const auto count = std::min(in.size(), out.size());
    if (count != 0) std::memcpy(out.data(), in.data(), count);
    return Step{count, count, false};
  }
  Result<void*> finish() override { return nullptr; }
};

}  // namespace

std::unique_ptr<Decoder> zstd_decoder(int window_log) { return std::make_unique<Unzstd>(window_log); }
std::unique_ptr<Decoder> plain_decoder() { return std::make_unique<Plain>(); }

}  // namespace unsnag::codec
