// SPDX-License-Identifier: Apache-2.0
// What is collected, and what `why` reads out of it.
#include "collect/system.h"

#include <unistd.h>

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "collect/configured.h"
#include "collect/kmsg.h"
#include "collect/packages.h"
#include "node/root_for_tests.h"
#include "readers/node_test.h"

namespace unsnag::collect {
namespace {

using namespace std::string_view_literals;
using node::ScratchRoot;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A running node with kubelet and containerd, as its /proc and /sys show it.
const ScratchRoot& running(const ScratchRoot& scratch) {
  scratch.write("/etc/hostname", "node-a\n").write("/etc/os-release", "ID=\"amzn\"\nVERSION_ID=\"2023\"\n");
  scratch.write("/proc/stat", "btime 1795503600\n");
  scratch.write("/proc/1/stat", "1 (systemd) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 3 1000 10 1\n");
  scratch.write("/proc/1/cmdline", "/usr/lib/systemd/systemd\0"sv);
  scratch.write("/proc/pressure/io",
                "some avg10=80.00 avg60=70.00 avg300=1.00 total=9\nfull avg10=60.00 avg60=40.00 avg300=1.00 total=9\n");
  scratch.write("/proc/diskstats", " 259       0 nvme0n1 1 0 8 1 1 0 8 1 0 1 1 0 0 0 0 0 0\n");
  scratch.write("/proc/meminfo", "MemTotal:        8000000 kB\nMemFree:  1 kB\nDirty:            512000 kB\nWriteback:             4 kB\n");
  scratch.write("/proc/sys/fs/inotify/max_user_instances", "128\n");
  const auto daemon = [&](int pid, const std::string& name, std::string_view argv, std::string_view environment) {
    const auto folder = "/proc/" + std::to_string(pid);
    scratch.write(folder + "/stat", std::to_string(pid) + " (" + name + ") S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 900 1000 100 1\n");
    scratch.write(folder + "/cmdline", argv).write(folder + "/environ", environment);
    scratch.write(folder + "/cgroup", "0::/system.slice/" + name + ".service\n");
    scratch.write(folder + "/limits",
                  "Limit                     Soft Limit           Hard Limit           Units     \n"
                  "Max open files            512                  4096                 files     \n");
    scratch.link("/usr/bin/" + name, folder + "/exe");
  };
  daemon(700, "containerd", "/usr/bin/containerd\0--config\0/opt/containerd/main.toml\0"sv,
         "HTTPS_PROXY=http://proxy.example:3128\0HOME=/root\0MY_SECRET=x\0"sv);
  daemon(812, "kubelet",
         "/usr/bin/kubelet\0--config=/etc/kubernetes/kubelet/config.json\0--config-dir\0/etc/kubernetes/kubelet/config.json.d\0"
         "--kubeconfig=/var/lib/kubelet/kubeconfig\0--image-pull-progress-deadline=2m\0"sv,
         "PATH=/usr/bin\0"sv);
  scratch.write("/proc/900/stat", "900 (unpigz) D 700 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 900 1000 100 1\n");
  scratch.write("/proc/900/cmdline", "unpigz\0-d\0-c\0"sv).write("/proc/900/wchan", "folio_wait_bit");
  scratch.write("/sys/fs/cgroup/cgroup.controllers", "io memory\n");
  scratch.write("/sys/fs/cgroup/system.slice/containerd.service/io.max", "259:0 rbps=max wbps=2097152 riops=max wiops=max\n");
  scratch.write("/sys/fs/cgroup/system.slice/containerd.service/io.pressure", "some avg10=1.00 avg60=99.00 avg300=1.00 total=9\n");
  scratch.write("/sys/block/nvme0n1/size", "41943040\n").write("/sys/block/nvme0n1/queue/scheduler", "[none] mq-deadline\n");
  scratch.write("/sys/block/nvme0n1/device/model", "Amazon Elastic Block Store              \n");
  scratch.write("/sys/block/nvme0n1/device/serial", "vol0abc\n");
  return scratch;
}

struct Seen {
  std::map<std::string, std::string> texts;
  std::map<std::string, Error> gaps;
  [[nodiscard]] std::string operator[](const std::string& path) const {
    const auto known = texts.find(path);
    return known == texts.end() ? "" : known->second;
  }
  /// What `why` learns from it.
  [[nodiscard]] readers::node::Recorder read(const std::string& path) const { return readers::node::read(path, (*this)[path]).found; }
};

Seen gather(const node::Root& root, std::initializer_list<void (*)(const Survey&, Gathered&)> parts) {
  auto found = survey(root);
  found->between = std::chrono::milliseconds(20);
  Gathered gathered;
  for (const auto part : parts) part(*found, gathered);
  Seen seen;
  for (auto& one : gathered.documents) {
    EXPECT_FALSE(one.what.empty() || one.source.empty()) << one.path;
    EXPECT_TRUE(seen.texts.emplace(one.path, one.text).second) << one.path << " twice";
  }
  for (auto& one : gathered.gaps) seen.gaps.emplace(one.path, one.why);
  return seen;
}

TEST(System, ADiskThatWaitsIsSeenAsOne) {
  const ScratchRoot scratch;
  const auto seen = gather(running(scratch).root(), {pressure, memory, disk_load});
  const auto pressed = seen.read("system/pressure.txt");
  EXPECT_EQ(pressed.named("pressure", "resource", "io").size(), 1U);
  EXPECT_EQ(pressed.named("slow-disk", "how", "pressure").size(), 1U);
  EXPECT_EQ(seen.read("system/meminfo.txt").named("dirty-pages", "dirty", "512000 kB").size(), 1U);
  const auto load = seen.read("system/diskstats.txt");
  EXPECT_EQ(load.named("disk-load", "device", "nvme0n1").size(), 1U) << seen["system/diskstats.txt"];
  EXPECT_EQ(load.named("slow-disk", "how", "throttled").size(), 1U) << "io.max of containerd's cgroup";
  EXPECT_THAT(seen["system/diskstats.txt"], HasSubstr("[900] unpigz state D wchan folio_wait_bit"));
  EXPECT_THAT(seen["system/cgroups.txt"], HasSubstr("io.pressure: some avg10=1.00"));
  EXPECT_THAT(seen.read("system/cgroups.txt").named("pressure"), IsEmpty()) << "a cgroup's pressure is not the node's";
}

TEST(System, DaemonsTellHowTheyWereStarted) {
  const ScratchRoot scratch;
  const auto seen = gather(running(scratch).root(), {processes});
  EXPECT_EQ(seen.read("config/proc/kubelet.cmdline").setting("kubelet", "image-pull-progress-deadline"), "2m");
  EXPECT_EQ(seen.read("config/proc/containerd.environment").named("proxy-set", "of", "containerd").size(), 1U);
  EXPECT_THAT(seen["config/proc/containerd.environment"], Not(HasSubstr("MY_SECRET=")));
  EXPECT_THAT(seen["config/proc/containerd.environment"], HasSubstr("# without their values: HOME MY_SECRET"));
  EXPECT_EQ(seen.read("config/proc/containerd.limits").named("process-limit", "low", "yes").size(), 1U);
  EXPECT_EQ(seen.read("system/ps.txt").named("process-state", "process", "unpigz").size(), 1U) << seen["system/ps.txt"];
}

TEST(System, TheKernelsSettingsAndNamesAreRead) {
  const ScratchRoot scratch;
  const auto seen = gather(running(scratch).root(), {kernel, clock, disks});
  EXPECT_EQ(seen.read("system/sysctl.txt").setting("kernel", "fs.inotify.max_user_instances"), "128");
  EXPECT_EQ(seen.read("system/os-release").named("version", "of", "os").size(), 1U);
  EXPECT_EQ(seen.read("system/uname.txt").named("version", "of", "kernel").size(), 1U) << seen["system/uname.txt"];
  EXPECT_EQ(seen.read("system/clock.txt").named("clock").size(), 1U) << seen["system/clock.txt"];
  EXPECT_THAT(seen["system/block-devices.txt"], HasSubstr("nvme0n1  -  21.5\\040GB  -  none"));
  EXPECT_THAT(seen["system/block-devices.txt"], HasSubstr("Amazon\\040Elastic\\040Block\\040Store  vol0abc"));
}

TEST(System, ARootThatIsNotRunningSaysNothingOfThisMachine) {
  const ScratchRoot scratch;
  scratch.write("/etc/containerd/config.toml", "version = 2\n");
  const auto root = scratch.root();
  const auto looked = survey(root);
  EXPECT_FALSE(looked->proc);
  EXPECT_FALSE(looked->kernel_is_nodes);
  EXPECT_FALSE(looked->no_proc.empty());
  const auto seen =
      gather(root, {pressure, disks, processes, stores, memory, kernel, clock, configuration, versions, kernel_log, disk_load});
  for (const auto& [path, text] : seen.texts)
    EXPECT_TRUE(path.starts_with("config/") || path == "system/df.txt" || path == "system/df-inodes.txt" || path == "system/mounts.txt")
        << path;
  EXPECT_EQ(seen["config/etc/containerd/config.toml"], "version = 2\n");
  EXPECT_EQ(seen.gaps.count("system/ps.txt"), 0U) << "one line for all that only a running node has";
  EXPECT_TRUE(seen.gaps.contains("system/uname.txt")) << "that the kernel's side is missing is said";
}

TEST(System, StoresAreFoundWhereTheConfigurationPutsThem) {
  const ScratchRoot scratch;
  scratch.write("/etc/containerd/config.toml", "version = 2\nroot = \"/data/images\"\n");
  scratch.write("/data/images/io.containerd.content.v1.content/ingest/abc/ref", "k8s.io/1/layer-sha256:5c978f94");
  scratch.write("/etc/docker/daemon.json", R"({"data-root": "/data/docker/"})");
  scratch.write("/data/docker/tmp/GetImageBlob123", "x");
  const auto seen = gather(scratch.root(), {stores});
  EXPECT_THAT(seen["system/ingests.txt"], HasSubstr("k8s.io/1/layer-sha256:5c978f94"));
  EXPECT_THAT(seen["system/stores.txt"], HasSubstr("/data/docker/tmp: 1, "));
}

TEST(System, LayersInFlightAreSeenAsCtrShowsThem) {
  const ScratchRoot scratch;
  running(scratch);
  const std::string folder = "/var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content/ingest/abc/";
  scratch.write(folder + "ref", "k8s.io/1/layer-sha256:5c978f940307a93e35c9d5b11b01c0cae172579bed0b1aed32e1eff2b5e3be48");
  scratch.write(folder + "startedat", "2026-11-24T07:00:00.5Z")
      .write(folder + "updatedat", "2026-11-24T07:01:00Z")
      .write(folder + "total", "88270000");
  scratch.write(folder + "data", std::string(1'048'576, 'x'));
  scratch.write("/var/lib/rancher/k3s/agent/containerd/tmpmounts/containerd-mount1/x", "");
  scratch.write("/var/lib/docker/tmp/GetImageBlob123", std::string(2'000'000, 'x'));
  scratch.write("/var/lib/kubelet/image_manager/pulling/sha256-1", "{\"kind\":\"ImagePullIntent\",\"image\":\"registry.example/app:1\"}");
  const auto seen = gather(scratch.root(), {stores});
  const auto found = seen.read("system/ingests.txt").named("ingest", "kind", "layer");
  ASSERT_EQ(found.size(), 1U) << seen["system/ingests.txt"];
  EXPECT_EQ(found[0].get("done"), "1 MB");
  EXPECT_THAT(seen["system/ingests.txt"], HasSubstr("1048576 of 88270000 bytes, started 2026-11-24T07:00:00.5Z"));
  EXPECT_THAT(seen["system/stores.txt"], HasSubstr("/tmpmounts: 1 "));
  EXPECT_THAT(seen["system/stores.txt"], HasSubstr("/var/lib/docker/tmp: 1, 2 MB"));
  EXPECT_THAT(seen["system/kubelet-pulling.txt"], HasSubstr("registry.example/app:1"));
}

TEST(System, ThisMachineIsReadWithoutHelpers) {
  const auto root = node::Root::open("/");
  const auto seen =
      gather(*root, {pressure, disks, processes, stores, memory, kernel, clock, network, configuration, versions, kernel_log, disk_load});
  EXPECT_THAT(seen.read("system/df.txt").named("fs-usage", "mount", "/"), testing::SizeIs(1)) << seen["system/df.txt"];
  EXPECT_THAT(seen.read("system/mounts.txt").named("mount", "mount", "/"), testing::SizeIs(testing::Ge(1U)));
  EXPECT_THAT(seen.read("system/uname.txt").named("version", "of", "kernel"), testing::SizeIs(1));
  EXPECT_TRUE(contains(seen["system/ps.txt"], " " + std::to_string(::getppid()) + " ")) << "the test's own row names its parent";
  EXPECT_FALSE(seen["system/network.txt"].empty() && !seen.gaps.contains("system/network.txt"));
}

// df's own numbers: a mount that is full is the fact that the verdict needs.
TEST(System, AFullFileSystemIsFull) {
  const auto facts = readers::node::read("system/df.txt",
                                         "Filesystem  Type  1024-blocks  Used  Available  Capacity  Mounted on\n"
                                         "/dev/nvme1n1  xfs  20971520  20971000  520  100%  /var/lib/containerd\n"
                                         "\n# /mnt/x is not asked or did not answer: nfs4, whose server may not answer, is not asked\n");
  ASSERT_TRUE(facts.was_read);
  const auto full = facts.found.named("fs-usage", "mount", "/var/lib/containerd");
  ASSERT_EQ(full.size(), 1U);
  EXPECT_EQ(full[0].get("use"), "100");
}

TEST(KernelLog, RecordsBecomeLinesWithADate) {
  const SysTime booted{std::chrono::seconds(1795503600)};
  struct Case {
    const char* record;
    const char* line;
  };
  for (const auto& [record, line] :
       std::vector<Case>{{"6,339,5140900,-;NET: Registered protocol family 10\n SUBSYSTEM=net\n",
                          "2026-11-24T07:00:05.140900+00:00 node-a kernel: NET: Registered protocol family 10\n"},
                         {"3,1,0,-;a\\x0ab\n", "2026-11-24T07:00:00.000000+00:00 node-a kernel: a b\n"},
                         {"30,7,1000000,-;systemd[1]: Starting\n", "2026-11-24T07:00:01.000000+00:00 node-a systemd[1]: Starting\n"}}) {
    const auto parsed = parse_kernel_record(record);
    ASSERT_TRUE(parsed) << record;
    EXPECT_EQ(kernel_line(*parsed, booted, "node-a"), line);
  }
  for (const auto* bad : {"", ";", "6,1;x", "x,1,2;y", "6,1,-5,-;x", "6,1,9223372036854775,-;x", "6,1,9223372036854775807,-;x",
                          "6,1,99999999999999999999,-;x"})
    EXPECT_FALSE(parse_kernel_record(bad)) << bad;
}

TEST(Packages, InstalledOnesOnly) {
  const auto found = package_versions(
      "Package: containerd.io\nStatus: install ok installed\nVersion: 1.6.28-1\n\nPackage: docker-ce\nStatus: install ok installed\n"
      "Version: 5:24.0.7-1~debian.12~bookworm\n\nPackage: kubelet\nStatus: deinstall ok config-files\nVersion: 1.28.0-1\n");
  EXPECT_EQ(found, (std::map<std::string, std::string>{{"containerd", "1.6.28-1"}, {"dockerd", "24.0.7-1~debian.12~bookworm"}}));
}

}  // namespace
}  // namespace unsnag::collect
