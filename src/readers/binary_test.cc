// SPDX-License-Identifier: Apache-2.0
#include "readers/binary.h"

#include <string>
#include <tuple>

#include <gtest/gtest.h>

namespace unsnag::readers {
namespace {

using namespace std::string_literals;

TEST(Binary, FewNulBytesMakeNoBinary) {
  EXPECT_TRUE(is_text("Failed to pull image\n"));
  EXPECT_TRUE(is_text("Failed to pu\0ll image\n"s));
  EXPECT_TRUE(is_text(std::string(6000, '\0') + "E1124 07:00:00.000000 1 x.go:1] after the power came back\n")) << "a hole of a crash";
  EXPECT_TRUE(is_text("kubelet\0--config\0/etc/x\0"s));
  EXPECT_TRUE(is_text("H\0e\0l\0l\0o\0"s)) << "UTF-16 without a mark";
  EXPECT_TRUE(
      is_text("Gr\xc3\xbc\xc3\x9f"
              "e\0\n"s));
}

TEST(Binary, WhatIsNoTextBesideItsNulBytesIsBinary) {
  EXPECT_FALSE(is_text(std::string(100, '\0')));
  EXPECT_FALSE(is_text("\x01\x02\x80\xff\x00\x10\x99 words"s));
  EXPECT_FALSE(
      is_text("\x7f"
              "ELF\x02\x01\x01" +
              std::string(9, '\0') + std::string(500, 'a')));
  EXPECT_FALSE(is_text("SQLite format 3\0 CREATE TABLE pulls"s));
}

TEST(Binary, NulBytesGoAndWordsStayApart) {
  for (const auto& [text, whole, want] :
       {std::tuple{"pu\0ll\n"s, true, "pull\n"s}, std::tuple{"kubelet\0--v=2\0"s, true, "kubelet --v=2 "s},
        std::tuple{"kubelet\0--v=2\0"s, false, "kubelet--v=2"s}, std::tuple{"H\0i\0\n\0"s, true, "Hi\n"s},
        std::tuple{"plain"s, true, "plain"s}}) {
    auto got = text;
    take_nuls_out(got, whole);
    EXPECT_EQ(got, want);
  }
}

}  // namespace
}  // namespace unsnag::readers
