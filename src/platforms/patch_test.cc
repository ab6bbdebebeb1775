// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/document.h"
#include "base/text.h"
#include "platforms/cases_for_tests.h"
#include "platforms/hcl.h"
#include "platforms/platforms.h"

namespace unsnag::platforms {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Result<std::string> patched(std::string_view platform, std::string_view text, std::string_view set) {
  return patch(platform, text, case_named(set).settings, case_named(set).context);
}

// The file with the change; a second time it changes nothing; and each line that was there is still there, in its order.
std::string changed(std::string_view platform, std::string_view text, std::string_view set, bool keeps_all_lines = true) {
  const auto once = patched(platform, text, set);
  if (!once) return "error: " + once.error().message();
  const auto twice = patched(platform, *once, set);
  EXPECT_TRUE(twice) << twice.error().message();
  EXPECT_EQ(twice.value_or(""), *once);
  std::size_t at = 0;
  for (const auto line : split(text, '\n')) {
    if (!keeps_all_lines) break;
    const auto found = once->find(std::string(line), at);
    EXPECT_NE(found, std::string::npos) << "lost: " << line << "\n" << *once;
    if (found != std::string::npos) at = found;
  }
  return *once;
}

TEST(PatchCloudformation, TheParametersDefaultGetsTheFlagBehindThoseThatStandThere) {
  constexpr std::string_view k_template = R"(AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  BootstrapArguments:
    Type: String
    Default: "--kubelet-extra-args '--node-labels=a=b'"  # ours
Resources:
  X:
    Type: AWS::CloudFormation::WaitConditionHandle
)";
  EXPECT_THAT(changed("cloudformation", k_template, "deadline-docker", false),
              HasSubstr("--kubelet-extra-args '--node-labels=a=b --image-pull-progress-deadline=10m'\"  # ours\n"));
  EXPECT_EQ(patched("cloudformation", "Resources: {}\n", "deadline-docker").error().code, Errc::not_found);
}

constexpr std::string_view k_launch_template = R"(Resources:
  NodeLaunchTemplate:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: !Ref NodeImageId
        # what each node does first
        UserData: !Base64
          "Fn::Sub": |
            #!/bin/bash
            set -o xtrace
            /etc/eks/bootstrap.sh ${ClusterName} ${BootstrapArguments}
            /opt/aws/bin/cfn-signal --exit-code $? --stack ${AWS::StackName}
)";

TEST(PatchUserData, BootstrapShGetsTheFlagAndItsOtherArgumentsStay) {
  const auto text = changed("cloudformation-userdata", k_launch_template, "deadline-docker", false);
  EXPECT_THAT(text, HasSubstr("/etc/eks/bootstrap.sh ${ClusterName} ${BootstrapArguments} --kubelet-extra-args"));
  EXPECT_THAT(text, HasSubstr("--image-pull-progress-deadline=10m"));
  EXPECT_THAT(text, HasSubstr("            /opt/aws/bin/cfn-signal --exit-code $? --stack ${AWS::StackName}\n"));
}

TEST(PatchUserData, AScriptGoesBeforeTheCallAndIsFoundAgain) {
  const auto text = changed("cloudformation-userdata", k_launch_template, "mirror-docker");
  EXPECT_THAT(text, HasSubstr("            # unsnag-rate-limited: begin\n            (\n            set -eu\n"));
  EXPECT_THAT(text, HasSubstr("            # unsnag-rate-limited: end\n            /etc/eks/bootstrap.sh"));
}

constexpr std::string_view k_mime = R"(MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: my-cluster  # kept
  kubelet:
    flags:
      - --node-labels=a=b
  containerd:
    config: |
      [plugins."io.containerd.grpc.v1.cri".containerd]
      discard_unpacked_layers = false

--BOUNDARY--
)";

TEST(PatchNodeadm, ContainerdsFragmentIsMergedWithTheOneThatStandsThere) {
  const auto text = changed("nodeadm", k_mime, "deadline-containerd");
  EXPECT_THAT(text, HasSubstr("      discard_unpacked_layers = false\n"));
  EXPECT_THAT(text, HasSubstr("image_pull_progress_timeout = \"10m\"\n"));
  EXPECT_THAT(text, HasSubstr("[plugins.\"io.containerd.grpc.v1.cri\"]"));
}

TEST(PatchNodeadm, WhatNodeConfigHasNoWordsForBecomesAPartBeforeIt) {
  const auto text = changed("nodeadm", k_mime, "limits");
  EXPECT_THAT(
      text,
      HasSubstr("--BOUNDARY\nContent-Type: text/x-shellscript; charset=\"utf-8\"\n\n#!/bin/sh\n# unsnag-fd-or-process-limit\nset -eu\n"));
}

TEST(PatchNodeadm, KubeletsKeysAreMergedAndAForeignTextIsRefused) {
  EXPECT_THAT(changed("nodeadm", k_mime, "qps"), HasSubstr("    config:\n      registryPullQPS: 20\n      registryBurst: 40\n"));
  EXPECT_EQ(patched("nodeadm", "#!/bin/sh\necho\n", "qps").error().code, Errc::not_found);
}

TEST(PatchEksctl, EachNodeGroupOfAmazonLinuxIsChanged) {
  constexpr std::string_view k_cluster = R"(apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: eu-central-1}
managedNodeGroups:
  - name: a  # new ones
    instanceType: m5.large
  - name: b
    amiFamily: Bottlerocket
  - name: old
    amiFamily: AmazonLinux2
    preBootstrapCommands:
      - echo hello
)";
  const auto text = changed("eksctl", k_cluster, "limits");
  const auto documents = parse_yaml(text);
  ASSERT_TRUE(documents) << text;
  const auto& groups = (*documents)[0]["managedNodeGroups"].entries;
  EXPECT_EQ(groups[0].second["preBootstrapCommands"].entries.size(), 1U);
  EXPECT_FALSE(groups[1].second["preBootstrapCommands"]);
  EXPECT_EQ(groups[2].second["preBootstrapCommands"].entries.size(), 2U);
  EXPECT_EQ(groups[2].second["preBootstrapCommands"].entries[0].second.scalar, "echo hello");
}

TEST(PatchEksctl, ANodeConfigThatStandsThereIsMergedWith) {
  constexpr std::string_view k_cluster = R"(managedNodeGroups:
  - name: a
    amiFamily: AmazonLinux2023
    overrideBootstrapCommand: |
      apiVersion: node.eks.aws/v1alpha1
      kind: NodeConfig
      spec:
        instance:
          localStorage:
            strategy: RAID0
)";
  EXPECT_THAT(changed("eksctl", k_cluster, "deadline-containerd"), HasSubstr("image_pull_progress_timeout"));
}

constexpr std::string_view k_module = R"(module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.0" # pinned

  eks_managed_node_groups = {
    # the default ones
    workers = {
      instance_types = ["m6i.large"]
      labels         = { "a" = "${var.b}" }
    }
    gpu = { min_size = 1 }
  }
}
)";

TEST(PatchTerraform, EachNodeGroupOfTheModuleGetsTheAttribute) {
  const auto once = patched("terraform-eks", k_module, "deadline-containerd");
  ASSERT_TRUE(once) << once.error().message();
  EXPECT_THAT(*once, HasSubstr("      labels         = { \"a\" = \"${var.b}\" }\n      cloudinit_pre_nodeadm = [\n"));
  EXPECT_THAT(*once, HasSubstr("image_pull_progress_timeout = \"10m\""));
  EXPECT_TRUE(read_hcl(*once));
  // The second time it finds the NodeConfig in the here-document.
  const auto twice = patched("terraform-eks", *once, "deadline-containerd");
  ASSERT_TRUE(twice) << twice.error().message();
  EXPECT_EQ(*twice, *once);
}

TEST(PatchTerraform, AHereDocumentIsChangedInPlace) {
  constexpr std::string_view k_template = R"(resource "aws_launch_template" "nodes" {
  name_prefix = "x" // kept
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh ${var.cluster_name} \
      --kubelet-extra-args "--node-labels=a=b"
  EOT
  )
}
)";
  EXPECT_THAT(changed("terraform-launch-template", k_template, "deadline-docker", false),
              HasSubstr("      --kubelet-extra-args \"--node-labels=a=b --image-pull-progress-deadline=10m\"\n  EOT\n"));
  const auto odd = patched("terraform-launch-template", k_template, "odd-file");
  ASSERT_FALSE(odd) << "it has a line EOT";
  EXPECT_THAT(odd.error().detail, HasSubstr("ends this here-document"));
  EXPECT_EQ(patched("terraform-launch-template", "resource \"a\" \"b\" {\n  user_data = data.x.y\n}\n", "qps").error().code,
            Errc::not_found);
}

TEST(Hcl, ATextThatDoesNotNestIsMalformed) {
  for (const auto* const text : {"a {", "a = \"", "a = <<X\n", "a = (]", "{", "a = ", "/*", "a b c", "a = \"${\""}) {
    const auto read = read_hcl(text);
    EXPECT_TRUE(!read || (read->attributes.empty() && read->blocks.empty())) << text;
  }
  EXPECT_EQ(read_hcl("a = " + std::string(1000, '(')).error().code, Errc::too_large);
}

TEST(PatchKarpenter, KubeletsKeysThatItReckonsWithGoIntoSpecKubelet) {
  constexpr std::string_view k_class = R"(apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata:
  name: default
spec:
  # the newest
  amiSelectorTerms:
    - alias: al2023@latest
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata:
  name: default
)";
  const auto text = changed("karpenter", k_class, "kubelet-config");
  EXPECT_THAT(text, HasSubstr("  kubelet:\n    evictionHard:\n      imagefs.available: "));
  EXPECT_THAT(text, HasSubstr("  userData: |\n    apiVersion: node.eks.aws/v1alpha1\n"));
  EXPECT_THAT(changed("karpenter", text, "deadline-containerd"), HasSubstr("maxParallelImagePulls: 5"));
}

TEST(PatchKubeadm, ArgsAreAMapOrAListAsTheVersionHasThem) {
  constexpr std::string_view k_map =
      "apiVersion: kubeadm.k8s.io/v1beta2\nkind: JoinConfiguration\nnodeRegistration:\n  kubeletExtraArgs:\n    node-labels: a=b # ours\n";
  EXPECT_THAT(changed("kubeadm", k_map, "deadline-docker"),
              HasSubstr("    node-labels: a=b # ours\n    image-pull-progress-deadline: 10m\n"));
  Context context;
  const settings::Setting flag{settings::Target::kubelet_flag, {}, "serialize-image-pulls", "false", settings::Kind::text, {}};
  for (const std::string args : {"", "  kubeletExtraArgs:\n    - name: v\n      value: \"2\"\n"}) {
    const auto text = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\nnodeRegistration:\n  name: x\n" + args;
    const auto once = patch("kubeadm", text, {flag}, context);
    ASSERT_TRUE(once) << once.error().message();
    EXPECT_THAT(*once, HasSubstr("- name: serialize-image-pulls\n"));
    EXPECT_TRUE(parse_yaml(*once)) << *once;
    EXPECT_EQ(*patch("kubeadm", *once, {flag}, context), *once);
  }
  EXPECT_THAT(changed("kubeadm", k_map, "qps"),
              HasSubstr("---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nregistryPullQPS: 20\n"));
}

TEST(PatchK3s, FlagsMirrorsAndTemplatesEachGoIntoTheirFile) {
  EXPECT_THAT(changed("k3s", "token: x # secret\nkubelet-arg:\n  - v=2\n", "qps"),
              HasSubstr("  - v=2\n  - registry-qps=20\n  - registry-burst=40\n"));
  EXPECT_THAT(changed("rke2", "mirrors:\n  quay.io:\n    endpoint:\n      - https://q\n", "mirror"),
              HasSubstr("docker.io:\n    endpoint:\n      - https://mirror.example.com\n"));
  EXPECT_THAT(
      changed("k3s", "version = 3\n\n[plugins.'io.containerd.cri.v1.images']\n  snapshotter = \"overlayfs\"\n", "deadline-containerd"),
      HasSubstr("  snapshotter = \"overlayfs\"\n  image_pull_progress_timeout = \"10m\"\n"));
}

TEST(PatchClouds, TheirFilesGetTheirNames) {
  EXPECT_THAT(changed("aks", "{\n  \"cpuManagerPolicy\": \"static\"\n}\n", "gc", false), HasSubstr("\"imageGcHighThreshold\": 75"));
  EXPECT_THAT(changed("gke", "# pool a\nkubeletConfig:\n  cpuManagerPolicy: static\n", "gc"),
              HasSubstr("  imageGcHighThresholdPercent: 75\n"));
  EXPECT_EQ(patched("gke", "kubeletConfig: {}\n", "deadline-containerd").error().code, Errc::unsupported);
}

TEST(PatchTalos, TheCriPartIsMadeOrMerged) {
  const std::string without = "version: v1alpha1\nmachine:\n  type: worker # w\n";
  const auto made = changed("talos", without, "everything-containerd");
  EXPECT_THAT(made, HasSubstr("path: /etc/cri/conf.d/20-customization.part\n"));
  EXPECT_TRUE(parse_yaml(made)) << made;
  const std::string with = without +
                           "  files:\n    - path: /etc/cri/conf.d/20-customization.part\n      op: create\n      content: |\n        "
                           "[metrics]\n        address = \"0.0.0.0:1\"\n";
  const auto merged = changed("talos", with, "deadline-containerd");
  EXPECT_THAT(merged, HasSubstr("        address = \"0.0.0.0:1\"\n"));
  EXPECT_THAT(merged, HasSubstr("        image_pull_progress_timeout = \"10m\"\n"));
}

TEST(PatchBottlerocket, SettingsAreAddedToTheUserData) {
  const auto text = changed("bottlerocket", "# ours\n[settings.kubernetes]\ncluster-name = \"c\"\n", "qps");
  EXPECT_THAT(text, HasSubstr("registry-qps = 20\n"));
  EXPECT_THAT(changed("bottlerocket", text, "mirror"), HasSubstr("[[settings.container-registry.mirrors]]\nregistry = \"docker.io\"\n"));
}

TEST(PatchOpenshift, KubeletsKeysGoIntoTheKubeletConfigAndFilesAreSentToPrint) {
  constexpr std::string_view k_config =
      "apiVersion: machineconfiguration.openshift.io/v1\nkind: KubeletConfig\nmetadata:\n  name: x\nspec:\n  kubeletConfig:\n    "
      "podPidsLimit: 1024 # p\n";
  EXPECT_THAT(changed("openshift", k_config, "qps"), HasSubstr("    registryPullQPS: 20\n"));
  EXPECT_THAT(patched("openshift", k_config, "deadline-crio").error().detail, HasSubstr("--print"));
}

// The content of `path` in a MachineConfig.
std::string content_in(std::string_view yaml, std::string_view path) {
  const auto documents = parse_yaml(yaml);
  if (!documents) return "error: " + documents.error().message();
  for (const auto& [index, file] : (*documents)[0].at({"spec", "config", "storage", "files"}).entries)
    if (file["path"].scalar == path) {
      const auto& source = file.at({"contents", "source"}).scalar;
      return decode_base64(std::string_view(source).substr(source.find(',') + 1)).value_or("?");
    }
  return "no such file";
}

std::string machine_config(std::string_view rest) {
  return fmt::format(
      "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig # ours\nmetadata:\n  name: 99-worker-crio\nspec:\n  config:\n"
      "    ignition:\n      version: 3.2.0\n{}",
      rest);
}

TEST(PatchMachineConfig, AKeyThatAFileInItSetsIsChangedThereWithItsComments) {
  const auto before = machine_config(fmt::format(
      "    storage:\n      files:\n        # how CRI-O pulls\n        - path: /etc/crio/crio.conf.d/99-zz.conf\n          mode: 420\n"
      "          contents:\n            source: data:;base64,{}\n",
      encode_base64("# ours\n[crio.image]\npull_progress_timeout = \"20s\" # too short\npause_image = \"x\"\n")));
  const auto after = changed("openshift", before, "deadline-crio", false);
  EXPECT_EQ(content_in(after, "/etc/crio/crio.conf.d/99-zz.conf"),
            "# ours\n[crio.image]\npull_progress_timeout = \"10m\" # too short\npause_image = \"x\"\n");
  EXPECT_THAT(after, HasSubstr("        # how CRI-O pulls\n"));
  EXPECT_THAT(after, HasSubstr("kind: MachineConfig # ours\n"));
  EXPECT_THAT(after, Not(HasSubstr("unsnag")));
}

TEST(PatchMachineConfig, PercentEscapesAreContentToo) {
  const auto before = machine_config(
      "    storage:\n      files:\n        - path: /etc/crio/crio.conf.d/10-a.conf\n          contents:\n"
      "            source: data:,%5Bcrio.image%5D%0Apull_progress_timeout%20%3D%20%2220s%22%0A\n");
  EXPECT_EQ(content_in(changed("openshift", before, "deadline-crio", false), "/etc/crio/crio.conf.d/10-a.conf"),
            "[crio.image]\npull_progress_timeout = \"10m\"\n");
}

TEST(PatchMachineConfig, WhatIsNotInItYetIsAddedBesideWhatIs) {
  const auto bare = changed("openshift", machine_config(""), "deadline-crio");
  EXPECT_EQ(content_in(bare, "/etc/crio/crio.conf.d/99-unsnag-progress-deadline.conf"), "[crio.image]\npull_progress_timeout = \"10m\"\n");
  EXPECT_THAT(bare, HasSubstr("# pull_progress_timeout = \"10m\"\n"));
  const auto commented =
      changed("openshift",
              machine_config("    storage:\n      files:\n        # what users read\n        # at log-in\n        - path: /etc/motd\n"
                             "          contents:\n            source: data:,hello\n"),
              "deadline-crio");
  EXPECT_THAT(commented, HasSubstr("        # what users read\n        # at log-in\n        - path: /etc/motd\n"));
  const auto more =
      changed("openshift",
              machine_config("    storage:\n      files:\n      - path: /etc/motd # hello\n        mode: 420\n        contents:\n"
                             "          source: data:,hello\n"),
              "mirror-crio");
  EXPECT_THAT(content_in(more, "/etc/containers/registries.conf.d/50-mirror.conf"), HasSubstr("[[registry.mirror]]"));
}

TEST(PatchMachineConfig, AUnitsDropInIsChangedOrAdded) {
  std::vector<settings::Setting> limit = {
      {settings::Target::unit, "crio.service", "Service.LimitNOFILE", "1048576", settings::Kind::number, {}}};
  auto context = case_named("deadline-crio").context;
  const auto before = machine_config(
      "    systemd:\n      units:\n        - name: crio.service\n          dropins:\n            - name: 90-limits.conf\n              "
      "contents: |\n"
      "                # ours\n                [Service]\n                LimitNOFILE=1024\n        - name: other.service\n          "
      "enabled: true\n");
  const auto after = patch("openshift", before, limit, context);
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_THAT(*after, HasSubstr("                # ours\n                [Service]\n                LimitNOFILE=1048576\n"));
  EXPECT_THAT(*after, Not(HasSubstr("unsnag")));
  const auto fresh = patch(
      "openshift", machine_config("    systemd:\n      units:\n        - name: other.service\n          enabled: true\n"), limit, context);
  ASSERT_TRUE(fresh) << fresh.error().message();
  const auto documents = parse_yaml(*fresh);
  ASSERT_TRUE(documents) << *fresh;
  EXPECT_THAT(*fresh, HasSubstr("LimitNOFILE=1048576"));
  const auto twice = patch("openshift", *fresh, limit, context);
  ASSERT_TRUE(twice) << twice.error().message();
  EXPECT_EQ(*twice, *fresh);
}

TEST(PatchMachineConfig, WhatCantBeSeenIntoIsRefused) {
  EXPECT_THAT(patched("openshift",
                      machine_config("    storage:\n      files:\n        - path: /etc/crio/crio.conf.d/10-a.conf\n          contents:\n"
                                     "            compression: gzip\n            source: data:;base64,AAAA\n"),
                      "deadline-crio")
                  .error()
                  .detail,
              HasSubstr("compressed"));
  EXPECT_THAT(
      patched("openshift", "kind: MachineConfig\nspec:\n  config:\n    ignition:\n      version: 2.2.0\n", "deadline-crio").error().detail,
      HasSubstr("Ignition"));
  EXPECT_THAT(patched("openshift", machine_config("") + "---\n" + machine_config(""), "deadline-crio").error().detail,
              HasSubstr("several"));
}

TEST(PatchGke, AMirrorThatIsThereIsNotAddedAgain) {
  const auto once = changed("gke", "registryHosts:\n- server: \"quay.io\"\n  hosts:\n  - host: \"https://a.example\" # ours\n", "mirror");
  EXPECT_THAT(once, HasSubstr("- server: \"docker.io\"\n"));
  EXPECT_THAT(patched("gke", "registryHosts:\n- server: docker.io\n  hosts:\n  - host: https://a.example\n", "mirror").error().detail,
              HasSubstr("already"));
}

}  // namespace
}  // namespace unsnag::platforms
