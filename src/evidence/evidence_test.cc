// SPDX-License-Identifier: Apache-2.0
#include "evidence/evidence.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

namespace unsnag::evidence {
namespace {

namespace fs = std::filesystem;

class Evidence : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "unsnag-evidence-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    ::chmod((folder_ / "locked").c_str(), 0700);
    fs::remove_all(folder_);
  }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << text;
  }

  Result<void*> walk_all(const std::string& target) {
    return walk(target, {[this](const File& file, Bytes& bytes) {
                           std::string text;
                           std::array<char, 1000> buffer{};
                           for (;;) {
                             const auto got = bytes.read(buffer.data(), buffer.size());
                             if (!got || *got == 0) break;
                             text.append(buffer.data(), *got);
                           }
                           files_[file.path] = text;
                         },
                         [this](const std::string& path, const std::string& why) { unreadable_[path] = why; }});
  }

  int shell(const std::string& command) const { return std::system(("cd '" + folder_.string() + "' && " + command).c_str()); }

  fs::path folder_;
  std::map<std::string, std::string> files_, unreadable_;
};

TEST_F(Evidence, AFolderIsReadWhole) {
  write("a/x.log", "one");
  write("b.log", "two");
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_, (std::map<std::string, std::string>{{"a/x.log", "one"}, {"b.log", "two"}}));
  EXPECT_TRUE(unreadable_.empty());
}

TEST_F(Evidence, LinksOutOfAFolderAreNotFollowed) {
  write("b.log", "two");
  fs::create_symlink("/etc/passwd", folder_ / "link.log");
  fs::create_directory_symlink("/etc", folder_ / "etc");
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_.size(), 1U);
}

TEST_F(Evidence, APipeInAFolderDoesNotBlockAndIsNamed) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(unreadable_.count("pipe"), 1U);
}

TEST_F(Evidence, ATarIsReadInPlaceCompressedOrNot) {
  write("bundle/kubelet/kubelet.log", "hello\n");
  ASSERT_EQ(shell("tar -cf a.tar bundle && tar -czf a.tar.gz bundle && rm -r bundle"), 0);
  for (const auto* name : {"a.tar", "a.tar.gz"}) {
    files_.clear();
    ASSERT_TRUE(walk_all((folder_ / name).string())) << name;
    EXPECT_EQ(files_, (std::map<std::string, std::string>{{"bundle/kubelet/kubelet.log", "hello\n"}})) << name;
  }
}

TEST_F(Evidence, ACompressedLogInAFolderIsReadUnderItsOwnName) {
  write("kubelet.log.1", "rotated\n");
  ASSERT_EQ(shell("gzip kubelet.log.1"), 0);
  ASSERT_TRUE(walk_all(folder_.string()));
  ASSERT_EQ(files_.size(), 1U);
  EXPECT_EQ(files_.begin()->second, "rotated\n");
}

TEST_F(Evidence, ACutArchiveIsReadAsFarAsItGoes) {
  write("bundle/a.log", std::string(200'000, 'a'));
  write("bundle/b.log", std::string(200'000, 'b'));
  ASSERT_EQ(shell("tar --sort=name -cf whole.tar bundle && head -c 300000 whole.tar > cut.tar"), 0);
  ASSERT_TRUE(walk_all((folder_ / "cut.tar").string()));
  EXPECT_EQ(files_["bundle/a.log"].size(), 200'000U);
}

TEST_F(Evidence, WhatIsNotThereIsAnError) {
  const auto walked = walk_all((folder_ / "nothing").string());
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code, Errc::not_found);
}

}  // namespace
}  // namespace unsnag::evidence
