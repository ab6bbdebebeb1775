// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> local(const Read& r) {
  std::vector<std::string> why;
  for (const auto& fact : r.found.named("local-pull-mode")) why.emplace_back(fact.get("why"));
  return why;
}

TEST(ContainerdConfig, OneNameForAKeyInEachVersionOfTheFile) {
  struct Case {
    const char* name;
    const char* text;
  };
  for (const Case& c :
       {Case{"v3",
             "version = 3\n[plugins.'io.containerd.cri.v1.images']\nimage_pull_progress_timeout = '15s'\n"
             "[plugins.'io.containerd.cri.v1.images'.pinned_images]\nsandbox = 'p:1'\n"},
        Case{"v2",
             "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nimage_pull_progress_timeout = \"15s\"\nsandbox_image = \"p:1\"\n"},
        Case{"v1", "[plugins.cri]\nimage_pull_progress_timeout = \"15s\"\nsandbox_image = \"p:1\"\n"}}) {
    const Read r = read("etc/containerd/config.toml", c.text);
    ASSERT_TRUE(r.was_read) << c.name;
    EXPECT_EQ(r.found.setting("containerd", "image_pull_progress_timeout"), "15s") << c.name;
    EXPECT_EQ(r.found.setting("containerd", "sandbox_image"), "p:1") << c.name;
    EXPECT_THAT(r.found.oddities(), IsEmpty()) << c.name;
    EXPECT_THAT(local(r), IsEmpty()) << c.name;
  }
}

TEST(ContainerdConfig, AKeyInAnotherVersionsTableIsIgnoredAndSaidToBe) {
  const Read r = read("config.toml", "version = 3\n[plugins.\"io.containerd.grpc.v1.cri\"]\nimage_pull_progress_timeout = \"30m\"\n");
  EXPECT_EQ(r.found.setting("containerd", "image_pull_progress_timeout"), "");
  EXPECT_THAT(r.found.oddities(), ElementsAre("wrong-table"));
  EXPECT_EQ(r.found.events.back().origin.line, 3u);
}

TEST(ContainerdConfig, EachKeyThatMakesItPullTheOldWay) {
  struct Case {
    const char* line;
    const char* why;
  };
  for (const Case& c :
       {Case{"discard_unpacked_layers = true", "discard_unpacked_layers"},
        Case{"disable_snapshot_annotations = false", "disable_snapshot_annotations"},
        Case{"max_concurrent_downloads = 10", "max_concurrent_downloads"},
        Case{"image_pull_with_sync_fs = true", "image_pull_with_sync_fs"}, Case{"use_local_image_pull = true", "use_local_image_pull"}}) {
    const Read r = read("config.toml", fmt::format("version = 3\n[plugins.'io.containerd.cri.v1.images']\n{}\n", c.line));
    EXPECT_THAT(local(r), ElementsAre(c.why));
  }
  EXPECT_THAT(local(read("config.toml",
                         "version = 3\n[plugins.'io.containerd.cri.v1.images']\n"
                         "discard_unpacked_layers = false\nmax_concurrent_downloads = 3\ndisable_snapshot_annotations = true\n")),
              IsEmpty());
}

TEST(ContainerdConfig, UseLocalImagePullCountsInTheImagesTableAloneWhateverTheVersionOfTheFile) {
  // Seen with `containerd config dump` of 2.1.9: the migration of an older file's CRI table leaves this key behind.
  const Read dropped = read("config.toml", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nuse_local_image_pull = true\n");
  EXPECT_THAT(local(dropped), IsEmpty());
  EXPECT_EQ(dropped.found.setting("containerd", "use_local_image_pull"), "");
  EXPECT_THAT(dropped.found.oddities(), ElementsAre("wrong-table"));
  const Read counts = read("config.toml", "version = 2\n[plugins.\"io.containerd.cri.v1.images\"]\nuse_local_image_pull = true\n");
  EXPECT_THAT(local(counts), ElementsAre("use_local_image_pull"));
  EXPECT_EQ(counts.found.setting("containerd", "use_local_image_pull"), "true");
  EXPECT_THAT(counts.found.oddities(), IsEmpty());
}

TEST(ContainerdConfig, AZeroTimeoutIsOdd) {
  EXPECT_THAT(
      read("config.toml", "version = 3\n[plugins.'io.containerd.cri.v1.images']\nimage_pull_progress_timeout = '0s'\n").found.oddities(),
      ElementsAre("zero"));
}

TEST(ContainerdConfig, MirrorsInTheMainFileExcludeConfigPath) {
  const Read r = read("config.toml",
                      "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/containerd/certs.d\"\n"
                      "[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\nendpoint = [\"https://m.example\"]\n");
  EXPECT_EQ(r.found.named("mirror-set").at(0).get("registry"), "docker.io");
  EXPECT_THAT(r.found.oddities(), Contains("excludes-config-path"));
  EXPECT_THAT(local(r), ElementsAre("registry.mirrors"));
}

TEST(ContainerdConfig, AFragmentIsADropInThatReplacesTheTable) {
  const Read r = read("etc/containerd/config.d/10-timeout.toml",
                      "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nimage_pull_progress_timeout = \"30m\"\n");
  EXPECT_EQ(r.found.named("setting", "key", "image_pull_progress_timeout").at(0).get("origin"), "drop-in");
  EXPECT_THAT(r.found.oddities(), Contains("replaces-table-before-2.0"));
}

TEST(ContainerdConfig, DockersPackageDisablesCri) {
  const Read r = read("etc/containerd/config.toml", "disabled_plugins = [\"cri\"]\n");
  EXPECT_TRUE(r.was_read);
  EXPECT_THAT(r.found.oddities(), ElementsAre("cri-disabled"));
}

TEST(ContainerdConfig, AFileThatDoesNotParseIsAFact) {
  const Read r = read("config.toml", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"\nx = 1\n");
  EXPECT_TRUE(r.was_read);
  EXPECT_THAT(r.found.oddities(), ElementsAre("does-not-parse"));
}

TEST(CrioConfig, TheProgressTimeoutOfADropIn) {
  const Read r = read("etc/crio/crio.conf.d/99-pull.conf", "[crio.image]\npull_progress_timeout = \"10s\"\npause_image = \"p:3\"\n");
  ASSERT_TRUE(r.was_read);
  const auto facts = r.found.named("setting", "key", "pull_progress_timeout");
  ASSERT_EQ(facts.size(), 1u);
  EXPECT_EQ(facts[0].get("of"), "cri-o");
  EXPECT_EQ(facts[0].get("origin"), "drop-in");
  EXPECT_EQ(facts[0].get("value"), "10s");
}

}  // namespace
}  // namespace unsnag::readers::node
