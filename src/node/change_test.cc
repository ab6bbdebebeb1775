// SPDX-License-Identifier: Apache-2.0
#include "node/change.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace unsnag::node {
namespace {

namespace fs = std::filesystem;

class ChangeTest : public ::testing::Test {
 protected:
  ChangeTest() {
    auto name = (fs::temp_directory_path() / "unsnag-change-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "etc/containerd");
    put("etc/containerd/config.toml", "version = 2\n");
  }
  ~ChangeTest() override { fs::remove_all(folder_); }
  ChangeTest(const ChangeTest&) = delete;
  ChangeTest& operator=(const ChangeTest&) = delete;
  ChangeTest(ChangeTest&&) = delete;
  ChangeTest& operator=(ChangeTest&&) = delete;

  void put(const std::string& path, const std::string& content) const { std::ofstream(folder_ / path) << content; }
  [[nodiscard]] std::string content(const std::string& path) const {
    std::ifstream in(folder_ / path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::size_t names_in(const std::string& path) const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_ / path), fs::directory_iterator()));
  }
  [[nodiscard]] Root root() const { return std::move(*Root::open(folder_.string())); }

  fs::path folder_;
};

TEST_F(ChangeTest, ModeAndAttributesOfAChangedFileStay) {
  const auto file = folder_ / "etc/containerd/config.toml";
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  const bool has_xattrs = ::setxattr(file.c_str(), "user.note", "kept", 4, 0) == 0;
  ASSERT_TRUE(write_file(root(), "/etc/containerd/config.toml", "version = 3\n"));
  EXPECT_EQ(content("etc/containerd/config.toml"), "version = 3\n");
  const auto state = file_state(root(), "/etc/containerd/config.toml");
  ASSERT_TRUE(state && *state);
  EXPECT_EQ((*state)->attributes.mode, 0640U);
  if (has_xattrs) {
    const std::vector<std::pair<std::string, std::string>> wanted{{"user.note", "kept"}};
    EXPECT_EQ((*state)->xattrs, wanted);
  }
  EXPECT_EQ(names_in("etc/containerd"), 1U) << "nothing is left beside it";
}

TEST_F(ChangeTest, OwnerStays) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown((folder_ / "etc/containerd/config.toml").c_str(), 1234, 4321), 0);
  ASSERT_TRUE(write_file(root(), "/etc/containerd/config.toml", "x"));
  const auto state = file_state(root(), "/etc/containerd/config.toml");
  ASSERT_TRUE(state && *state);
  EXPECT_EQ((*state)->attributes.owner, 1234U);
  EXPECT_EQ((*state)->attributes.group, 4321U);
}

TEST_F(ChangeTest, ALinkedFileIsChangedWhereItLies) {
  fs::create_directories(folder_ / "opt");
  put("opt/real.toml", "old");
  fs::create_symlink("/opt/real.toml", folder_ / "etc/containerd/link.toml");
  ASSERT_TRUE(write_file(root(), "/etc/containerd/link.toml", "new"));
  EXPECT_EQ(content("opt/real.toml"), "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "etc/containerd/link.toml"));
}

TEST_F(ChangeTest, OtherNamesOfAFileKeepTheOldContentAndAreCounted) {
  fs::create_hard_link(folder_ / "etc/containerd/config.toml", folder_ / "etc/other");
  const auto state = file_state(root(), "/etc/containerd/config.toml");
  ASSERT_TRUE(state && *state);
  EXPECT_EQ((*state)->links, 2U);
  ASSERT_TRUE(write_file(root(), "/etc/containerd/config.toml", "new"));
  EXPECT_EQ(content("etc/other"), "version = 2\n");
}

TEST_F(ChangeTest, FoldersAreMadeAndOnlyEmptyOnesGo) {
  const auto made = make_folders(root(), "/etc/systemd/system/kubelet.service.d");
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, (std::vector<std::string>{"/etc/systemd", "/etc/systemd/system", "/etc/systemd/system/kubelet.service.d"}));
  ASSERT_TRUE(write_file(root(), "/etc/systemd/system/kubelet.service.d/90.conf", "[Service]\n"));
  ASSERT_TRUE(remove_empty_folder(root(), "/etc/systemd/system/kubelet.service.d"));
  EXPECT_EQ(content("etc/systemd/system/kubelet.service.d/90.conf"), "[Service]\n");
  ASSERT_TRUE(remove_file(root(), "/etc/systemd/system/kubelet.service.d/90.conf"));
  ASSERT_TRUE(remove_file(root(), "/etc/systemd/system/kubelet.service.d/90.conf")) << "gone already is gone";
  ASSERT_TRUE(remove_empty_folder(root(), "/etc/systemd/system/kubelet.service.d"));
  EXPECT_FALSE(fs::exists(folder_ / "etc/systemd/system/kubelet.service.d"));
}

TEST_F(ChangeTest, AFileInTheWayOfAFolderIsSaid) {
  const auto made = make_folders(root(), "/etc/containerd/config.toml/conf.d");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::unsupported);
}

TEST_F(ChangeTest, AFullDiskChangesNothing) {
  // A limit on the size of files fails a write as a full disk does, and needs no root.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1000, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = write_file(root(), "/etc/containerd/config.toml", std::string(5000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().detail, "File too large");
  EXPECT_EQ(content("etc/containerd/config.toml"), "version = 2\n");
  EXPECT_EQ(names_in("etc/containerd"), 1U);
}

TEST_F(ChangeTest, AFolderThatMayNotBeWrittenIsSaidInTheKernelsWords) {
  // Root may write everywhere, so it becomes nobody for a moment.
  fs::permissions(folder_, fs::perms::others_exec | fs::perms::others_read, fs::perm_options::add);
  fs::permissions(folder_ / "etc/containerd",
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const bool root_runs = ::geteuid() == 0;
  if (root_runs) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const auto written = write_file(root(), "/etc/containerd/config.toml", "x");
  if (root_runs) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  fs::permissions(folder_ / "etc/containerd", fs::perms::owner_all);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().detail, "Permission denied");
}

TEST_F(ChangeTest, AStagingFileOfAKilledRunIsOverwrittenOrRemoved) {
  put("etc/containerd/.config.toml.unsnag-new", "half a fi");
  ASSERT_TRUE(write_file(root(), "/etc/containerd/config.toml", "whole"));
  EXPECT_EQ(names_in("etc/containerd"), 1U);
  put("etc/containerd/.config.toml.unsnag-new", "half a fi");
  ASSERT_TRUE(remove_staging(root(), "/etc/containerd/config.toml"));
  EXPECT_EQ(names_in("etc/containerd"), 1U);
}

TEST_F(ChangeTest, WhatIsNoFileIsNotChanged) {
  const auto state = file_state(root(), "/etc/containerd");
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, Errc::unsupported);
  EXPECT_FALSE(write_file(root(), "/etc/containerd", "x"));
  EXPECT_FALSE(file_state(root(), "/etc/none").value_or(FileState{}).has_value());
}

}  // namespace
}  // namespace unsnag::node
