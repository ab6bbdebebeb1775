// SPDX-License-Identifier: Apache-2.0
// The gzip side of Compressor, for readers who know no zstd.
#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

#include "codec/compressor.h"

namespace unsnag::codec {
namespace {

constexpr int k_gzip = 15 + 16;              // zlib.h, deflateInit2: the largest window, "16 to write a simple gzip header"
constexpr int k_memory = 8;                  // … its default
constexpr std::size_t k_room = 128U << 10U;  // what a call may write at once

class Gzip final : public Compressor {
 public:
  explicit Gzip(int level) {
    if (::deflateInit2(&stream_, level, Z_DEFLATED, k_gzip, k_memory, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  }
  ~Gzip() override { ::deflateEnd(&stream_); }

  void add(std::string_view bytes, std::string& out) override {
    constexpr std::size_t k_most = std::numeric_limits<uInt>::max();
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), k_most))) run(bytes.substr(0, k_most), out, Z_NO_FLUSH);
  }
  void end(std::string& out) override {
    run({}, out, Z_FINISH);
    ::deflateReset(&stream_);
  }

 private:
  void run(std::string_view bytes, std::string& out, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(bytes.size());
    for (;;) {
      const auto before = out.size();
      out.resize(before + k_room);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = static_cast<uInt>(k_room);
      const int status = ::deflate(&stream_, flush);
      out.resize(before + k_room - stream_.avail_out);
      if (flush == Z_FINISH ? status == Z_STREAM_END : stream_.avail_in == 0 && stream_.avail_out != 0) return;
    }
  }

  z_stream stream_{};
};

}  // namespace

std::unique_ptr<Compressor> gzip_compressor(int level) { return std::make_unique<Gzip>(level); }

}  // namespace unsnag::codec
