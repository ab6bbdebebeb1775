// SPDX-License-Identifier: Apache-2.0
// Pastes that hold several things: the facts of all of them arrive, with the lines they stand in.
#include "readers/paste.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "readers/node_test.h"
#include "readers/read.h"

namespace unsnag::readers {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string k_describe =
    "Name:         web-7c5\nNamespace:    shop\nNode:         node-1/10.0.0.1\nStatus:       Pending\nContainers:\n  web:\n"
    "    Image:          registry.example/web:1\n    State:          Waiting\n      Reason:       ErrImagePull\n    Ready:          False\n"
    "Events:\n  Type     Reason   Age   From     Message\n  ----     ------   ----  ----     -------\n"
    "  Warning  Failed   5s    kubelet  Failed to pull image \"registry.example/web:1\": write /var/lib/containerd/x: no space left on "
    "device\n";
const std::string k_df = "Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda1        30G   30G     0 100% /\n";
const std::string k_inodes = "Filesystem     Inodes IUsed IFree IUse% Mounted on\n/dev/vda1        1520  1520     0  100% /\n";
const std::string k_hosts =
    "server = \"https://registry-1.docker.io\"\n\n[host.\"https://mirror.example\"]\n  capabilities = [\"pull\", \"resolve\"]\n";
const std::string k_config = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  image_pull_progress_timeout = \"7m\"\n";
const std::string k_unit = "# /etc/systemd/system/kubelet.service\n[Service]\nExecStart=/usr/bin/kubelet \\\n  --registry-qps=3\n";
const std::string k_crictl =
    "{\n  \"status\": {\n    \"conditions\": []\n  },\n  \"config\": {\n    \"containerd\": {\n      \"snapshotter\": \"stargz\"\n    }\n  "
    "}\n}\n";
const std::string k_kubelet =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: false\nkind: KubeletConfiguration\n"
    "registryPullQPS: 9\n";

std::vector<std::string> facts_of(const std::string& paste) {
  node::Recorder recorder;
  read_paste(paste, recorder);
  return recorder.facts();
}

/// The fact that begins so, wherever it stands; "" when it is missing.
std::string line_of(const std::vector<std::string>& facts, std::string_view fact) {
  for (const auto& one : facts)
    if (const auto blank = one.find(' '); std::string_view(one).substr(blank + 1).substr(0, fact.size()) == fact)
      return one.substr(0, blank);
  return "";
}

std::string line_in(const std::string& paste, std::string_view text) {
  return std::to_string(count_of(std::string_view(paste).substr(0, paste.find(text)), '\n') + 1);
}

TEST(Paste, FactsOfAllPartsArriveInWhateverOrderAndWhateverStandsBetween) {
  const std::vector<std::string> parts{k_describe, k_df, k_inodes, k_hosts, k_config, k_unit, k_crictl, k_kubelet};
  struct Between {
    const char* name;
    std::vector<std::string> before, after;  // of each part; one for all when there is one
  };
  const Between betweens[] = {
      {"blank lines", {""}, {"\n"}},
      {"prose", {"Here is the next one, as you asked.\n\n"}, {"\n"}},
      {"fences", {"```\n"}, {"```\n"}},
      {"fences with words", {"And this:\n```console\n"}, {"```\n\n"}},
      {"prompts",
       {"$ kubectl describe pod web-7c5\n", "$ df -h\n", "$ df -i\n", "$ cat /etc/containerd/certs.d/docker.io/hosts.toml\n",
        "root@n:~# cat /etc/containerd/config.toml\n", "[root@n ~]# systemctl cat kubelet\n", "# crictl info\n",
        "$ sudo cat /var/lib/kubelet/config.yaml\n"},
       {""}},
      {"head",
       {"\n", "\n", "\n", "==> /etc/containerd/certs.d/docker.io/hosts.toml <==\n", "==> /etc/containerd/config.toml <==\n", "==> x <==\n",
        "\n", "==> /var/lib/kubelet/config.yaml <==\n"},
       {"\n"}},
  };
  for (const auto& between : betweens)
    for (std::size_t turn = 0; turn < parts.size(); ++turn) {
      std::string paste;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto at = (i + turn) % parts.size();
        paste += between.before[between.before.size() == 1 ? 0 : at] + parts[at] + between.after[between.after.size() == 1 ? 0 : at];
      }
      const auto facts = facts_of(paste);
      const auto where = std::string(between.name) + ", turn " + std::to_string(turn) + "\n" + paste;
      EXPECT_EQ(line_of(facts, "no-space("), line_in(paste, "Failed to pull")) << where;
      EXPECT_EQ(line_of(facts, "waiting-reason("), line_in(paste, "ErrImagePull")) << where;
      EXPECT_EQ(line_of(facts, "fs-usage(avail=0"), line_in(paste, "/dev/vda1        30G")) << where;
      EXPECT_EQ(line_of(facts, "fs-usage(device=/dev/vda1, inodes=100"), line_in(paste, "/dev/vda1        1520")) << where;
      EXPECT_EQ(line_of(facts, "mirror-set("), line_in(paste, "[host.")) << where;
      EXPECT_THAT(facts, Contains(HasSubstr("key=image_pull_progress_timeout"))) << where;
      EXPECT_THAT(facts, Contains(HasSubstr("key=registryPullQPS, of=kubelet, origin=flag"))) << where;
      EXPECT_THAT(facts, Contains(HasSubstr("value=stargz"))) << where;
      EXPECT_THAT(facts, Contains(HasSubstr("value=9"))) << where;
      EXPECT_THAT(facts, Not(Contains(HasSubstr("oddity")))) << where;
      EXPECT_THAT(facts, Not(Contains(HasSubstr("broken")))) << where;
    }
}

TEST(Paste, LogLinesBetweenThePartsAreRead) {
  const auto log = std::string("time=\"2026-11-24T07:00:00Z\" level=error msg=\"PullImage \\\"registry.example/web:1\\\" failed\"\n");
  const auto facts = facts_of(k_hosts + log + k_describe + log + k_df + log);
  EXPECT_EQ(line_of(facts, "mirror-set("), "3");
  EXPECT_EQ(line_of(facts, "pull-failed("), "5");
  EXPECT_EQ(line_of(facts, "fs-usage("), "22");
}

TEST(Paste, ALabelNamesTheRegistry) {
  for (const std::string label :
       {"/etc/containerd/certs.d/quay.io/hosts.toml:\n", "My `/etc/containerd/certs.d/quay.io/hosts.toml`:\n```toml\n",
        "cat /etc/containerd/certs.d/quay.io/hosts.toml\n", "$ cat /etc/containerd/certs.d/quay.io/hosts.toml\n"})
    EXPECT_THAT(facts_of(k_describe + "\n" + label + "[host.\"https://mirror.example\"]\n"), Contains(HasSubstr("registry=quay.io")))
        << label;
}

TEST(Paste, ABrokenFileIsToldWhereAFrameSaysThatItIsWhole) {
  const std::string broken = "server = https://registry-1.docker.io\n[host.\"https://mirror.example\"]\n";
  const std::string command = "$ cat /etc/containerd/certs.d/docker.io/hosts.toml\n";
  EXPECT_THAT(facts_of(k_describe + command + broken), Contains(HasSubstr("mirror-config-broken")));
  EXPECT_THAT(facts_of(k_describe + command + k_hosts + "oops\n"), Contains(HasSubstr("mirror-config-broken")));
  EXPECT_THAT(facts_of(k_describe + command + k_hosts + "\nand then it failed\n"), Not(Contains(HasSubstr("mirror-config-broken"))));
  EXPECT_THAT(facts_of(k_describe + "\n" + broken), Not(Contains(HasSubstr("mirror-config-broken")))) << "perhaps a bad cut";
}

TEST(Paste, WhatIsKubectlsStaysKubectls) {
  const auto is_document = [](const std::string& text) { return !find_documents(split(text, '\n')).empty(); };
  EXPECT_FALSE(is_document(k_describe));
  EXPECT_FALSE(is_document(k_df));
  EXPECT_FALSE(is_document("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"));
  EXPECT_FALSE(is_document("time=\"2026-11-24T07:00:00Z\" level=error msg=x\n"));
  EXPECT_FALSE(is_document("{\"log\":\"x\",\"stream\":\"stderr\",\"time\":\"2026-11-24T07:00:00Z\"}\n"));
  EXPECT_FALSE(is_document("# a heading\nand words = none of them a file (see below)\n"));
  node::Recorder recorder;
  EXPECT_EQ(read_documents({"-", k_describe, {}}, recorder), "");
  EXPECT_THAT(recorder.events, IsEmpty());
}

TEST(Paste, IsCutInLinearTimeAndALongTextNotAtAll) {
  for (const std::string part :
       {"#\n", "{\n", "{}\n", "kind: x\n", "[a]\n", "a = [\n", "a=\\\n", "```\n", "\n", "/etc/x:\n", "apiVersion: a\nb\n", "a=1\nb\n"}) {
    std::string text;
    while (text.size() + part.size() <= k_max_paste) text += part;
    node::Recorder recorder;
    const auto begin = std::chrono::steady_clock::now();
    read_documents({"-", text, {}}, recorder);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5)) << part;
    EXPECT_EQ(read_documents({"-", text + k_hosts + std::string(k_max_paste, '\n'), {}}, recorder), "");
  }
}

TEST(Paste, ATableOfDisksInTheJournalIsStillOne) {
  std::string journal;
  for (const auto line : split(k_df, '\n'))
    if (!line.empty()) journal.append("Mar 18 06:12:02 node-1 df[3000]: ").append(line).append("\n");
  EXPECT_THAT(facts_of(journal), Contains(HasSubstr("fs-usage")));
}

}  // namespace
}  // namespace unsnag::readers
