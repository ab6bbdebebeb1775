// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view k_unit =
    "# /etc/systemd/system/kubelet.service\n"
    "[Service]\n"
    "ExecStart=/usr/bin/kubelet \\\n"
    "    --container-runtime docker \\\n"
    "    --network-plugin= --image-pull-progress-deadline=2m $KUBELET_ARGS $KUBELET_EXTRA_ARGS\n"
    "Restart=always\n"
    "\n"
    "# /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf\n"
    "[Service]\n"
    "Environment='KUBELET_EXTRA_ARGS=--node-labels=role=worker --v=2'\n";

TEST(Unit, FlagsAreFoundOverContinuedLinesAndInVariables) {
  const Read r = read("kubelet_service.txt", k_unit);
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.setting("kubelet", "image-pull-progress-deadline"), "2m");
  EXPECT_EQ(r.found.setting("kubelet", "container-runtime"), "docker");
  const auto labels = r.found.named("setting", "key", "node-labels");
  ASSERT_EQ(labels.size(), 1u);
  EXPECT_EQ(labels[0].get("value"), "role=worker");
  EXPECT_EQ(labels[0].get("path"), "/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf");
  for (const auto& event : r.found.events) {
    const auto& fact = std::get<timeline::Note>(event.what).fact;
    if (fact.get("key") == "image-pull-progress-deadline") {
      EXPECT_EQ(event.origin.line, 5u);
    }
    if (fact.get("key") == "node-labels") {
      EXPECT_EQ(event.origin.line, 10u);
    }
  }
  EXPECT_THAT(r.found.oddities(), IsEmpty());
}

TEST(Unit, AFlagStandsInItsOwnLineAndNotWhereItsWordsStandToo) {
  const Read r =
      read("kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet --config=/etc/--v=5 \\\n \\\n --v=5 --registry-\"qps\"=7\n");
  for (const auto& event : r.found.events) {
    const auto& fact = std::get<timeline::Note>(event.what).fact;
    EXPECT_EQ(event.origin.line, fact.get("key") == "config" ? 2u : 4u) << fact.to_string();
  }
  EXPECT_EQ(r.found.setting("kubelet", "registryPullQPS"), "7");
}

// Looking for the line of each of these words took a minute, and the variables four gigabytes.
TEST(Unit, ManyWordsAndLongVariablesAreReadInLinearTime) {
  std::string words = "[Service]\nExecStart=/usr/bin/kubelet --config=/etc/a \\\n";
  for (int line = 0; line < 300; ++line) {
    for (int word = 0; word < 2500; ++word) words += "a\"b\" ";
    words += "\\\n";
  }
  EXPECT_EQ(read("kubelet.service", words).found.setting("kubelet", "config"), "/etc/a");
  std::string variables = "[Service]\nEnvironment=A=" + std::string(1'000'000, 'x') + "\nExecStart=/usr/bin/kubelet --config=/etc/a";
  for (int i = 0; i < 4000; ++i) variables += " ${A}";
  EXPECT_EQ(read("kubelet.service", variables + "\n").found.setting("kubelet", "config"), "/etc/a");
}

TEST(Unit, ALaterVariableReplacesTheEarlierOneAndSaysWhatIsLost) {
  const Read r = read("kubelet_service.txt", std::string(k_unit) +
                                                 "# /etc/systemd/system/kubelet.service.d/99-deadline.conf\n[Service]\n"
                                                 "Environment=\"KUBELET_EXTRA_ARGS=--image-pull-progress-deadline=30m\"\n");
  EXPECT_EQ(r.found.setting("kubelet", "image-pull-progress-deadline"), "30m");
  EXPECT_EQ(r.found.setting("kubelet", "node-labels"), "");
  const auto odd = r.found.named("setting-oddity");
  ASSERT_EQ(odd.size(), 1u);
  EXPECT_EQ(odd[0].get("why"), "replaces-earlier-value");
  EXPECT_EQ(odd[0].get("value"), "--node-labels, --v");
}

TEST(Unit, AnEmptyExecStartResetsTheCommand) {
  const Read r =
      read("cri-docker.txt",
           "# /usr/lib/systemd/system/cri-docker.service\n[Service]\nExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd://\n"
           "# /etc/systemd/system/cri-docker.service.d/10-deadline.conf\n[Service]\nExecStart=\n"
           "ExecStart=/usr/bin/cri-dockerd --image-pull-progress-deadline=15m\n");
  EXPECT_EQ(r.found.setting("cri-dockerd", "image-pull-progress-deadline"), "15m");
  EXPECT_EQ(r.found.setting("cri-dockerd", "container-runtime-endpoint"), "");
}

TEST(ProxyDropIn, HidesThePassword) {
  const Read r = read("etc/systemd/system/containerd.service.d/http-proxy.conf",
                      "[Service]\nEnvironment=\"HTTPS_PROXY=http://user:hush-hush@proxy.example:3128\" \"NO_PROXY=10.0.0.0/8,.example\"\n");
  ASSERT_TRUE(r.was_read);
  const auto proxies = r.found.named("proxy-set", "of", "containerd");
  ASSERT_EQ(proxies.size(), 2u);
  for (const auto& event : r.found.events) {
    EXPECT_EQ(event.origin.text.find("hush-hush"), std::string::npos) << event.origin.text;
    EXPECT_EQ(std::get<timeline::Note>(event.what).fact.to_string().find("hush-hush"), std::string::npos);
  }
  EXPECT_EQ(r.found.named("proxy-set", "no-proxy", "10.0.0.0/8,.example").size(), 1u);
}

TEST(ProxyDropIn, TlsToAProxyPortIsOdd) {
  EXPECT_THAT(read("docker.service.d/proxy.conf", "[Service]\nEnvironment=HTTPS_PROXY=https://proxy.example:3128\n").found.oddities(),
              ElementsAre("tls-to-proxy"));
}

TEST(EnvironmentFile, KubeadmFlagsAndNothingElse) {
  const Read r = read("var/lib/kubelet/kubeadm-flags.env",
                      "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=unix:///run/containerd/containerd.sock "
                      "--pod-infra-container-image=registry.k8s.io/pause:3.9\"\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.setting("kubelet", "pod-infra-container-image"), "registry.k8s.io/pause:3.9");
  EXPECT_FALSE(read("settings.env", "PATH=/bin\nLANG=C\n").was_read);
}

TEST(CommandLine, OfDockerdAsItIsAndWithNuls) {
  EXPECT_EQ(read("dockerd-cmdline.txt", "/usr/bin/dockerd -H unix:///var/run/docker.sock --max-concurrent-downloads=10\n")
                .found.setting("dockerd", "max-concurrent-downloads"),
            "10");
  const std::string_view nuls("/usr/bin/kubelet\0--image-pull-progress-deadline\00010m\0", 53);
  EXPECT_EQ(read("cmdline", nuls).found.setting("kubelet", "image-pull-progress-deadline"), "10m");
}

TEST(Unit, AJournalThatQuotesAUnitIsALog) {
  EXPECT_FALSE(read("kubelet.log", "Nov 24 07:23:22 node-a systemd[1]: Started\n[Service]\n").was_read);
}

}  // namespace
}  // namespace unsnag::readers::node
