// SPDX-License-Identifier: Apache-2.0
#include "node/mounts.h"

#include <sys/statvfs.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/root_for_tests.h"

namespace unsnag::node {
namespace {

constexpr std::string_view k_info =
    "22 1 259:1 / / rw,noatime shared:1 - xfs /dev/nvme0n1p1 rw,attr2\n"
    "23 22 0:21 / /proc rw shared:5 - proc proc rw\n"
    "30 22 259:3 / /var/lib/containerd rw,relatime shared:9 master:1 - xfs /dev/nvme1n1 rw\n"
    "31 22 259:3 /kubelet /var/lib/kubelet rw - xfs /dev/nvme1n1 rw\n"
    "32 22 0:55 / /mnt/my\\040data rw - nfs4 10.0.0.9:/export rw,hard\n"
    "33 22 0:60 / /run/containerd/io.containerd.runtime.v2.task/k8s.io/1/rootfs rw - overlay overlay rw,lowerdir=/a\n"
    "34 22 0:61 / /var/lib/kubelet/pods/1/volumes/kubernetes.io~projected/t rw - tmpfs tmpfs rw\n"
    "35 22 259:7 / /data rw - ext4 /dev/old rw\n"
    "36 35 259:8 / /data rw - ext4 /dev/new rw\n";

TEST(Mounts, LinesOfMountinfoAreTakenApart) {
  const auto all = parse_mountinfo(k_info);
  ASSERT_EQ(all.size(), 9U);
  EXPECT_EQ(all[2].device, "259:3");
  EXPECT_EQ(all[2].point, "/var/lib/containerd");
  EXPECT_EQ(all[2].type, "xfs");
  EXPECT_EQ(all[2].source, "/dev/nvme1n1");
  EXPECT_EQ(all[4].point, "/mnt/my data");
  for (const auto* bad : {"", "22 1 259:1 / / rw", "a b c d e f g h i j", "22 1 0:1 / / rw shared:1 - xfs", "1 2 3:4 / x rw - a b c"})
    EXPECT_TRUE(parse_mountinfo(bad).empty()) << bad;
}

TEST(Mounts, EachFileSystemOfTheNodeIsAskedOnce) {
  std::vector<std::string> points;
  for (const auto& mount : worth_asking(parse_mountinfo(k_info))) points.push_back(mount.point + " " + mount.source);
  EXPECT_THAT(points,
              testing::ElementsAre("/ /dev/nvme0n1p1", "/var/lib/kubelet /dev/nvme1n1", "/mnt/my data 10.0.0.9:/export", "/data /dev/new"));
}

TEST(Mounts, AServerThatMayNotAnswerIsNotAsked) {
  const ScratchRoot scratch;
  for (const auto* type : {"nfs4", "nfs", "cifs", "fuse.s3fs", "autofs", "ceph"}) {
    const auto space = space_of(scratch.root(), {"0:1", "/", "/", "rw", type, "server:/x", "rw"});
    ASSERT_FALSE(space) << type;
    EXPECT_EQ(space.error().code, Errc::unsupported);
  }
}

TEST(Mounts, NumbersOfAnotherFileSystemAreNotTheMounts) {
  const ScratchRoot scratch;
  scratch.write("/var/lib/containerd/x", "");
  const auto space = space_of(scratch.root(), {"250:99", "/", "/var/lib/containerd", "rw", "xfs", "/dev/x", "rw"});
  ASSERT_FALSE(space) << "a mount that did not come along into the container";
  EXPECT_EQ(space.error().code, Errc::not_found);
}

TEST(Mounts, ThisMachinesRootIsAsFullAsTheKernelSays) {
  const auto root = Root::open("/");
  const auto proc = open_proc(*root);
  const auto all = mounts(*root, &*proc);
  ASSERT_TRUE(all);
  const auto asked = worth_asking(all->mounts);
  const auto first = std::find_if(asked.begin(), asked.end(), [](const Mount& one) { return one.point == "/"; });
  ASSERT_NE(first, asked.end());
  const auto space = space_of(*root, *first);
  struct statvfs expected {};
  ASSERT_EQ(::statvfs("/", &expected), 0);
  if (!space) GTEST_SKIP() << space.error().message();
  EXPECT_EQ(space->size, expected.f_blocks * expected.f_frsize);
}

}  // namespace
}  // namespace unsnag::node
