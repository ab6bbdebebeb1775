// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Df, SpaceAndInodesOfOneTranscript) {
  const Read r = read("df.txt",
                      "$ df -h /var/lib/containerd\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/loop1      290M  3.2M  283M   "
                      "2% /var/lib/containerd\n"
                      "$ df -i /var/lib/containerd\nFilesystem     Inodes IUsed IFree IUse% Mounted on\n/dev/loop1       1520  1520     0  "
                      "100% /var/lib/containerd\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_THAT(r.found.facts(),
              ElementsAre("3 fs-usage(avail=283M, device=/dev/loop1, mount=/var/lib/containerd, size=290M, use=2, used=3.2M)",
                          "6 fs-usage(device=/dev/loop1, inodes=100, inodes-free=0, mount=/var/lib/containerd)"));
}

TEST(Df, EachDialect) {
  struct Case {
    const char* name;
    const char* header;
    const char* row;
    const char* use;
  };
  for (const Case& c :
       {Case{"1K blocks", "Filesystem     1K-blocks  Used Available Use% Mounted on", "/dev/nvme0n1p1   20959212 20959192        20 100% /",
             "100"},
        Case{"posix", "Filesystem 1024-blocks Used Available Capacity Mounted on", "/dev/sda1 100 96 4 96% /var", "96"},
        Case{"with type", "Filesystem Type Size Used Avail Use% Mounted on", "/dev/sda1 xfs 30G 29G 1.5G 96% /", "96"},
        Case{"broken row", "Filesystem      Size  Used Avail Use% Mounted on",
             "/dev/mapper/a-very-long-name-of-a-volume-group\n   30G  29G  1.5G  96% /", "96"},
        Case{"blank in mount", "Filesystem      Size  Used Avail Use% Mounted on", "/dev/sdb1 1G 1G 0 100% /mnt/my disk", "100"}}) {
    const Read r = read("disk.txt", fmt::format("{}\n{}\n", c.header, c.row));
    ASSERT_EQ(r.found.named("fs-usage").size(), 1u) << c.name;
    EXPECT_EQ(r.found.named("fs-usage")[0].get("use"), c.use) << c.name;
  }
}

TEST(Df, WithoutAHeaderTheCommandTellsTheColumns) {
  const std::string row = "/dev/vda1  1310720 1310720    0  100% /\n", typed = "/dev/vda1 ext4 1310720 1310720    0  100% /\n";
  for (const auto* command : {"$ df -i | grep -v tmpfs", "df -i", "df -hi /", "root@n:~# df --inodes /", "# df -i"}) {
    const auto facts = read("-", std::string(command) + "\n" + row).found;
    EXPECT_EQ(facts.named("fs-usage", "inodes", "100").size(), 1u) << command;
    EXPECT_TRUE(facts.named("fs-usage", "use", "100").empty()) << command;
  }
  EXPECT_EQ(read("-", "$ df -iT\n" + typed).found.named("fs-usage", "inodes", "100").size(), 1u);
  for (const auto* command : {"$ df -h | grep vda", "df", "$ df -k /"})
    EXPECT_EQ(read("-", std::string(command) + "\n" + row).found.named("fs-usage", "use", "100").size(), 1u) << command;
  for (const auto* command :
       {"", "nothing", "$ ls -i", "$ df -i | awk '{print}'", "$ df --output=iused,target", "df -i says that it is full", "$ df -i\n"})
    EXPECT_THAT(read("-", std::string(command) + "\n" + row).found.events, IsEmpty()) << command;
}

TEST(Df, WhatIsAlwaysFullOrHoldsNoImagesIsLeftOut) {
  EXPECT_THAT(read("df.txt",
                   "Filesystem      Size  Used Avail Use% Mounted on\n/dev/loop3       64M   64M     0 100% /snap/core20/1\ntmpfs 5M 5M 0 "
                   "100% /run/lock\n"
                   "overlay 20G 19G 1G 95% /var/lib/docker/overlay2/90f6/merged\nshm 64M 0 64M 0% /dev/shm\n")
                  .found.events,
              IsEmpty());
}

TEST(Df, InAPasteItIsReadButThePasteStaysALog) {
  const Read r = read(
      "-",
      "Events:\n  Warning Failed kubelet Failed to pull image\n  Normal BackOff kubelet Back-off\n  Warning Failed kubelet Error\n\n"
      "Filesystem      Size  Used Avail Use% Mounted on\n/dev/nvme0n1p2   30G   29G  1.5G  96% /\n\nand then it went away\nby itself\n");
  EXPECT_FALSE(r.was_read);
  EXPECT_EQ(r.found.named("fs-usage", "use", "96").size(), 1u);
}

TEST(Df, TheTimeAboveATableIsItsTime) {
  const Read r =
      read("system.txt",
           "--- end\n2026-11-24T07:28:23Z\nFilesystem Size Used Avail Use% Mounted on\n/dev/loop0 12G 994M 11G 9% /var/lib/docker\n");
  ASSERT_EQ(r.found.events.size(), 1u);
  ASSERT_TRUE(r.found.events[0].when.at);
  EXPECT_EQ(format_rfc3339(*r.found.events[0].when.at), "2026-11-24T07:28:23Z");
}

TEST(Mounts, AReadOnlyStoreIsSaidButNotARootThatIsMeantToBe) {
  const Read r =
      read("mounts.txt",
           "/dev/vda on / type ext4 (ro,relatime)\nproc on /proc type proc (rw)\n/dev/vdb on /var/lib/containerd type ext4 (ro,relatime)\n"
           "/dev/vdc /var/lib/kubelet xfs rw,sync,relatime 0 0\n");
  ASSERT_TRUE(r.was_read);
  ASSERT_EQ(r.found.named("read-only-fs").size(), 1u);
  EXPECT_EQ(r.found.named("read-only-fs")[0].get("path"), "/var/lib/containerd");
  EXPECT_EQ(r.found.named("mount", "sync", "yes").at(0).get("mount"), "/var/lib/kubelet");
}

}  // namespace
}  // namespace unsnag::readers::node
