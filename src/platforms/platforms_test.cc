// SPDX-License-Identifier: Apache-2.0
#include "platforms/platforms.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/document.h"
#include "base/text.h"
#include "platforms/cases_for_tests.h"

namespace unsnag::platforms {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string printed(std::string_view platform, std::string_view set) {
  const auto snippet = print(platform, case_named(set).settings, case_named(set).context);
  return snippet ? snippet->text : "error: " + snippet.error().message();
}

std::string body(std::string_view text) {
  std::string out;
  for (const auto line : split(text, '\n'))
    if (line.substr(0, 1) != "#" || line.substr(0, 2) == "#!") out.append(line).append("\n");
  while (out.size() > 1 && out[out.size() - 2] == '\n') out.pop_back();
  return out;
}

// Everything that a text holds in another language is read as that language.
void reads(std::string_view platform, std::string_view name, const std::string& text) {
  if (name.size() > 5 && (name.substr(name.size() - 5) == ".yaml")) {
    EXPECT_THAT(text, Not(HasSubstr("\t"))) << platform;
    EXPECT_TRUE(parse_yaml(text)) << platform << "\n" << text;
  } else if (name.size() > 5 && name.substr(name.size() - 5) == ".toml") {
    EXPECT_TRUE(parse_toml(text)) << platform << "\n" << text;
  }
}

TEST(Platforms, EachHasAnIdAndATitle) {
  EXPECT_EQ(platforms().size(), 17U);
  for (const auto& one : platforms()) EXPECT_FALSE(one.title.empty()) << one.id;
}

TEST(Platforms, TheWholeProductIsEitherWrittenOrRefusedWithAReason) {
  for (const auto& one : platforms()) {
    for (const auto& set : cases()) {
      SCOPED_TRACE(fmt::format("{} {}", one.id, set.name));
      const auto snippet = print(one.id, set.settings, set.context);
      if (!snippet) {
        EXPECT_EQ(snippet.error().code, Errc::unsupported);
        EXPECT_GT(snippet.error().detail.size(), 20U);
        continue;
      }
      EXPECT_FALSE(snippet->file_name_suggestion.empty());
      EXPECT_FALSE(snippet->versions.empty());
      reads(one.id, snippet->file_name_suggestion, snippet->text);
      for (const auto* const placeholder : {"TODO", "FIXME", "{deadline}", "CHANGE_ME", "my-cluster"})
        EXPECT_THAT(body(snippet->text), Not(HasSubstr(placeholder)));
      for (const auto* const row : {"holds for", "roll out", "in force", "take back"}) EXPECT_THAT(snippet->text, HasSubstr(row));
      EXPECT_EQ(snippet->text.back(), '\n');
    }
  }
}

TEST(Platforms, WhatIsLeftOutIsSaidInTheHead) {
  const auto text = printed("aks", "limits");
  EXPECT_THAT(text, HasSubstr("fsInotifyMaxUserWatches"));
  EXPECT_THAT(text, HasSubstr("# NOT in here "));
  EXPECT_THAT(text, HasSubstr("fs.inotify.max_user_instances"));
}

TEST(ProgressDeadline, IsRefusedWhereThereIsNoKnobAndWhatHelpsIsNamed) {
  for (const auto* const platform : {"gke", "aks", "bottlerocket"}) {
    const auto snippet = print(platform, case_named("deadline-containerd").settings, case_named("deadline-containerd").context);
    ASSERT_FALSE(snippet) << platform;
    EXPECT_EQ(snippet.error().code, Errc::unsupported);
    EXPECT_THAT(snippet.error().detail, HasSubstr("what helps there")) << platform;
  }
  for (const auto* const platform : {"talos", "openshift", "karpenter", "nodeadm", "rke2", "bottlerocket", "gke", "aks"})
    EXPECT_FALSE(print(platform, case_named("deadline-docker").settings, case_named("deadline-docker").context)) << platform;
}

TEST(Refusals, NameTheNearestThatWorks) {
  for (const auto* const platform : {"aks", "gke"}) {
    EXPECT_THAT(printed(platform, "qps"), HasSubstr("what works there")) << platform;
    EXPECT_THAT(printed(platform, "qps"), Not(HasSubstr("sets   "))) << platform;
  }
  EXPECT_THAT(printed("gke", "proxy"), HasSubstr("Artifact Registry"));
  EXPECT_THAT(printed("gke", "ca-of-registry"), HasSubstr("Secret Manager"));
}

TEST(Refusals, OfOneSettingSayNothingOfAnother) {
  const std::vector<settings::Setting> provider = {
      {settings::Target::kubelet_flag, {}, "image-credential-provider-config", "/etc/kubernetes/providers.yaml", settings::Kind::text, {}}};
  for (const auto* const platform : {"aks", "gke", "openshift", "bottlerocket"}) {
    const auto snippet = print(platform, provider, {});
    ASSERT_FALSE(snippet) << platform;
    EXPECT_THAT(snippet.error().detail, HasSubstr("what works there")) << platform;
    EXPECT_THAT(snippet.error().detail, Not(HasSubstr("faster disks"))) << platform;
  }
}

TEST(Refusals, WhatThePlatformDoesByItselfIsSaidToo) {
  const auto text = printed("bottlerocket", "kubelet-parallel");
  EXPECT_THAT(text, HasSubstr("serializeImagePulls: false: Bottlerocket sets it by itself"));
  EXPECT_THAT(text, HasSubstr("max-concurrent-downloads"));
  EXPECT_THAT(printed("aks", "kubelet-parallel"), HasSubstr("since Kubernetes 1.31"));
}

TEST(Gke, TakesTwoToFivePullsAtOnce) {
  EXPECT_THAT(printed("gke", "kubelet-parallel"), HasSubstr("\n  maxParallelImagePulls: 5\n"));
  auto settings = case_named("kubelet-parallel").settings;
  settings.back().value = "8";
  const auto snippet = print("gke", settings, case_named("kubelet-parallel").context);
  ASSERT_FALSE(snippet);
  EXPECT_THAT(snippet.error().detail, HasSubstr("2 to 5"));
}

TEST(Bottlerocket, PercentsAreTextsSinceKarpenterReadsNoOthers) {
  EXPECT_THAT(printed("bottlerocket", "gc"), HasSubstr("\nimage-gc-high-threshold-percent = \"75\"\n"));
  EXPECT_THAT(printed("bottlerocket", "qps"), HasSubstr("\nregistry-qps = 20\n"));
}

TEST(Openshift, TheClustersProxyIsNeverDeleted) {
  auto set = case_named("proxy");
  for (auto& setting : set.settings) setting.unit = "crio.service";
  set.context.runtime = Runtime::crio;
  const auto snippet = print("openshift", set.settings, set.context);
  ASSERT_TRUE(snippet) << snippet.error().message();
  EXPECT_THAT(snippet->text, Not(HasSubstr("oc delete")));
  EXPECT_THAT(snippet->text, HasSubstr("oc edit proxy cluster"));
}

TEST(AuthorityOfARegistry, IsSaidInThePlatformsOwnWords) {
  EXPECT_THAT(printed("k3s", "ca-of-registry"),
              HasSubstr("  \"registry.example:5000\":\n    tls:\n      ca_file: /etc/rancher/k3s/ca-registry-example-5000.crt\n"));
  EXPECT_THAT(printed("talos", "ca-of-registry"),
              HasSubstr("    config:\n      \"registry.example:5000\":\n        tls:\n          ca: LS0t"));
  EXPECT_THAT(printed("bottlerocket", "ca-of-registry"), HasSubstr("[settings.pki.registry-example-5000]\ndata = \"LS0t"));
  EXPECT_THAT(printed("aks", "ca-of-registry"), HasSubstr("put /etc/containerd/certs.d/registry.example:5000/ca.crt 644"));
}

TEST(K3s, AScriptDoesNotTakeThePlaceOfARegistriesFileThatIsThere) { EXPECT_THAT(printed("k3s", "ca-of-registry"), HasSubstr("exit 1")); }

TEST(ProgressDeadline, IsRefusedForAKubeletThatEndsAtTheFlag) {
  auto context = case_named("deadline-docker").context;
  context.kubernetes_version = "1.24.0";
  const auto snippet = print("kubeadm", case_named("deadline-docker").settings, context);
  ASSERT_FALSE(snippet);
  EXPECT_THAT(snippet.error().detail, HasSubstr("does not know --image-pull-progress-deadline"));
}

TEST(Cloudformation, BootstrapArgumentsCarryTheFlag) {
  EXPECT_EQ(body(printed("cloudformation", "deadline-docker")), R"(Parameters:
  BootstrapArguments:
    Type: String
    Description: Arguments to pass to the bootstrap script.
    Default: "--kubelet-extra-args '--image-pull-progress-deadline=10m'"
)");
}

TEST(Nodeadm, ContainerdsFragmentIsOneThatBothItsVersionsTake) {
  EXPECT_EQ(body(printed("nodeadm", "deadline-containerd")), R"(---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  containerd:
    config: |
      version = 2

      [plugins."io.containerd.grpc.v1.cri"]
      image_pull_progress_timeout = "10m"
)");
}

TEST(Nodeadm, AKeyThatContainerd17LacksIsWrittenForContainerd2) {
  EXPECT_THAT(printed("nodeadm", "local-pull"), HasSubstr(R"(      version = 3

      [plugins.'io.containerd.cri.v1.images']
      use_local_image_pull = true
)"));
}

TEST(Kubeadm, ExtraArgsAreAListSinceV1beta4AndAMapBefore) {
  EXPECT_EQ(body(printed("kubeadm", "kubelet-config")), R"(apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serializeImagePulls: false
maxParallelImagePulls: 5
evictionHard:
  imagefs.available: "15%"
)");
  EXPECT_THAT(printed("kubeadm", "deadline-docker"), HasSubstr("kubeletExtraArgs:\n    image-pull-progress-deadline: \"10m\"\n"));
  settings::Setting flag{settings::Target::kubelet_flag, {}, "serialize-image-pulls", "false", settings::Kind::boolean, {}};
  Context context;
  context.kubernetes_version = "1.33.1";
  EXPECT_THAT(print("kubeadm", {flag}, context)->text,
              HasSubstr("kubeletExtraArgs:\n    - name: serialize-image-pulls\n      value: \"false\"\n"));
}

TEST(K3s, ContainerdsFragmentGoesToTheFolderThatIsMerged) {
  const auto snippet = print("k3s", case_named("deadline-containerd").settings, case_named("deadline-containerd").context);
  ASSERT_TRUE(snippet);
  EXPECT_THAT(snippet->text, HasSubstr("/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.d/50-unsnag-progress-deadline.toml"));
  EXPECT_EQ(body(snippet->text), "version = 3\n\n[plugins.'io.containerd.cri.v1.images']\nimage_pull_progress_timeout = \"10m\"\n");
  auto context = case_named("deadline-containerd").context;
  context.containerd_version = "1.7.27";
  EXPECT_FALSE(print("k3s", case_named("deadline-containerd").settings, context)) << "there it would replace the whole table";
}

TEST(K3s, AMirrorGoesIntoRegistriesYaml) {
  EXPECT_EQ(body(printed("k3s", "mirror")), "mirrors:\n  docker.io:\n    endpoint:\n      - \"https://mirror.example.com\"\n");
}

TEST(Talos, TheWholeNodeIsOnePatch) {
  EXPECT_EQ(body(printed("talos", "everything-containerd")), R"(machine:
  kubelet:
    extraConfig:
      serializeImagePulls: false
  env:
    https_proxy: "http://proxy.example.com:3128"
    no_proxy: "10.0.0.0/8,.cluster.local"
  sysctls:
    fs.inotify.max_user_instances: "8192"
  registries:
    mirrors:
      docker.io:
        endpoints:
          - "https://mirror.example.com"
  files:
    - path: /etc/cri/conf.d/20-customization.part
      op: create
      permissions: 0o644
      content: |
        [plugins.'io.containerd.cri.v1.images']
        image_pull_progress_timeout = "10m"
)");
}

TEST(Bottlerocket, SettingsHaveItsOwnNames) {
  EXPECT_EQ(body(printed("bottlerocket", "everything-containerd")), R"([settings.kernel.sysctl]
"fs.inotify.max_user_instances" = "8192"

[settings.network]
https-proxy = "http://proxy.example.com:3128"
no-proxy = ["10.0.0.0/8", ".cluster.local"]

[[settings.container-registry.mirrors]]
registry = "docker.io"
endpoint = ["https://mirror.example.com"]
)");
}

TEST(Openshift, CriosDropInIsAFileOfAMachineConfig) {
  const auto text = printed("openshift", "deadline-crio");
  EXPECT_THAT(text, HasSubstr("path: /etc/crio/crio.conf.d/99-unsnag-progress-deadline.conf"));
  EXPECT_THAT(text, HasSubstr("# pull_progress_timeout = \"10m\""));
  EXPECT_THAT(text, HasSubstr("base64,W2NyaW8uaW1hZ2VdCnB1bGxfcHJvZ3Jlc3NfdGltZW91dCA9ICIxMG0iCg=="));
}

TEST(Values, WhatWouldEndALineIsRefused) {
  using settings::Target;
  for (auto setting :
       {settings::Setting{Target::environment, "containerd.service", "HTTPS_PROXY", "a\nExecStart=/bin/evil", {}, {}},
        settings::Setting{Target::kubelet_flag, {}, "a b", "1", {}, {}}, settings::Setting{Target::kubelet_flag, {}, "a", "$(x)", {}, {}},
        settings::Setting{Target::file, {}, "/etc/../root/x", "1", {}, {}}, settings::Setting{Target::file, {}, "etc/x", "1", {}, {}},
        settings::Setting{Target::sysctl, {}, "a;b", "1", {}, {}},
        settings::Setting{Target::unit, "x.service", "NoSection", "1", {}, {}}}) {
    const auto snippet = print("drop-in", {setting}, {});
    ASSERT_FALSE(snippet) << setting.key;
    EXPECT_EQ(snippet.error().code, Errc::invalid_argument);
  }
}

TEST(Head, APasswordOfAProxyStandsOnlyWhereItIsNeeded) {
  const settings::Setting proxy{
      settings::Target::environment, "containerd.service", "HTTPS_PROXY", "http://u:s3cret-pass@proxy.example.com:3128", {}, {}};
  const auto snippet = print("drop-in", {proxy}, {});
  ASSERT_TRUE(snippet);
  std::size_t comments = 0, lines = 0;
  for (const auto line : split(snippet->text, '\n')) {
    if (!contains(line, "s3cret-pass")) continue;
    (line.substr(0, 1) == "#" ? comments : lines)++;
  }
  EXPECT_EQ(comments, 0U);
  EXPECT_EQ(lines, 1U);
}

}  // namespace
}  // namespace unsnag::platforms
