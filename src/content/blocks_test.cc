// SPDX-License-Identifier: Apache-2.0
#include "content/blocks.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace unsnag::content {
namespace {

constexpr std::uint64_t k_size = 3 * k_block + 100;

class BlocksOfABlob : public ::testing::Test {
 protected:
  Blocks made(const std::string& boot = "boot-1", std::uint64_t size = k_size) const {
    return *Blocks::of(Fd(::dup(file_.get())), size, boot);
  }
  Blocks open(const std::string& boot = "boot-1", std::uint64_t size = k_size) const {
    auto blocks = made(boot, size);
    EXPECT_TRUE(blocks.take_over());
    return blocks;
  }
  Fd file_{::memfd_create("blocks", MFD_CLOEXEC)};
};

TEST_F(BlocksOfABlob, AreMissingAtFirst) {
  const auto blocks = open();
  EXPECT_EQ(blocks.present(), 0U);
  EXPECT_EQ(blocks.front(0), 0U);
  EXPECT_EQ(blocks.missing(), (std::vector<Range>{{0, k_size}}));
}

TEST_F(BlocksOfABlob, AreThereAfterAKill) {
  {
    auto blocks = open();
    ASSERT_TRUE(blocks.mark(0));
    ASSERT_TRUE(blocks.mark(3 * k_block));
  }
  const auto blocks = open();
  EXPECT_EQ(blocks.present(), k_block + 100);
  EXPECT_EQ(blocks.front(0), k_block);
  EXPECT_EQ(blocks.front(10), k_block);
  EXPECT_EQ(blocks.front(3 * k_block + 5), k_size);
  EXPECT_EQ(blocks.missing(), (std::vector<Range>{{k_block, 3 * k_block}}));
  EXPECT_FALSE(blocks.complete());
}

TEST_F(BlocksOfABlob, OnlySyncedOnesAreThereAfterALossOfPower) {
  {
    auto blocks = open();
    ASSERT_TRUE(blocks.mark(0));
    ASSERT_TRUE(blocks.mark_synced(blocks.unsynced()));
    ASSERT_TRUE(blocks.mark(k_block));
  }
  EXPECT_EQ(open("boot-2").missing(), (std::vector<Range>{{k_block, k_size}}));
  EXPECT_EQ(open("boot-2").missing(), (std::vector<Range>{{k_block, k_size}}));
}

TEST_F(BlocksOfABlob, AreSeenByReadersFromTheOwnersTakeOverOn) {
  ASSERT_TRUE(open().mark(0));
  auto reader = made("boot-2");
  ASSERT_TRUE(reader.refresh());
  EXPECT_EQ(reader.present(), 0U) << "of another boot, and nobody has looked after it";
  auto owner = open("boot-2");
  ASSERT_TRUE(owner.mark(k_block));
  ASSERT_TRUE(reader.refresh());
  EXPECT_EQ(reader.missing(), owner.missing());
}

TEST_F(BlocksOfABlob, AreMissingAgainWhenTheListIsOfAnotherBlobOrDamaged) {
  ASSERT_TRUE(open().mark(0));
  EXPECT_EQ(open("boot-1", k_size + 1).present(), 0U);
  ASSERT_TRUE(open().mark(0));
  ASSERT_EQ(::pwrite(file_.get(), "garbage", 7, 0), 7);
  EXPECT_EQ(open().present(), 0U);
  // Shorter than it should be, and with states that nobody writes.
  ASSERT_TRUE(open().mark(0));
  ASSERT_EQ(::ftruncate(file_.get(), 129), 0);
  EXPECT_EQ(open().present(), k_block);
  ASSERT_EQ(::pwrite(file_.get(), "\x7f", 1, 128), 1);
  EXPECT_EQ(open().present(), 0U);
}

TEST_F(BlocksOfABlob, OfNothingIsComplete) {
  const auto blocks = open("boot-1", 0);
  EXPECT_TRUE(blocks.complete());
  EXPECT_EQ(blocks.front(0), 0U);
}

TEST_F(BlocksOfABlob, OfAnAbsurdSizeIsRefused) {
  const auto blocks = Blocks::of(Fd(::dup(file_.get())), UINT64_MAX, "boot-1");
  ASSERT_FALSE(blocks);
  EXPECT_EQ(blocks.error().code, Errc::too_large);
}

}  // namespace
}  // namespace unsnag::content
