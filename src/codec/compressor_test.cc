// SPDX-License-Identifier: Apache-2.0
#include "codec/compressor.h"

#include <random>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace unsnag::codec {
namespace {

std::string unzstd(std::string_view packed) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::string text, piece(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  while (in.pos < in.size) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const auto left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) != 0U) return "damaged";
    text.append(piece, 0, out.pos);
  }
  return text;
}

std::string gunzip(std::string packed) {
  z_stream stream{};
  ::inflateInit2(&stream, 15 + 16);
  std::string text, piece(1U << 16U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  for (bool good = true; good;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    text.append(piece, 0, piece.size() - stream.avail_out);
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      ::inflateReset(&stream);
    } else {
      good = status == Z_OK;
    }
  }
  ::inflateEnd(&stream);
  return text;
}

/// Half of it compresses well, half of it not at all.
std::string mixture(std::size_t size) {
  std::mt19937 random(20);
  std::string text;
  while (text.size() < size / 2) text += "a line that comes again and again\n";
  while (text.size() < size) text += static_cast<char>(random());
  return text;
}

TEST(Compressor, FramesOneBehindTheOtherAreOneStream) {
  const auto large = mixture(3'000'000);
  for (const bool zstd : {true, false}) {
    const auto frames = zstd ? zstd_compressor(1) : gzip_compressor(1);
    std::string first, second, third;
    frames->add("what comes ", first);
    frames->add("first\n", first);
    frames->end(first);
    for (std::size_t at = 0; at < large.size(); at += 70'000) frames->add(std::string_view(large).substr(at, 70'000), second);
    frames->end(second);
    frames->end(third);  // an empty one
    const auto unpack = zstd ? unzstd : [](std::string_view packed) { return gunzip(std::string(packed)); };
    EXPECT_EQ(unpack(first + third + second), "what comes first\n" + large);
    EXPECT_EQ(unpack(second + first), large + "what comes first\n");  // a frame needs nothing of those made before it
    EXPECT_LT(second.size(), large.size() * 6 / 10);
  }
}

TEST(Compressor, ZstdNoticesAByteThatChanged) {
  const auto frames = zstd_compressor(1);
  std::string packed;
  frames->add(mixture(100'000), packed);
  frames->end(packed);
  packed[packed.size() - 1000] ^= 1;
  EXPECT_EQ(unzstd(packed), "damaged");
}

}  // namespace
}  // namespace unsnag::codec
