// SPDX-License-Identifier: Apache-2.0
#include "content/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

namespace unsnag::content {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint64_t k_size = 3 * k_block + 100;

class TheStore : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/unsnag-store-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] Store store() const { return *Store::open(folder_ + "/content"); }
  [[nodiscard]] std::unique_ptr<Spool> spool() const { return *store().spool(digest_, k_size); }
  [[nodiscard]] std::string bytes(std::uint64_t from, std::uint64_t to) const {
    std::string text;
    for (auto at = from; at < to; ++at) text += static_cast<char>('a' + at / 1000 % 26);
    return text;
  }

  std::string folder_;
  oci::Digest digest_ = oci::Digest::of_hex(std::string(64, 'a'));
};

TEST_F(TheStore, KeepsWhatCameInAnyOrder) {
  {
    auto spool = this->spool();
    ASSERT_TRUE(*spool->own());
    ASSERT_TRUE(spool->write(2 * k_block, bytes(2 * k_block, k_size)));
    // Pieces that end anywhere: the block counts when its last byte is here.
    ASSERT_TRUE(spool->write(0, bytes(0, 1000)));
    EXPECT_EQ(spool->front(0), 0U);
    ASSERT_TRUE(spool->write(1000, bytes(1000, k_block + 7)));
    EXPECT_EQ(spool->front(0), k_block);
  }
  auto spool = this->spool();
  EXPECT_EQ(spool->found(), k_size - k_block);
  EXPECT_EQ(spool->missing(), (std::vector<Range>{{k_block, 2 * k_block}}));
  ASSERT_TRUE(spool->write(k_block, bytes(k_block, 2 * k_block)));
  EXPECT_EQ(spool->present(), k_size);
  std::string all(k_size + 10, '?');
  EXPECT_EQ(*spool->read(0, all), k_size);
  EXPECT_EQ(all.substr(0, k_size), bytes(0, k_size));
}

TEST_F(TheStore, RefusesBytesBehindTheEnd) {
  auto spool = this->spool();
  EXPECT_FALSE(spool->write(k_size - 1, "ab"));
  EXPECT_FALSE(spool->write(UINT64_MAX, "ab"));
}

TEST_F(TheStore, HasOneOwnerAndTheOthersReadWhatHeWrites) {
  auto owner = spool();
  auto reader = spool();
  EXPECT_TRUE(*owner->own());
  EXPECT_FALSE(*reader->own());
  std::jthread writing([&] {
    std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(owner->write(0, bytes(0, k_block)));
  });
  EXPECT_EQ(*reader->wait_past(0, 10s, {}), k_block);
  writing.join();
  owner.reset();
  EXPECT_TRUE(*reader->own());
  EXPECT_EQ(reader->present(), k_block);
}

TEST_F(TheStore, WaitsNoLongerThanAskedAndStopsAtOnce) {
  auto spool = this->spool();
  EXPECT_EQ(*spool->wait_past(0, 10ms, {}), 0U);
  std::stop_source stop;
  std::jthread stopping([&] {
    std::this_thread::sleep_for(20ms);
    stop.request_stop();
  });
  const auto waited = spool->wait_past(0, 60s, stop.get_token());
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, Errc::cancelled);
}

TEST_F(TheStore, LosesNothingWhenItsOwnerIsKilled) {
  const auto child = ::fork();
  if (child == 0) {
    auto spool = this->spool();
    if (!spool->own() || !spool->write(0, bytes(0, 2 * k_block + 5))) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  auto spool = this->spool();
  EXPECT_TRUE(*spool->own());
  EXPECT_EQ(spool->found(), 2 * k_block);
}

TEST_F(TheStore, ForgetsABlobWhoseDigestIsWrong) {
  auto spool = this->spool();
  ASSERT_TRUE(spool->write(0, bytes(0, k_size)));
  ASSERT_TRUE(spool->sync());
  ASSERT_TRUE(spool->forget());
  spool.reset();
  EXPECT_EQ(this->spool()->present(), 0U);
}

TEST_F(TheStore, RemovesABlobThatNobodyElseWants) {
  auto one = spool(), other = spool();
  ASSERT_TRUE(one->write(0, bytes(0, k_size)));
  ASSERT_TRUE(store().remove(std::move(one)));
  EXPECT_EQ(spool()->present(), k_size) << "the other one still reads it";
  ASSERT_TRUE(store().remove(std::move(other)));
  EXPECT_TRUE(fs::is_empty(folder_ + "/content"));
}

TEST_F(TheStore, RemovesWhatIsOldAndUnused) {
  ASSERT_TRUE(spool()->write(0, bytes(0, k_size)));
  auto held = *store().spool(oci::Digest::of_hex(std::string(64, 'b')), k_size);
  fs::create_directory(folder_ + "/content/" + std::string(64, 'c') + "-1.gone-7");
  EXPECT_EQ(*store().remove_older(1h), 0U);
  EXPECT_GE(*store().remove_older(-1h), k_size);
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder_ + "/content")) left.push_back(entry.path().filename().string().substr(0, 1));
  EXPECT_EQ(left, std::vector<std::string>{"b"});
}

TEST_F(TheStore, IsNobodyElses) {
  fs::create_directory(folder_ + "/open");
  fs::permissions(folder_ + "/open", fs::perms::all);
  const auto open = Store::open(folder_ + "/open");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, Errc::unsupported);
  fs::create_symlink(folder_, folder_ + "/link");
  EXPECT_FALSE(Store::open(folder_ + "/link"));
}

TEST_F(TheStore, GivesABlobASecondName) {
  auto spool = this->spool();
  ASSERT_TRUE(spool->write(0, bytes(0, k_size)));
  EXPECT_TRUE(*spool->link_to(folder_ + "/named"));
  EXPECT_FALSE(spool->link_to(folder_ + "/named")) << "it is there already";
  struct stat here {
  }, elsewhere{};
  if (::stat(folder_.c_str(), &here) == 0 && ::stat("/dev/shm", &elsewhere) == 0 && here.st_dev != elsewhere.st_dev) {
    EXPECT_FALSE(*spool->link_to("/dev/shm/unsnag-named")) << "another file system";
  }
  ASSERT_TRUE(store().remove(std::move(spool)));
  EXPECT_EQ(fs::file_size(folder_ + "/named"), k_size);
}

TEST_F(TheStore, LetsManyProcessesFetchABlobOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const auto child = ::fork();
    if (child == 0) {
      auto spool = this->spool();
      int written = 0;
      while (spool->present() < k_size) {
        if (!*spool->own()) {
          if (!spool->wait_past(spool->front(0), 100ms, {})) ::_exit(100);
          continue;
        }
        for (const auto& part : spool->missing()) {
          const auto end = std::min(part.end, part.begin + k_block);
          if (!spool->write(part.begin, bytes(part.begin, end))) ::_exit(101);
          ++written;
          break;
        }
      }
      std::string all(k_size, '?');
      if (!spool->read(0, all) || all != bytes(0, k_size)) ::_exit(102);
      ::_exit(written);
    }
    children.push_back(child);
  }
  int written = 0;
  for (const auto child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_LT(WEXITSTATUS(status), 100);
    written += WEXITSTATUS(status);
  }
  EXPECT_EQ(written, 4) << "each block was written once";
}

}  // namespace
}  // namespace unsnag::content
