// SPDX-License-Identifier: Apache-2.0
#include "codec/decoder.h"

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "codec/compressor.h"

namespace unsnag::codec {
namespace {

using Make = std::function<std::unique_ptr<Decoder>()>;
const Make k_gzip = gzip_decoder;
const Make k_zstd = [] { return zstd_decoder(); };

/// All that comes out, or "!" and the error's words, of input that arrives in pieces into room of a certain size.
std::string decoded(const Make& make, std::string_view in, std::size_t piece = SIZE_MAX, std::size_t room = 70'000) {
  const auto decoder = make();
  std::string out, buffer(room, '\0');
  bool more = false;
  while (!in.empty() || more) {
    const auto part = in.substr(0, piece);
    const auto step = decoder->decode(part, {buffer.data(), buffer.size()});
    if (!step) return "!" + step.error().detail;
    if (step->consumed == 0 && step->produced == 0) return "!no progress";
    out.append(buffer, 0, step->produced);
    in.remove_prefix(step->consumed);
    more = step->more;
  }
  const auto end = decoder->finish();
  return end ? out : "!" + end.error().detail;
}

std::string packed(Compressor& by, std::string_view text) {
  std::string out;
  by.add(text, out);
  by.end(out);
  return out;
}
std::string gzip(std::string_view text) { return packed(*gzip_compressor(6), text); }
std::string zstd(std::string_view text) { return packed(*zstd_compressor(3), text); }

/// Half of it compresses well, half of it not at all.
std::string mixture(std::size_t size) {
  std::mt19937 random(20);
  std::string text;
  while (text.size() < size / 2) text += "a line that comes again and again " + std::to_string(text.size()) + "\n";
  while (text.size() < size) text += static_cast<char>(random());
  return text;
}

/// A member whose header has every field of RFC 1952.
std::string gzip_with_all_fields(std::string_view text, bool right_header_crc = true) {
  std::string header("\x1f\x8b\x08\x1e\x01\x02\x03\x04\x00\x03", 10);  // FHCRC, FEXTRA, FNAME, FCOMMENT
  header += std::string("\x06\x00SG\x02\x00!!", 8) + std::string("layer.tar\0", 10) + std::string("a comment\0", 10);
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(header.data()), static_cast<uInt>(header.size()));
  header += {static_cast<char>(crc ^ (right_header_crc ? 0U : 1U)), static_cast<char>(crc >> 8U)};
  return header + gzip(text).substr(10);
}

std::string skippable(std::string_view content) {
  std::string frame("\x50\x2a\x4d\x18", 4);
  for (unsigned shift = 0; shift < 32; shift += 8) frame += static_cast<char>(content.size() >> shift);
  return frame.append(content);
}

TEST(Decoder, WhatArrivesInAnyPiecesComesOutWhole) {
  const auto text = mixture(300'000);
  const auto gz = gzip(text.substr(0, 100'000)) + gzip("") + gzip_with_all_fields(text.substr(100'000));
  const auto zst = skippable("table of contents") + zstd(text.substr(0, 100'000)) + zstd("") + zstd(text.substr(100'000)) + skippable("") +
                   skippable("x");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4099}, SIZE_MAX})
    for (const std::size_t room : {std::size_t{1}, std::size_t{13}, std::size_t{4096}, std::size_t{1} << 20U}) {
      if (piece < 7 && room < 13) continue;
      EXPECT_TRUE(decoded(k_gzip, gz, piece, room) == text) << "gzip " << piece << ' ' << room;
      EXPECT_TRUE(decoded(k_zstd, zst, piece, room) == text) << "zstd " << piece << ' ' << room;
      EXPECT_TRUE(decoded(plain_decoder, text, piece, room) == text) << "plain " << piece << ' ' << room;
    }
}

TEST(Decoder, ManySmallMembersAreOneStream) {
  const auto text = mixture(64'000);
  std::string gz;
  for (std::size_t at = 0; at < text.size(); at += 40) gz += gzip(std::string_view(text).substr(at, 40));
  for (const std::size_t piece : {std::size_t{3}, std::size_t{17}, SIZE_MAX}) EXPECT_TRUE(decoded(k_gzip, gz, piece) == text) << piece;
}

TEST(Decoder, AnInputThatBreaksOffAnywhereIsTold) {
  const auto gz = gzip("some text") + gzip(mixture(500)), zst = zstd("some text") + zstd(mixture(500));
  const auto whole_gz = gzip("some text").size(), whole_zst = zstd("some text").size();
  for (std::size_t end = 0; end < gz.size(); ++end) EXPECT_EQ(decoded(k_gzip, gz.substr(0, end))[0], end == whole_gz ? 's' : '!') << end;
  for (std::size_t end = 0; end < zst.size(); ++end) EXPECT_EQ(decoded(k_zstd, zst.substr(0, end))[0], end == whole_zst ? 's' : '!') << end;
}

TEST(Decoder, AByteThatChangedNeverChangesTheContent) {
  const auto text = mixture(2'000);
  const auto gz = gzip(text), zst = zstd(text);
  const auto one_off = [](std::string bytes, std::size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    return bytes;
  };
  // Some bits mean nothing to the content (a header's time, what fills the last byte): what comes out is right, or nothing does.
  const auto right_or_refused = [&](const std::string& out) { return out == text || out[0] == '!'; };
  for (std::size_t at = 0; at < gz.size(); ++at) EXPECT_TRUE(right_or_refused(decoded(k_gzip, one_off(gz, at)))) << at;
  for (std::size_t at = 0; at < zst.size(); ++at) EXPECT_TRUE(right_or_refused(decoded(k_zstd, one_off(zst, at)))) << at;
  EXPECT_EQ(decoded(k_gzip, one_off(gz, gz.size() - 1)), "!damaged gzip stream: its checksum or size is not that of its content");
  EXPECT_EQ(decoded(k_gzip, one_off(gz, gz.size() - 5)), "!damaged gzip stream: its checksum or size is not that of its content");
}

TEST(Decoder, AGzipHeadersOwnChecksumIsChecked) {
  EXPECT_EQ(decoded(k_gzip, gzip_with_all_fields("text")), "text");
  EXPECT_EQ(decoded(k_gzip, gzip_with_all_fields("text", false))[0], '!');
}

TEST(Decoder, ZerosBehindAGzipStreamArePassedOverAndNothingElse) {
  const auto gz = gzip("text");
  EXPECT_EQ(decoded(k_gzip, gz + std::string(1, '\0')), "text");
  EXPECT_EQ(decoded(k_gzip, gz + std::string(10'000, '\0'), 4096), "text");
  const std::string told = "!behind the end of the gzip stream there is something else";
  EXPECT_EQ(decoded(k_gzip, gz + "rubbish"), told);
  EXPECT_EQ(decoded(k_gzip, gz + std::string(512, '\0') + gz), told);
  EXPECT_EQ(decoded(k_gzip, std::string(512, '\0') + gz), "!this is no gzip stream");
}

TEST(Decoder, WhatIsNoSuchStreamIsTold) {
  EXPECT_EQ(decoded(k_gzip, "<html>Bad gateway</html>"), "!this is no gzip stream");
  EXPECT_EQ(decoded(k_gzip, "\x1f\x8b and no more of it, but enough bytes for a header"),
            "!the gzip stream is not compressed with deflate");
  EXPECT_EQ(decoded(k_zstd, "<html>Bad gateway</html>"), "!damaged zstd stream: Unknown frame descriptor");
  EXPECT_EQ(decoded(k_zstd, zstd("text") + "rubbish"), "!damaged zstd stream: Unknown frame descriptor");
  EXPECT_EQ(decoded(k_gzip, ""), "!the gzip stream is empty");
  EXPECT_EQ(decoded(k_zstd, ""), "!the zstd stream is empty");
  EXPECT_EQ(decoded(plain_decoder, ""), "");
}

TEST(Decoder, AZstdWindowBeyondTheLimitIsRefusedBeforeMemoryIsTaken) {
  // RFC 8878, 3.1.1.1.2: exponent 31 asks for 2^41 bytes; 17 for 2^27, 18 for 2^28.
  const auto frame = [](unsigned exponent) {
    return std::string("\x28\xb5\x2f\xfd\x00", 5) + static_cast<char>(exponent << 3U) +
           std::string("\x21\x00\x00hell", 7);  // a raw block of 4 bytes, the last
  };
  EXPECT_EQ(decoded(k_zstd, frame(31)), "!the zstd frame asks for a window of more than 128 MiB");
  EXPECT_EQ(decoded(k_zstd, frame(18)), "!the zstd frame asks for a window of more than 128 MiB");
  EXPECT_EQ(decoded(k_zstd, frame(17)), "hell");
  EXPECT_EQ(decoded([] { return zstd_decoder(23); }, frame(14)), "!the zstd frame asks for a window of more than 8 MiB");
  EXPECT_EQ(decoded([] { return zstd_decoder(28); }, frame(18)), "hell");
  const auto refused = zstd_decoder()->decode(frame(20), *std::make_unique<std::array<char, 16>>());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
}

TEST(Decoder, ABombGoesNoFurtherThanItsCallerLetsIt) {
  const std::string zeros(1U << 22U, '\0');
  for (const auto& [make, bomb] : {std::pair(k_gzip, gzip(zeros)), std::pair(k_zstd, zstd(zeros))}) {
    const auto decoder = make();
    std::string buffer(1000, 'x');
    const auto step = decoder->decode(bomb, {buffer.data(), buffer.size()});
    ASSERT_TRUE(step);
    EXPECT_EQ(step->produced, 1000U);
    EXPECT_TRUE(step->more);
  }
}

}  // namespace
}  // namespace unsnag::codec
