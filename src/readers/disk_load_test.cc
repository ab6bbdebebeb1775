// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> slow(const Read& r) {
  std::vector<std::string> list;
  for (const auto& fact : r.found.named("slow-disk"))
    list.push_back(fmt::format("{} {} {}", fact.get("how"), fact.get("device"), fact.get("rate")));
  return list;
}

// Recorded on volumes limited to 2 MB/s and 1.5 MB/s.
constexpr std::string_view k_blocked =
    "$ cat /proc/pressure/io\nsome avg10=73.71 avg60=78.34 avg300=69.88 total=1433050573\nfull avg10=0.00 avg60=0.00 avg300=0.40 "
    "total=212038470\n"
    "$ grep loop4 /proc/diskstats; sleep 10; grep loop4 /proc/diskstats\n"
    "   7       4 loop4 2938 48 107024 1264 25905 26131 1253310 51450 1 31796 75892 0 0 0 0 12877 23177\n"
    "   7       4 loop4 2939 48 107032 1264 26698 27356 1283566 55019 0 35224 81992 0 0 0 0 13383 25708\n"
    "$ cat /proc/PID/stack of containerd's threads\n[2291] state D wchan folio_wait_bit\n";

TEST(DiskLoad, AThreadInDOnADeviceThatCrawls) {
  const Read r = read("io.txt", k_blocked);
  ASSERT_TRUE(r.was_read);
  EXPECT_THAT(slow(r), ElementsAre("blocked loop4 1.5 MB/s"));
}

TEST(DiskLoad, RequestsInFlightWhileTasksWait) {
  const Read r =
      read("io.txt",
           "$ cat /proc/pressure/io\nsome avg10=54.43 avg60=75.17 avg300=73.97 total=1\nfull avg10=0.04 avg60=0.02 avg300=0.18 total=2\n"
           "$ grep loop6 /proc/diskstats; sleep 3; grep loop6 /proc/diskstats\n"
           "   7       6 loop6 1043 16 37338 640 27648 30243 1153400 41250 1 37456 73707 0 0 0 0 16259 31816\n"
           "   7       6 loop6 1046 16 37362 641 27765 30507 1156440 42238 0 38084 75422 0 0 0 0 16376 32542\n");
  EXPECT_THAT(slow(r), ElementsAre("saturated loop6 522.9 kB/s"));
}

TEST(DiskLoad, HighSomeAloneIsABusyNodeNotASlowDisk) {
  // A healthy node of the same recording machine: `some` near 100, `full` 0.
  const Read r =
      read("psi.txt",
           "2026-11-24T07:02:18Z\nsome avg10=98.02 avg60=84.46 avg300=75.05 total=1\nfull avg10=0.00 avg60=0.06 avg300=0.00 total=2\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_THAT(slow(r), IsEmpty());
  EXPECT_EQ(r.found.named("pressure").at(0).get("some10"), "98.0");
}

TEST(DiskLoad, FullPressureForAMinuteIsSlow) {
  const Read r = read("psi.txt",
                      "2026-11-24T07:26:54Z\nsome avg10=60 avg60=60 avg300=60 total=1\nfull avg10=3.00 avg60=4.00 avg300=0.00 total=2\n"
                      "2026-11-24T07:26:59Z\nsome avg10=81 avg60=69 avg300=60 total=3\nfull avg10=59.56 avg60=31.80 avg300=9.24 total=4\n");
  EXPECT_EQ(slow(r).size(), 1u);
  const auto& event = r.found.events.at(1);
  EXPECT_EQ(event.origin.line, 6u);
  EXPECT_EQ(format_rfc3339(*event.when.at), "2026-11-24T07:26:59Z");
}

TEST(DiskLoad, PressureOnMemoryIsNoDisk) {
  EXPECT_THAT(
      slow(read("io.txt",
                "$ cat /proc/pressure/memory\nsome avg10=90 avg60=90 avg300=60 total=1\nfull avg10=80 avg60=80 avg300=9.24 total=4\n")),
      IsEmpty());
}

constexpr std::string_view k_header = "Device            r/s     rkB/s     w/s     wkB/s   w_await  aqu-sz  %util\n";

TEST(Iostat, ADeviceAtItsEnd) {
  struct Case {
    const char* name;
    const char* row;
    std::size_t slow;
  };
  for (const Case& c : {Case{"busy and slow", "nvme1n1 0.00 0.00 120.00 9000.00 240.00 30.00 99.80\n", 1},
                        Case{"busy and fast", "nvme1n1 0.00 0.00 2000.00 500000.00 2.00 8.00 99.80\n", 0},
                        Case{"idle", "nvme1n1 0.00 0.00 7.00 6968.00 27.00 0.20 13.50\n", 0}}) {
    // The first table is the average since boot and counts for nothing.
    const std::string text = "Linux 6.1.0 (node-a) \t11/24/26 \t_x86_64_\t(2 CPU)\n\n11/24/26 07:23:23\n" + std::string(k_header) +
                             "nvme1n1 0.00 0.00 1.00 9.00 1.00 0.10 99.00\n\n11/24/26 07:23:28\n" + std::string(k_header) + c.row;
    const Read r = read("iostat.txt", text);
    ASSERT_TRUE(r.was_read) << c.name;
    EXPECT_EQ(slow(r).size(), c.slow) << c.name;
    EXPECT_EQ(r.found.named("disk-load").size(), 1u) << c.name;
    EXPECT_EQ(format_rfc3339(*r.found.events[0].when.at), "2026-11-24T07:23:28Z") << c.name;
    EXPECT_FALSE(r.found.events[0].when.zone_known) << c.name;
  }
}

TEST(Throttle, OnlyOfTheDeviceThatTheTextMeasures) {
  const std::string stats = "   7       0 loop0 1561 145 213972 3858 32548 168124 32362040 130784 0 42672 140054 0 0 0 0 5239 5411\n";
  EXPECT_THAT(slow(read("system.txt", stats + "blkio.throttle.write_bps_device: 7:8 8000000\n7:0 7000000\n")),
              ElementsAre("throttled loop0 7 MB/s"));
  EXPECT_THAT(slow(read("system.txt", stats + "blkio.throttle.write_bps_device: 7:8 8000000\n")), IsEmpty());
  EXPECT_THAT(slow(read("system.txt", stats + "blkio.throttle.write_bps_device: 7:0 500000000\n")), IsEmpty());
  EXPECT_THAT(slow(read("system.txt", stats + "blkio.throttle.write_bps_device: no limit\n")), IsEmpty());
}

TEST(DirtyPages, TheMostThatWaited) {
  const Read r =
      read("psi.txt", "Dirty:            501932 kB\nWriteback:           220 kB\nDirty:            102 kB\nWriteback:       1193752 kB\n");
  EXPECT_THAT(r.found.facts(), ElementsAre("4 dirty-pages(dirty=501932 kB, writeback=1193752 kB)"));
}

}  // namespace
}  // namespace unsnag::readers::node
