// SPDX-License-Identifier: Apache-2.0
#include "pull/layer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/text.h"
#include "codec/compressor.h"
#include "codec/sha256.h"
#include "content/store.h"

namespace unsnag::pull {
namespace {

using namespace std::chrono_literals;
using What = LayerFailure::What;

struct Kept : TarTaker {
  std::string all;
  bool finished = false;
  std::optional<Error> refuse_after_a_megabyte;
  std::chrono::milliseconds slow{0};

  Result<void*> add(std::string_view bytes) override {
    if (refuse_after_a_megabyte && all.size() > (1U << 20U)) return tl::unexpected<Error>(*refuse_after_a_megabyte);
    std::this_thread::sleep_for(slow);
    all += bytes;
    return nullptr;
  }
  Result<void*> finish() override {
    finished = true;
    return nullptr;
  }
};

class ALayer : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/unsnag-layer-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    for (unsigned i = 0; i < 700'000; ++i) tar_ += std::to_string(i * 2654435761U);
    const auto compressor = codec::gzip_compressor(1);
    compressor->add(tar_, packed_);
    compressor->end(packed_);
  }
  void TearDown() override {
    spool_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// A layer of these bytes, whose digests are those of packed_ and tar_.
  LayerTask task(const std::string& bytes, oci::Compression compression = oci::Compression::gzip) {
    const oci::Descriptor descriptor{"", oci::Digest::of_hex(codec::sha256_hex(packed_)), bytes.size(), {}, {}};
    spool_ = *content::Store::open(folder_ + "/content")->spool(descriptor.digest, bytes.size());
    EXPECT_TRUE(spool_->write(0, bytes));
    return {descriptor, compression, oci::Digest::of_hex(codec::sha256_hex(tar_)), spool_.get(), {}};
  }
  std::optional<LayerFailure> read(const LayerTask& task) { return read_layer(task, progress_, &kept_, stop_.get_token()); }

  std::string folder_, tar_, packed_;
  std::unique_ptr<content::Spool> spool_;
  LayerProgress progress_;
  Kept kept_;
  std::stop_source stop_;
};

TEST_F(ALayer, IsDecodedAndBothItsDigestsAreHeld) {
  const auto failure = read(task(packed_));
  EXPECT_FALSE(failure) << failure->error.message();
  EXPECT_TRUE(kept_.all == tar_);
  EXPECT_TRUE(kept_.finished);
  EXPECT_EQ(progress_.digested, packed_.size());
  EXPECT_EQ(progress_.decoded, tar_.size());
  EXPECT_EQ(progress_.taken, tar_.size());
}

TEST_F(ALayer, IsReadWhileItArrives) {
  auto layer = task("");
  spool_ = *content::Store::open(folder_ + "/content")->spool(layer.descriptor.digest, packed_.size());
  layer.spool = spool_.get();
  std::jthread arriving([&] {
    for (std::size_t at = 0; at < packed_.size(); at += content::k_block) {
      EXPECT_TRUE(spool_->write(at, std::string_view(packed_).substr(at, content::k_block)));
      std::this_thread::sleep_for(1ms);
    }
  });
  EXPECT_FALSE(read(layer));
  EXPECT_TRUE(kept_.all == tar_);
}

TEST_F(ALayer, WithAFlippedByteIsCorruptWhereverItIs) {
  for (const auto at : {std::size_t{3}, packed_.size() / 2, packed_.size() - 3}) {
    auto bytes = packed_;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    kept_.all.clear();
    const auto failure = read(task(bytes));
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->what, What::corrupt) << at << ": " << failure->error.message();
    ASSERT_TRUE(spool_->forget());
  }
}

TEST_F(ALayer, OfAnotherContentThanItsConfigurationSaysIsABrokenImage) {
  auto layer = task(packed_);
  layer.diff_id = oci::Digest::of_hex(std::string(64, '0'));
  const auto failure = read(layer);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, What::defect);
  EXPECT_TRUE(contains(failure->error.message(), "which its configuration says")) << failure->error.message();
}

TEST_F(ALayer, ThatIsNotPackedAsItsTypeSaysIsABrokenImage) {
  const auto failure = read(task(packed_, oci::Compression::zstd));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, What::defect) << failure->error.message();
}

TEST_F(ALayer, ThatBreaksOffInTheMiddleOfItsCompressionIsABrokenImage) {
  packed_.resize(packed_.size() - 100);  // its digest is right
  const auto failure = read(task(packed_));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, What::defect) << failure->error.message();
}

TEST_F(ALayer, ThatIsABombIsStopped) {
  const std::string zeros(std::size_t{32} << 20U, '\0');
  packed_.clear();
  const auto compressor = codec::zstd_compressor(3);
  for (int i = 0; i < 10; ++i) compressor->add(zeros, packed_);
  compressor->end(packed_);
  ASSERT_LT(packed_.size(), 100'000U);
  const auto failure = read(task(packed_, oci::Compression::zstd));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->error.code, Errc::too_large);
  EXPECT_LT(kept_.all.size(), zeros.size() * 7);
}

TEST_F(ALayer, StopsAtOnceWhenTheDiskIsFull) {
  kept_.refuse_after_a_megabyte = Error{Errc::io, "No space left on device"};
  const auto failure = read(task(packed_));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, What::disk);
  EXPECT_EQ(failure->error.detail, "No space left on device");
}

TEST_F(ALayer, ThatIsNoArchiveIsABrokenImageAndNoFullDisk) {
  kept_.refuse_after_a_megabyte = Error{Errc::malformed, "no tar"};
  const auto failure = read(task(packed_));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, What::defect);
}

TEST_F(ALayer, EndsWhenNoMoreBytesWillCome) {
  auto layer = task("");
  spool_ = *content::Store::open(folder_ + "/content")->spool(layer.descriptor.digest, packed_.size());
  layer.spool = spool_.get();
  layer.hopeless = [] { return true; };
  const auto failure = read(layer);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, What::fetch);
}

TEST_F(ALayer, StopsAtOnceWhenAsked) {
  kept_.slow = 50ms;
  const auto layer = task(packed_);
  std::jthread stopping([&] {
    std::this_thread::sleep_for(60ms);
    stop_.request_stop();
  });
  const auto failure = read(layer);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, What::cancelled);
  EXPECT_FALSE(kept_.finished);
}

TEST_F(ALayer, ThatNobodyUnpacksIsOnlyDigested) {
  const auto layer = task(packed_);
  EXPECT_FALSE(read_layer(layer, progress_, nullptr, stop_.get_token()));
  EXPECT_EQ(progress_.decoded, 0U);
  auto other = layer;
  other.descriptor.digest = oci::Digest::of_hex(std::string(64, '0'));
  EXPECT_EQ(read_layer(other, progress_, nullptr, stop_.get_token())->what, What::corrupt);
}

}  // namespace
}  // namespace unsnag::pull
