// SPDX-License-Identifier: Apache-2.0
// The zstd side of Compressor.
#include <new>
#include <vector>

#include <zstd.h>

#include "codec/compressor.h"

namespace unsnag::codec {
namespace {

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

class Zstd final : public Compressor {
 public:
  explicit Zstd(int level) {
    if (!context_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }
  void add(std::string_view bytes, std::string& out) override { run(bytes, out, ZSTD_e_continue); }
  void end(std::string& out) override { run({}, out, ZSTD_e_end); }

 private:
  void run(std::string_view bytes, std::string& out, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer room{room_.data(), room_.size(), 0};
      const auto left = ZSTD_compressStream2(context_.get(), &room, &in, directive);
      out.append(room_.data(), room.pos);
      if (ZSTD_isError(left) != 0U) throw std::bad_alloc();  // the parameters are right: nothing else can fail
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) return;
    }
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_{ZSTD_createCCtx()};
  std::vector<char> room_ = std::vector<char>(ZSTD_CStreamOutSize());
};

}  // namespace

std::unique_ptr<Compressor> zstd_compressor(int level) { return std::make_unique<Zstd>(level); }

}  // namespace unsnag::codec
