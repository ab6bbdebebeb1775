// SPDX-License-Identifier: Apache-2.0
#include "evidence/evidence.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "evidence/evidence_test_support.h"

namespace unsnag::evidence {
namespace {

namespace fs = std::filesystem;

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

TEST_F(Evidence, WhatIsNotThereIsAnError) {
  const auto walked = walk_all((folder_ / "nothing").string());
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code, Errc::not_found);
}

TEST_F(Evidence, ASocketIsNoEvidence) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  const auto path = (folder_ / "s").string();
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const struct sockaddr*>(&address), sizeof address), 0);
  const auto walked = walk_all(path);
  ::close(fd);
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code, Errc::unsupported);
}

TEST_F(Evidence, WhoeverWantsNoMoreGetsNoMore) {
  write("a.log", "one");
  write("b.log", "two");
  int files = 0;
  ASSERT_TRUE(
      walk(folder_.string(), {[&](const File&, Bytes&) { ++files; }, [](const std::string&, const Error&) {}, [&] { return files == 1; }}));
  EXPECT_EQ(files, 1);
}

}  // namespace
}  // namespace unsnag::evidence
