// SPDX-License-Identifier: Apache-2.0
#include "pull/oci_layout.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "codec/sha256.h"
#include "content/store.h"

namespace unsnag::pull {
namespace {

namespace fs = std::filesystem;

class AnOciLayout : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/unsnag-layout-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] OciLayout layout() const {
    auto layout = OciLayout::open(folder_ + "/image");
    EXPECT_TRUE(layout) << layout.error().message();
    return *layout;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/image/" + name).rdbuf();
    return text.str();
  }
  static oci::Descriptor manifest(char digit) {
    return {
        std::string(oci::media::k_oci_manifest), oci::Digest::of_hex(std::string(64, digit)), 7, oci::Platform{"linux", "arm", "v7"}, {}};
  }

  std::string folder_;
};

TEST_F(AnOciLayout, HasAVersionFileAndBlobs) {
  const auto digest = oci::Digest::of_hex(codec::sha256_hex("hello"));
  ASSERT_TRUE(layout().put(digest, "hello", Sync::yes));
  EXPECT_EQ(read("oci-layout"), R"({"imageLayoutVersion":"1.0.0"})");
  EXPECT_EQ(read("blobs/sha256/" + digest.hex()), "hello");
  EXPECT_TRUE(layout().has(digest, 5));
  EXPECT_FALSE(layout().has(digest, 6));
}

TEST_F(AnOciLayout, TakesABlobOutOfItsSpoolAndKeepsItWhenThatGoes) {
  const std::string bytes(100'000, 'x');
  const auto digest = oci::Digest::of_hex(codec::sha256_hex(bytes));
  for (const auto* where : {"/content", "shm"}) {  // beside it, and on another file system
    const auto folder = where[0] == '/' ? folder_ + where : fmt::format("/dev/shm/unsnag-layout-{}", ::getpid());
    const auto store = content::Store::open(folder);
    ASSERT_TRUE(store);
    auto spool = *store->spool(digest, bytes.size());
    ASSERT_TRUE(spool->write(0, bytes));
    ASSERT_TRUE(layout().put(*spool, Sync::yes));
    ASSERT_TRUE(store->remove(std::move(spool)));
    EXPECT_EQ(read("blobs/sha256/" + digest.hex()), bytes);
    EXPECT_EQ(fs::status(folder_ + "/image/blobs/sha256/" + digest.hex()).permissions(), fs::perms(0644));
    fs::remove_all(folder);
    fs::remove(folder_ + "/image/blobs/sha256/" + digest.hex());
  }
}

TEST_F(AnOciLayout, NamesImagesAndLeavesOtherNamesAsTheyAre) {
  const auto layout = this->layout();
  ASSERT_TRUE(layout.name("a", manifest('1'), Sync::yes));
  ASSERT_TRUE(layout.name("b", manifest('2'), Sync::yes));
  ASSERT_TRUE(layout.name("a", manifest('3'), Sync::yes));
  const auto index = read("index.json");
  EXPECT_FALSE(contains(index, std::string(64, '1')));
  EXPECT_TRUE(contains(index, std::string(64, '2')));
  EXPECT_TRUE(contains(index, std::string(64, '3')));
  EXPECT_TRUE(contains(index, R"("org.opencontainers.image.ref.name":"a")"));
  EXPECT_TRUE(contains(index, R"("variant":"v7")"));
}

TEST_F(AnOciLayout, KeepsWhatOthersWroteIntoItsIndex) {
  (void)layout();
  std::ofstream(folder_ + "/image/index.json")
      << R"({"schemaVersion":2,"annotations":{"x":"y"},"manifests":[{"mediaType":"t","digest":"d","size":1e3,"data":[1,2]}]})";
  ASSERT_TRUE(layout().name("a", manifest('1'), Sync::no));
  EXPECT_TRUE(contains(read("index.json"), R"("annotations":{"x":"y"})")) << read("index.json");
  EXPECT_TRUE(contains(read("index.json"), R"({"mediaType":"t","digest":"d","size":1e3,"data":[1,2]})")) << read("index.json");
}

TEST_F(AnOciLayout, IsMadeOfNoFolderThatHoldsSomethingElse) {
  fs::create_directory(folder_ + "/image");
  std::ofstream(folder_ + "/image/letter") << "dear";
  const auto layout = OciLayout::open(folder_ + "/image");
  ASSERT_FALSE(layout);
  EXPECT_EQ(layout.error().code, Errc::unsupported);
}

TEST_F(AnOciLayout, HasNoStagingLeftOfProcessesThatWereKilled) {
  (void)layout();
  const auto living = Staging::create(folder_ + "/image/blobs/sha256", Staging::Kind::file);
  ASSERT_TRUE(living);
  const auto child = ::fork();
  if (child == 0) {
    const auto dead = Staging::create(folder_ + "/image/blobs/sha256", Staging::Kind::folder);
    fs::create_directories(dead->path() + "/a/b");
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  (void)layout();
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder_ + "/image/blobs/sha256")) left.push_back(entry.path().string());
  EXPECT_EQ(left, std::vector<std::string>{living->path()});
}

TEST_F(AnOciLayout, WithADamagedIndexIsNotOverwritten) {
  (void)layout();
  std::ofstream(folder_ + "/image/index.json") << "{";
  EXPECT_FALSE(layout().name("a", manifest('1'), Sync::no));
  EXPECT_EQ(read("index.json"), "{");
}

}  // namespace
}  // namespace unsnag::pull
