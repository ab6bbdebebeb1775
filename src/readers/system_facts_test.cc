// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::ElementsAre;

TEST(Versions, HoweverTheProgramPrintsThem) {
  struct Case {
    const char* line;
    const char* fact;
  };
  for (const Case& c :
       {Case{"kubelet v1.20.15", "1 version(of=kubelet, version=1.20.15)"},
        Case{"Kubernetes v1.34.4", "1 version(of=kubelet, version=1.34.4)"},
        Case{"containerd github.com/containerd/containerd/v2 v2.1.9 b7a34ed", "1 version(of=containerd, version=2.1.9)"},
        Case{"containerd containerd.io 1.6.20 2806fc1057397dbaeefbea0e4e17bddfbd388f38", "1 version(of=containerd, version=1.6.20)"},
        Case{"dockerd 20.10.24+dfsg1 (Debian)", "1 version(of=dockerd, version=20.10.24+dfsg1)"},
        Case{"crio version 1.30.1", "1 version(of=cri-o, version=1.30.1)"},
        Case{"Linux node-a 6.1.0-1 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux", "1 version(of=kernel, version=6.1.0-1)"}}) {
    const Read r = read("versions.txt", std::string(c.line) + "\n");
    EXPECT_TRUE(r.was_read) << c.line;
    EXPECT_THAT(r.found.facts(), ElementsAre(c.fact)) << c.line;
  }
}

TEST(Versions, AUnitThatFailedInALogIsNoVersion) {
  EXPECT_FALSE(read("a.log", "kubelet stopped early\ncontainerd exited badly today\n").was_read);
}

TEST(Clock, SynchronisedOrNot) {
  EXPECT_THAT(read("timedatectl.txt",
                   "               Local time: Tue 2026-11-24 07:00:00 UTC\n           Universal time: Tue 2026-11-24 07:00:00 UTC\n"
                   "System clock synchronized: no\n              NTP service: inactive\n")
                  .found.facts(),
              ElementsAre("3 clock(how=unsynchronised)"));
  EXPECT_THAT(
      read("chrony.txt",
           "Reference ID    : A9FEA97B (169.254.169.123)\nStratum         : 4\nSystem time     : 0.000012345 seconds slow of NTP time\n"
           "Leap status     : Normal\n")
          .found.facts(),
      ElementsAre("4 clock(how=synchronised, offset=-0.000012345s)"));
}

TEST(Platform, ByOsReleaseAndByTheCollector) {
  const auto name = [](const Read& r) {
    return r.found.named("platform").empty() ? std::string() : std::string(r.found.named("platform")[0].get("name"));
  };
  EXPECT_EQ(name(read("os-release", "NAME=Bottlerocket\nID=bottlerocket\nVERSION_ID=1.44.0\n")), "bottlerocket");
  EXPECT_EQ(name(read("os-release", "NAME=\"Container-Optimized OS\"\nID=cos\nVERSION_ID=117\n")), "gke");
  EXPECT_EQ(name(read("os-release", "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n")), "");
  EXPECT_EQ(name(read("script-params.txt", "ignore_introspection: false\nignore_metrics: false\n")), "eks");
}

TEST(Units, AFailedRuntimeIsSeen) {
  const Read r = read(
      "services.txt",
      "  UNIT                LOAD   ACTIVE SUB     DESCRIPTION\n● containerd.service  loaded failed failed  containerd container runtime\n"
      "  cron.service        loaded active running Regular background program processing daemon\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_THAT(r.found.facts(), ElementsAre("2 unit-state(active=failed, sub=failed, unit=containerd.service)"));
}

TEST(Sysctl, AFullConnectionTable) {
  const Read full = read("sysctl_all.txt",
                         "kernel.pid_max = 32768\nnet.netfilter.nf_conntrack_count = 262144\nnet.netfilter.nf_conntrack_max = 262144\n");
  EXPECT_EQ(full.found.setting("kernel", "kernel.pid_max"), "32768");
  EXPECT_EQ(full.found.named("network-trouble").size(), 1u);
  EXPECT_TRUE(read("sysctl_all.txt", "net.netfilter.nf_conntrack_count = 9\nnet.netfilter.nf_conntrack_max = 262144\n")
                  .found.named("network-trouble")
                  .empty());
}

}  // namespace
}  // namespace unsnag::readers::node
