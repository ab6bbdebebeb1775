// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Processes, AnotherClientThatPulls) {
  struct Case {
    const char* name;
    const char* command;
    const char* target;
  };
  for (const Case& c :
       {Case{"ctr", "ctr -n k8s.io images pull --local --hosts-dir /etc/containerd/certs.d a.example/team/cad:2", "a.example/team/cad:2"},
        Case{"docker", "docker pull --platform linux/amd64 a.example/app:1", "a.example/app:1"},
        Case{"k3s", "k3s crictl pull --creds user:hush a.example/app:1", "a.example/app:1"},
        Case{"skopeo", "/usr/bin/skopeo copy docker://a.example/app:1 dir:/tmp/x", "a.example/app:1"},
        Case{"no pull", "ctr -n k8s.io images ls", ""}, Case{"a file name", "vim docker-pull a.example/app:1", ""}}) {
    const Read r = read(
        "ps.txt",
        fmt::format(
            "    PID     ELAPSED COMMAND\n     20       01:28 containerd --config /etc/containerd/config.toml\n     84       01:23 {}\n",
            c.command));
    ASSERT_TRUE(r.was_read) << c.name;
    const auto found = r.found.named("other-puller");
    ASSERT_EQ(found.size(), *c.target == '\0' ? 0u : 1u) << c.name;
    if (found.empty()) continue;
    EXPECT_EQ(found[0].get("target"), c.target) << c.name;
    EXPECT_EQ(found[0].get("age"), "01:23") << c.name;
    for (const auto& event : r.found.events)
      EXPECT_EQ(std::get<timeline::Note>(event.what).fact.to_string().find("hush"), std::string::npos);
  }
}

TEST(Limits, FewFilesAreLow) {
  const Read r = read("limits.txt",
                      "Limit                     Soft Limit           Hard Limit           Units     \nMax processes             96365     "
                      "           96365                processes \n"
                      "Max open files            25                   25                   files     \nMax nice priority         0         "
                      "           0                    \n");
  ASSERT_TRUE(r.was_read);
  EXPECT_THAT(r.found.facts(), ElementsAre("2 process-limit(hard=96365, soft=96365, what=processes)",
                                           "3 process-limit(hard=25, low=yes, soft=25, what=files)"));
}

TEST(Sockets, TheRuntimesPeersOnly) {
  const Read r =
      read("sockets.txt",
           "Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n0      0          10.20.3.2:47388    10.20.0.1:6443 "
           "users:((\"kubelet\",pid=51,fd=10))\n"
           "0      0          10.20.3.2:33146 10.20.103.10:443  users:((\"containerd\",pid=20,fd=26)) timer:(keepalive,15sec,0)\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_THAT(r.found.facts(), ElementsAre("3 connection(peer=10.20.103.10:443, process=containerd)"));
}

TEST(StoreState, WhatIsFetchedAndWhatIsUnpacked) {
  const Read r = read("content-ingest.txt",
                      "time=\"2026-11-24T07:33:56Z\" level=warning msg=\"DEPRECATION\"\nREF\t\tSIZE\tAGE\t\n"
                      "layer-sha256:5c978f940307a93e35c9d5b11b01c0cae172579bed0b1aed32e1eff2b5e3be48\t1.049MB\tAbout a minute\t\n"
                      "KEY                                   PARENT               KIND      \n"
                      "extract-360037294-N4cO sha256:615a05 sha256:ac7d6a Active    \nf8a747d2 sha256:ac7d6a Active    \n");
  ASSERT_TRUE(r.was_read);
  ASSERT_EQ(r.found.named("ingest").size(), 1u);
  EXPECT_EQ(r.found.named("ingest")[0].get("done"), "1.049MB");
  EXPECT_EQ(r.found.named("ingest")[0].get("age"), "About a minute");
  ASSERT_EQ(r.found.named("unpacking").size(), 1u);
  EXPECT_EQ(r.found.named("unpacking")[0].get("chain"), "sha256:615a05");
}

TEST(StoreState, NothingInFlightSaysNothing) {
  const Read r = read("content-ingest.txt", "REF\tSIZE\tAGE\t\nKEY PARENT KIND\nsha256:ac7d6a  Committed \n");
  EXPECT_TRUE(r.was_read);
  EXPECT_THAT(r.found.events, IsEmpty());
}

}  // namespace
}  // namespace unsnag::readers::node
