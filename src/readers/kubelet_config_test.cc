// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(KubeletConfig, YamlJsonAndConfigzSayTheSame) {
  struct Case {
    const char* name;
    const char* text;
    const char* origin;
  };
  for (const Case& c :
       {Case{"yaml",
             "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: \"KubeletConfiguration\"\nserializeImagePulls: false\nevictionHard:\n  "
             "imagefs.available: \"25%\"\n",
             "file"},
        Case{"json",
             "{\n \"kind\": \"KubeletConfiguration\",\n \"serializeImagePulls\": false,\n \"evictionHard\": {\"imagefs.available\": "
             "\"25%\"}\n}\n",
             "file"},
        Case{"configz", "{\"kubeletconfig\":{\"serializeImagePulls\":false,\"evictionHard\":{\"imagefs.available\":\"25%\"}}}",
             "effective"}}) {
    const Read r = read("kubelet-config", c.text);
    ASSERT_TRUE(r.was_read) << c.name;
    EXPECT_EQ(r.found.setting("kubelet", "serializeImagePulls"), "false") << c.name;
    EXPECT_EQ(r.found.setting("kubelet", "evictionHard.imagefs.available"), "25%") << c.name;
    EXPECT_EQ(r.found.named("setting").at(0).get("origin"), c.origin) << c.name;
    EXPECT_THAT(r.found.oddities(), IsEmpty()) << c.name;
  }
}

TEST(KubeletConfig, TheDockershimsDeadlineHasNoKeyHere) {
  EXPECT_THAT(read("config.yaml", "kind: KubeletConfiguration\nimagePullProgressDeadline: 10m\n").found.oddities(),
              ElementsAre("unknown-key"));
}

TEST(KubeletConfig, ParallelPullsWithSerialOnesAreRefused) {
  EXPECT_THAT(read("c.yaml", "kind: KubeletConfiguration\nserializeImagePulls: true\nmaxParallelImagePulls: 4\n").found.oddities(),
              ElementsAre("refused"));
  EXPECT_THAT(read("c.yaml", "kind: KubeletConfiguration\nserializeImagePulls: true\nmaxParallelImagePulls: 1\n").found.oddities(),
              IsEmpty());
}

TEST(CredentialProviders, NamesTheImagesItIsAskedFor) {
  const Read r = read("credential-provider.yaml",
                      "kind: \"CredentialProviderConfig\"\nproviders:\n  - name: \"ecr-credential-provider\"\n    matchImages:\n"
                      "      - \"*.dkr.ecr.*.amazonaws.com\"\n      - \"https://public.example\"\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.named("credential-provider").at(0).get("match"), "*.dkr.ecr.*.amazonaws.com, https://public.example");
  EXPECT_THAT(r.found.oddities(), ElementsAre("never-matches"));
}

TEST(NodeConfig, FlagsAndTheContainerdTextInsideIt) {
  const Read r = read("user-data.yaml",
                      "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    flags:\n      - --registry-qps=50\n"
                      "  containerd:\n    config: |\n      version = 3\n      [plugins.'io.containerd.cri.v1.images']\n      "
                      "discard_unpacked_layers = true\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.setting("kubelet", "registryPullQPS"), "50");
  EXPECT_EQ(r.found.setting("containerd", "discard_unpacked_layers"), "true");
}

TEST(RancherConfig, KubeletArguments) {
  const Read r = read("etc/rancher/k3s/config.yaml", "kubelet-arg:\n  - serialize-image-pulls=false\n  - \"max-pods=20\"\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.setting("kubelet", "serializeImagePulls"), "false");
}

TEST(KubeletConfig, APodIsLeftToOthersAndAKubeconfigIsSilent) {
  EXPECT_FALSE(read("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n").was_read);
  const Read r =
      read("kubeconfig.yaml", "apiVersion: v1\nkind: Config\nclusters:\n- name: k\nusers:\n- name: u\n  user:\n    token: hush\n");
  EXPECT_TRUE(r.was_read);
  EXPECT_THAT(r.found.events, IsEmpty());
}

}  // namespace
}  // namespace unsnag::readers::node
