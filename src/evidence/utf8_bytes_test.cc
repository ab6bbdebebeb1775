// SPDX-License-Identifier: Apache-2.0
#include "evidence/utf8_bytes.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace unsnag::evidence {
namespace {

using namespace std::string_view_literals;

/// Hands out at most `step` bytes at a time, as a pipe may; fails at the end if it is told to.
class Pieces : public Bytes {
 public:
  Pieces(std::string_view text, std::size_t step, bool fails = false) : text_(text), step_(step), fails_(fails) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (text_.empty() && fails_) return fail(Errc::io, "the disk is gone");
    const auto count = std::min({size, step_, text_.size()});
    text_.copy(buffer, count);
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
  std::size_t step_;
  bool fails_;
};

std::string read_all(std::string_view stored, std::size_t step, std::size_t buffer_size) {
  Pieces pieces(stored, step);
  Utf8Bytes bytes(pieces);
  std::string text, buffer(buffer_size, '\0');
  for (;;) {
    const auto got = bytes.read(buffer.data(), buffer.size());
    if (!got || *got == 0) return text;
    text.append(buffer, 0, *got);
  }
}

TEST(Utf8Bytes, AByteOrderMarkDecidesWhateverThePieces) {
  struct Case {
    const char* name;
    std::string_view stored, text;
  };
  for (const auto& c : {
           Case{"plain", "a\nb\n", "a\nb\n"},
           Case{"empty", "", ""},
           Case{"one byte", "a", "a"},
           Case{"plain UTF-8", "\xc3\xa9\n", "\xc3\xa9\n"},
           Case{"marked UTF-8",
                "\xef\xbb\xbf"
                "a\n",
                "a\n"},
           Case{"half a mark", "\xef\xbb", "\xef\xbb"},
           Case{"nothing but a mark", "\xff\xfe"sv, ""},
           Case{"little endian",
                "\xff\xfe"
                "a\0\r\0\n\0\xe9\0"sv,
                "a\r\n\xc3\xa9"},
           Case{"big endian", "\xfe\xff\0a\0\n\x20\xac"sv, "a\n\xe2\x82\xac"},
           Case{"a character of two halves", "\xff\xfe\x3d\xd8\x00\xde"sv, "\xf0\x9f\x98\x80"},
           Case{"a first half alone",
                "\xff\xfe\x3d\xd8"
                "a\0"sv,
                "\xef\xbf\xbd"
                "a"},
           Case{"a second half alone",
                "\xff\xfe\x00\xde"
                "a\0"sv,
                "\xef\xbf\xbd"
                "a"},
           Case{"two first halves", "\xff\xfe\x3d\xd8\x3d\xd8\x00\xde"sv, "\xef\xbf\xbd\xf0\x9f\x98\x80"},
           Case{"a first half at the end",
                "\xff\xfe"
                "a\0\x3d\xd8"sv,
                "a\xef\xbf\xbd"},
           Case{"an odd byte at the end",
                "\xff\xfe"
                "a\0b"sv,
                "a\xef\xbf\xbd"},
           Case{"two files one behind the other",
                "\xff\xfe"
                "a\0\xff\xfe"
                "b\0"sv,
                "ab"},
           Case{"UTF-32 stays what it is", "\xff\xfe\0\0a\0\0\0"sv, "\xff\xfe\0\0a\0\0\0"sv},
       })
    for (const std::size_t step : {1, 2, 3, 1000})
      for (const std::size_t buffer : {1, 3, 1000})
        EXPECT_EQ(read_all(c.stored, step, buffer), c.text) << c.name << ' ' << step << ' ' << buffer;
}

TEST(Utf8Bytes, AFailureIsHandedOnAfterWhatCameBeforeIt) {
  Pieces pieces(
      "\xff\xfe"
      "a\0"sv,
      1000, true);
  Utf8Bytes bytes(pieces);
  std::array<char, 16> buffer{};
  const auto got = bytes.read(buffer.data(), buffer.size());
  ASSERT_TRUE(got);
  EXPECT_EQ(std::string_view(buffer.data(), *got), "a");
  const auto then = bytes.read(buffer.data(), buffer.size());
  ASSERT_FALSE(then);
  EXPECT_EQ(then.error().code, Errc::io);
}

}  // namespace
}  // namespace unsnag::evidence
