// SPDX-License-Identifier: Apache-2.0
#include "node/root.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace unsnag::node {
namespace {

namespace fs = std::filesystem;

class RootTest : public ::testing::Test {
 protected:
  RootTest() {
    auto name = (fs::temp_directory_path() / "unsnag-root-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "node/etc/containerd");
    std::ofstream(folder_ / "secret") << "outside";
    std::ofstream(folder_ / "node/etc/containerd/config.toml") << "version = 2\n";
  }
  ~RootTest() override { fs::remove_all(folder_); }
  RootTest(const RootTest&) = delete;
  RootTest& operator=(const RootTest&) = delete;
  RootTest(RootTest&&) = delete;
  RootTest& operator=(RootTest&&) = delete;

  void link(const std::string& target, const std::string& path) { fs::create_symlink(target, folder_ / "node" / path); }
  [[nodiscard]] Root root() const { return std::move(*Root::open((folder_ / "node").string())); }

  fs::path folder_;
};

TEST_F(RootTest, ReadsAFileOfTheNode) {
  EXPECT_EQ(root().read("/etc/containerd/config.toml").value_or(""), "version = 2\n");
  EXPECT_EQ(root().read("//etc/./containerd/../containerd/config.toml").value_or(""), "version = 2\n");
}

TEST_F(RootTest, AbsoluteAndRelativeLinksLeadWhereTheyWouldOnTheNode) {
  link("/etc/containerd", "etc/absolute");
  link("../etc/containerd/config.toml", "etc/relative");
  EXPECT_EQ(root().read("/etc/absolute/config.toml").value_or(""), "version = 2\n");
  EXPECT_EQ(root().read("/etc/relative").value_or(""), "version = 2\n");
  EXPECT_EQ(root().resolve("/etc/absolute/config.toml").value_or(""), "/etc/containerd/config.toml");
  EXPECT_EQ(root().resolve("/etc/absolute/new.toml").value_or(""), "/etc/containerd/new.toml");
  EXPECT_EQ(root().resolve("/..").value_or(""), "/");
}

TEST_F(RootTest, NoLinkLeadsOutOfTheTree) {
  link("../../../secret", "etc/up");
  link((folder_ / "secret").string(), "etc/out");
  link("../..", "etc/folder");
  for (const auto* path : {"/etc/up", "/etc/out", "/etc/folder/secret", "/../secret", "/etc/../../secret"}) {
    const auto read = root().read(path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().code, Errc::not_found) << path;
  }
}

TEST_F(RootTest, ARingOfLinksEnds) {
  link("b", "etc/a");
  link("a", "etc/b");
  const auto read = root().read("/etc/a");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::malformed);
}

TEST_F(RootTest, SaysWhyAPathCantBeRead) {
  ASSERT_EQ(::mkfifo((folder_ / "node/pipe").c_str(), 0600), 0);
  const auto code = [&](std::string_view path) { return root().read(path).error().code; };
  EXPECT_EQ(code("/nowhere"), Errc::not_found);
  EXPECT_EQ(code("/etc"), Errc::unsupported);
  EXPECT_EQ(code("/pipe"), Errc::unsupported);
  EXPECT_EQ(code("etc/containerd/config.toml"), Errc::malformed);
  EXPECT_EQ(root().read("/etc/containerd/config.toml", 3).error().code, Errc::too_large);
}

TEST_F(RootTest, ListsAFolderByNameAndKeepsLinksAsTheyAre) {
  link("/nowhere", "etc/a-link");
  const auto entries = root().list("/etc");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].name, "a-link");
  EXPECT_TRUE(S_ISLNK((*entries)[0].info.st_mode));
  EXPECT_EQ(root().read_link("/etc/a-link").value_or(""), "/nowhere");
  EXPECT_EQ((*entries)[1].name, "containerd");
}

TEST(Root, ThisMachineHasProc) {
  const auto root = Root::open("/");
  ASSERT_TRUE(root);
  EXPECT_TRUE(root->is_this_machine());
  EXPECT_TRUE(root->read("/proc/self/status").has_value());
}

}  // namespace
}  // namespace unsnag::node
