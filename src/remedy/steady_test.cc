// SPDX-License-Identifier: Apache-2.0
#include "remedy/steady.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remedy/nodes_for_tests.h"

namespace unsnag::remedy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SysTime written(const node::ScratchRoot& root, std::string_view path) {
  struct stat info {};
  EXPECT_EQ(::stat(root.here(path).c_str(), &info), 0);
  return SysTime(std::chrono::seconds(info.st_mtim.tv_sec) + nanoseconds(info.st_mtim.tv_nsec));
}

TEST(Steady, AQuietNodeIsSteadyAndALittlePressureIsNone) {
  Observed quiet;
  quiet.waits_for_disk = 12.5;
  quiet.waits_for_memory = 0;
  quiet.memory_available = 30;
  quiet.disk_available = 9;
  EXPECT_THAT(in_the_way(quiet), IsEmpty());
  EXPECT_THAT(in_the_way({}), IsEmpty()) << "an old kernel tells no pressure";
}

TEST(Steady, PressurePullsAndEvictionsAreInTheWay) {
  Observed busy;
  busy.under_way = {"a download"};
  busy.evictions = {"an eviction"};
  busy.waits_for_disk = 88;
  busy.memory_available = 1.2;
  EXPECT_THAT(in_the_way(busy),
              ElementsAre("a download", "an eviction", HasSubstr("wait for the disk 88 %"), HasSubstr("1.2 % of the memory")));
}

TEST(Steady, ADownloadOfContainerdCountsWhileItIsWrittenToAndNotWhenACrashLeftIt) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  const std::string data = "/var/lib/containerd/io.containerd.content.v1.content/ingest/abc/data";
  root.write(data, std::string(1'000'000, 'x'));
  const auto facts = look_at(root.root());
  ASSERT_TRUE(facts);
  const auto now = written(root, data) + std::chrono::seconds(2);
  EXPECT_THAT(observe(root.root(), *facts, now).under_way, ElementsAre(HasSubstr("1 MB so far, last written 2")));
  EXPECT_THAT(observe(root.root(), *facts, now + std::chrono::minutes(5)).under_way, IsEmpty());
}

TEST(Steady, ADownloadOfDockerIsSeenByItsTemporaryFile) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  root.write("/var/lib/docker/tmp/GetImageBlob123", "x").write("/var/lib/docker/tmp/other", "x");
  const auto facts = look_at(root.root());
  ASSERT_TRUE(facts);
  const auto now = written(root, "/var/lib/docker/tmp/GetImageBlob123");
  EXPECT_EQ(observe(root.root(), *facts, now).under_way.size(), 1U);
}

}  // namespace
}  // namespace unsnag::remedy
