// SPDX-License-Identifier: Apache-2.0
#include "bundle/tar.h"

#include <gtest/gtest.h>

namespace unsnag::bundle {
namespace {

TEST(Tar, AHeaderIsABlockWithItsSum) {
  const auto header = tar_header("logs/a.log", 1234, SysTime(std::chrono::seconds(1584532800)));
  ASSERT_EQ(header.size(), 512);
  EXPECT_EQ(header.substr(0, 11), std::string("logs/a.log\0", 11));
  EXPECT_EQ(header.substr(124, 11), "00000002322");
  EXPECT_EQ(header.substr(257, 8), std::string("ustar\0"
                                               "00",
                                               8));
  std::uint64_t sum = 8 * ' ';
  for (std::size_t i = 0; i < header.size(); ++i)
    if (i < 148 || i >= 156) sum += static_cast<unsigned char>(header[i]);
  EXPECT_EQ(std::stoul(header.substr(148, 6), nullptr, 8), sum);
}

TEST(Tar, LongAndForeignNamesGetAPaxRecordThatCountsItself) {
  const std::string name(120, 'n');
  const auto header = tar_header(name, 0, {});
  ASSERT_EQ(header.size(), 3 * 512);
  EXPECT_EQ(header[156], 'x');
  EXPECT_EQ(header.substr(512, 11), "130 path=nn");
  EXPECT_EQ(header[512 + 129], '\n');
  EXPECT_EQ(tar_header("caf\xc3\xa9", 0, {}).size(), 3 * 512);
  // 9 + 87 digits are two, with a further one they would be three.
  for (std::size_t size = 80; size < 110; ++size) {
    const auto all = tar_header(std::string(size, 'n') + "\xc3\xa9", 0, {});
    const auto record = all.substr(512, all.find('\n', 512) + 1 - 512);
    EXPECT_EQ(std::stoul(record), record.size());
  }
}

TEST(Tar, TimesBeyondWhatAHeaderSaysAreTheNearestThatItDoes) {
  EXPECT_EQ(tar_header("a", 0, SysTime(std::chrono::hours(-24))).substr(136, 11), "00000000000");
  EXPECT_EQ(tar_header("a", k_tar_most, {}).substr(124, 11), "77777777777");
}

TEST(Tar, PaddingFillsTheBlock) {
  EXPECT_EQ(tar_padding(0).size(), 0);
  EXPECT_EQ(tar_padding(1).size(), 511);
  EXPECT_EQ(tar_padding(512).size(), 0);
  EXPECT_EQ(tar_padding(513).size(), 511);
}

}  // namespace
}  // namespace unsnag::bundle
