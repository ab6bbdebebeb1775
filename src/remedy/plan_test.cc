// SPDX-License-Identifier: Apache-2.0
#include "remedy/plan.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diagnose/verdict.h"
#include "remedy/lasting.h"
#include "remedy/nodes_for_tests.h"

namespace unsnag::remedy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string message(const Result<Plan>& plan) { return plan ? "a plan" : plan.error().message(); }

/// Writes the plan's files, as applying does, so that a second plan can be made.
void carry_out(const node::ScratchRoot& root, const Plan& plan) {
  for (const auto& file : plan.files) root.write(file.path, file.after);
}

TEST(NodeFacts, ThePackagesVersionIsNotThatOfAProgramBesideIt) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  root.write("/var/lib/dpkg/status", "Package: containerd\nStatus: install ok installed\nVersion: 1.6.20~ds1-1\n\n")
      .write("/var/lib/dpkg/info/containerd.list", "/.\n/usr/bin/containerd\n");
  EXPECT_EQ(look_at(root.root())->engine.version, "1.6.20");
  root.write("/usr/local/bin/containerd", k_containerd_2)
      .write("/usr/lib/systemd/system/containerd.service", "[Service]\nExecStart=/usr/local/bin/containerd\n");
  EXPECT_EQ(look_at(root.root())->engine.version, "");
}

TEST(PlanProgressDeadline, OnEksWithDockerADropInKeepsLabelsAndTaints) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  const auto& file = plan->files.front();
  EXPECT_EQ(file.path, "/etc/systemd/system/kubelet.service.d/90-unsnag.conf");
  EXPECT_FALSE(file.before);
  EXPECT_EQ(file.after,
            "[Service]\nEnvironment=\"KUBELET_EXTRA_ARGS=--node-labels=team=web,disk=slow --register-with-taints=a=b:NoSchedule "
            "--image-pull-progress-deadline=10m\"\n");
  EXPECT_TRUE(plan->reload_units);
  ASSERT_THAT(plan->restarts, SizeIs(1));
  EXPECT_EQ(plan->restarts.front().unit, "kubelet.service");
  EXPECT_THAT(plan->restarts.front().effect, HasSubstr("running pods go on"));
  ASSERT_THAT(plan->probes, SizeIs(1));
  EXPECT_EQ(plan->probes.front().value, "10m");
  EXPECT_THAT(plan->for_good, HasSubstr("--print cloudformation"));
  EXPECT_THAT(plan->about, HasSubstr("Docker"));
}

TEST(PlanProgressDeadline, DoneTwiceThereIsNothingToDo) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  const auto first = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(first) << message(first);
  carry_out(root, *first);
  const auto again = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(again) << message(again);
  EXPECT_TRUE(again->changes_nothing());
  EXPECT_THAT(again->restarts, IsEmpty());
  EXPECT_THAT(again->already, ElementsAre(HasSubstr("90-unsnag.conf:2")));
  const auto longer = plan_for(root.root(), "progress-deadline", {{"deadline", "30m"}});
  ASSERT_TRUE(longer) << message(longer);
  ASSERT_THAT(longer->files, SizeIs(1));
  EXPECT_TRUE(longer->files.front().before) << "our own file is changed, not covered by another";
  EXPECT_THAT(longer->files.front().after, HasSubstr("=30m\""));
  EXPECT_THAT(longer->files.front().after, Not(HasSubstr("10m")));
}

TEST(PlanProgressDeadline, AFlagThatStandsInTheUnitIsChangedThere) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  root.write("/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf",
             "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--image-pull-progress-deadline 2m --v=2'\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_THAT(plan->files.front().after, HasSubstr("10m"));
  EXPECT_THAT(plan->files.front().after, Not(HasSubstr("2m")));
  EXPECT_THAT(plan->files.front().after, HasSubstr("--v=2"));
}

TEST(PlanProgressDeadline, AVariableOfAFileIsChangedInThatFileSinceItBeatsDropIns) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  root.write("/etc/sysconfig/kubelet", "# by hand\nKUBELET_EXTRA_ARGS=--v=4\n")
      .write("/etc/systemd/system/kubelet.service.d/20-file.conf", "[Service]\nEnvironmentFile=/etc/sysconfig/kubelet\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/sysconfig/kubelet");
  EXPECT_THAT(plan->files.front().after, HasSubstr("# by hand\n"));
  EXPECT_THAT(plan->files.front().after, HasSubstr("--v=4 --image-pull-progress-deadline=10m"));
  EXPECT_FALSE(plan->reload_units) << "systemd reads that file at each start";
}

TEST(PlanProgressDeadline, ADropInThatSortsLaterDoesNotWinOverOurs) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  root.write("/etc/systemd/system/kubelet.service.d/99-last.conf", "[Service]\nEnvironment=KUBELET_EXTRA_ARGS=--v=9\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  EXPECT_EQ(plan->files.front().path, "/etc/systemd/system/kubelet.service.d/99-unsnag.conf");
  EXPECT_THAT(plan->files.front().after, HasSubstr("--v=9"));
}

TEST(PlanProgressDeadline, AKubeletThatDoesNotKnowTheFlagNeverGetsIt) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  root.write("/usr/bin/kubelet", "a kubelet of 1.24");
  root.write("/etc/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::unsupported);
  EXPECT_THAT(plan.error().message(), HasSubstr("1.24"));
}

TEST(PlanProgressDeadline, ZeroIsRefusedWithTheReason) {
  const auto* cure = find_cure("progress-deadline");
  ASSERT_NE(cure, nullptr);
  for (const auto* zero : {"0", "0s", "0m"}) {
    const auto values = check_values(*cure, {{"deadline", zero}});
    ASSERT_FALSE(values) << zero;
    EXPECT_THAT(values.error().message(), HasSubstr("14158"));
  }
  EXPECT_THAT(check_values(*cure, {{"deadline", "600"}}).error().message(), HasSubstr("600s"));
  EXPECT_EQ(check_values(*cure, {{"deadline", "90 minutes"}})->get("deadline"), "1h30m");
}

TEST(PlanProgressDeadline, CriDockerdGetsItsCommandRepeatedWithTheFlag) {
  const node::ScratchRoot root;
  make_cri_dockerd(root);
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/systemd/system/cri-docker.service.d/90-unsnag.conf");
  EXPECT_EQ(
      plan->files.front().after,
      "[Service]\nExecStart=\nExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd:// --image-pull-progress-deadline=10m\n");
  EXPECT_EQ(plan->restarts.front().unit, "cri-docker.service");
  carry_out(root, *plan);
  EXPECT_TRUE(plan_for(root.root(), "progress-deadline")->changes_nothing());
}

TEST(PlanProgressDeadline, Containerd17IsChangedInItsMainFileSinceImportsReplaceTables) {
  const node::ScratchRoot root;
  make_kubeadm(
      root, k_containerd_1,
      "version = 2\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  # ours\n  sandbox_image = "
      "\"pause:3.9\"\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/containerd/config.toml");
  EXPECT_THAT(plan->files.front().after, HasSubstr("  image_pull_progress_timeout = \"10m\"\n"));
  EXPECT_THAT(plan->files.front().after, HasSubstr("  # ours\n"));
  EXPECT_THAT(plan->files.front().why, HasSubstr("replace"));
  carry_out(root, *plan);
  EXPECT_TRUE(plan_for(root.root(), "progress-deadline")->changes_nothing());
}

TEST(PlanProgressDeadline, Containerd17WhoseImportHasTheTableIsChangedThere) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_1,
               "version = 2\nimports = "
               "[\"/etc/containerd/conf.d/*.toml\"]\n[plugins.\"io.containerd.grpc.v1.cri\"]\nimage_pull_progress_timeout = \"10m\"\n");
  root.write("/etc/containerd/conf.d/nvidia.toml",
             "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\ndefault_runtime_name = \"nvidia\"\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1)) << "the main file's value is not in force";
  EXPECT_EQ(plan->files.front().path, "/etc/containerd/conf.d/nvidia.toml");
}

TEST(PlanProgressDeadline, Containerd2GetsADropInOfTheMainFilesVersion) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\nimports = ['/etc/containerd/conf.d/*.toml']\n");
  root.write("/etc/containerd/conf.d/95-team.toml",
             "version = 3\n[plugins.'io.containerd.cri.v1.images']\nimage_pull_progress_timeout = '1m'\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/containerd/conf.d/99-unsnag.toml") << "behind the file that sets it";
  EXPECT_THAT(plan->files.front().after, HasSubstr("version = 3\n"));
  EXPECT_THAT(plan->files.front().after, HasSubstr("io.containerd.cri.v1.images"));
  carry_out(root, *plan);
  EXPECT_TRUE(plan_for(root.root(), "progress-deadline")->changes_nothing());
}

TEST(PlanProgressDeadline, Containerd2WithAFileOfVersion2KeepsItsTable) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 2\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  EXPECT_EQ(plan->files.front().path, "/etc/containerd/config.toml");
  EXPECT_THAT(plan->files.front().after, HasSubstr("io.containerd.grpc.v1.cri"));
}

TEST(PlanProgressDeadline, ContainerdOfVersion1FilesAndWithoutAFile) {
  const node::ScratchRoot old;
  make_kubeadm(old, k_containerd_1, "oom_score = 0\n[plugins.cri]\nsandbox_image = \"p\"\n");
  const auto plan = plan_for(old.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  EXPECT_THAT(plan->files.front().after, HasSubstr("[plugins.cri]\nsandbox_image = \"p\"\nimage_pull_progress_timeout = \"10m\"\n"));

  const node::ScratchRoot fresh;
  make_kubeadm(fresh, k_containerd_2, "");
  const auto made = plan_for(fresh.root(), "progress-deadline");
  ASSERT_TRUE(made) << message(made);
  EXPECT_FALSE(made->files.front().before);
  EXPECT_THAT(made->files.front().after, HasSubstr("version = 3\n"));
}

TEST(PlanProgressDeadline, ContainerdBefore17HasNoSuchLimit) {
  const node::ScratchRoot root;
  make_kubeadm(root, "a containerd of 1.6", "version = 2\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), HasSubstr("1.7"));
}

TEST(PlanProgressDeadline, CrioGetsADropIn) {
  const node::ScratchRoot root;
  make_crio(root);
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  EXPECT_EQ(plan->files.front().path, "/etc/crio/crio.conf.d/90-unsnag.conf");
  EXPECT_THAT(plan->files.front().after, HasSubstr("pull_progress_timeout = \"10m\""));
  carry_out(root, *plan);
  EXPECT_TRUE(plan_for(root.root(), "progress-deadline")->changes_nothing());
}

TEST(PlanProgressDeadline, K3sGetsADropInWhereItsFileImportsThemElseATemplate) {
  const node::ScratchRoot root;
  const std::string folder = "/var/lib/rancher/k3s/agent/etc/containerd/";
  root.write("/etc/systemd/system/k3s-agent.service", "[Service]\nExecStart=/usr/local/bin/k3s agent\n")
      .write(folder + "config.toml", "version = 3\nimports = [\"" + folder + "config-v3.toml.d/*.toml\"]\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(plan) << message(plan);
  EXPECT_EQ(plan->files.front().path, folder + "config-v3.toml.d/90-unsnag.toml");
  EXPECT_EQ(plan->restarts.front().unit, "k3s-agent.service");

  root.write(folder + "config.toml", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = \"p\"\n");
  const auto by_template = plan_for(root.root(), "progress-deadline");
  ASSERT_TRUE(by_template) << message(by_template);
  EXPECT_EQ(by_template->files.front().path, folder + "config.toml.tmpl") << "config.toml itself is written anew at each start";
  EXPECT_THAT(by_template->files.front().after, HasSubstr("sandbox_image = \"p\""));
}

TEST(PlanProgressDeadline, BottlerocketIsToldNotTouched) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  root.write("/etc/os-release", "ID=bottlerocket\n");
  const auto plan = plan_for(root.root(), "progress-deadline");
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), HasSubstr("--print bottlerocket"));
}

TEST(PlanKubelet, KeysGoIntoTheFileThatCounts) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  const auto plan = plan_for(root.root(), "serialized-queue");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/kubernetes/kubelet/kubelet-config.json");
  EXPECT_THAT(plan->files.front().after, HasSubstr("\"serializeImagePulls\": false"));
  EXPECT_THAT(plan->files.front().after, Not(HasSubstr("maxParallelImagePulls"))) << "a kubelet of 1.14 would not start with it";
}

TEST(PlanKubelet, AFolderOfDropInsIsUsedWhereKubeletReadsOne) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  root.write("/etc/default/kubelet", "KUBELET_EXTRA_ARGS=--config-dir=/etc/kubernetes/kubelet.conf.d\n")
      .write("/etc/kubernetes/kubelet.conf.d/40-nodeadm.conf",
             "{\"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"kind\": \"KubeletConfiguration\", \"registryPullQPS\": 5}\n");
  const auto plan = plan_for(root.root(), "pull-qps-exceeded");
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/kubernetes/kubelet.conf.d/90-unsnag.conf");
  EXPECT_THAT(plan->files.front().after, HasSubstr("kind: KubeletConfiguration\n"));
  EXPECT_THAT(plan->files.front().after, HasSubstr("registryPullQPS: 20\n"));
  carry_out(root, *plan);
  EXPECT_TRUE(plan_for(root.root(), "pull-qps-exceeded")->changes_nothing());
}

TEST(PlanKubelet, AFlagOnTheCommandLineBeatsTheFileAndIsChangedInstead) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  root.write("/etc/default/kubelet", "KUBELET_EXTRA_ARGS=--registry-qps=1\n");
  const auto plan = plan_for(root.root(), "pull-qps-exceeded", {{"qps", "50"}, {"burst", "100"}});
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(2));
  EXPECT_EQ(plan->files[0].path, "/var/lib/kubelet/config.yaml");
  EXPECT_THAT(plan->files[0].after, HasSubstr("# slow disks\n"));
  EXPECT_EQ(plan->files[1].path, "/etc/default/kubelet");
  EXPECT_THAT(plan->files[1].after, HasSubstr("--registry-qps=50"));
  EXPECT_THAT(plan->restarts, SizeIs(1)) << "kubelet is restarted once for both";
}

TEST(PlanKubelet, ABurstBelowTheRateIsRefused) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  EXPECT_EQ(plan_for(root.root(), "pull-qps-exceeded", {{"qps", "50"}}).error().code, Errc::invalid_argument);
  EXPECT_EQ(plan_for(root.root(), "disk-pressure-gc", {{"high", "60"}}).error().code, Errc::invalid_argument);
}

TEST(PlanProxy, WhatMustNotGoThroughTheProxyIsAddedToWhatIsThere) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  root.write("/etc/systemd/system/containerd.service.d/http-proxy.conf",
             "[Service]\nEnvironment=\"HTTPS_PROXY=http://old.example:1\" \"NO_PROXY=registry.internal\"\n");
  const auto plan =
      plan_for(root.root(), "proxy-misconfigured", {{"https-proxy", "http://proxy.example:3128"}, {"no-proxy", ".corp.example"}});
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/systemd/system/containerd.service.d/zz-unsnag.conf") << "behind http-proxy.conf";
  const auto& text = plan->files.front().after;
  EXPECT_THAT(text, HasSubstr("HTTPS_PROXY=http://proxy.example:3128"));
  EXPECT_THAT(text, HasSubstr("registry.internal,.corp.example,localhost,127.0.0.1,169.254.169.254,.svc,.cluster.local"));
  EXPECT_EQ(plan->restarts.front().unit, "containerd.service");
  EXPECT_EQ(plan_for(root.root(), "proxy-misconfigured").error().code, Errc::invalid_argument) << "without a proxy it asks for one";
}

TEST(PlanRegistry, AMirrorOfContainerdNeedsNoRestartWhereTheFolderIsSet) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2,
               "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n");
  const auto plan = plan_for(root.root(), "mirror-misconfigured", {{"registry", "docker.io"}, {"mirror", "https://mirror.example"}});
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(1));
  EXPECT_EQ(plan->files.front().path, "/etc/containerd/certs.d/docker.io/hosts.toml");
  EXPECT_THAT(plan->files.front().after, HasSubstr("server = \"https://registry-1.docker.io\""));
  EXPECT_THAT(plan->files.front().after, HasSubstr("https://mirror.example"));
  EXPECT_THAT(plan->restarts, IsEmpty());
  carry_out(root, *plan);
  const auto dropped =
      plan_for(root.root(), "mirror-misconfigured", {{"registry", "docker.io"}, {"drop-mirror", "https://mirror.example"}});
  ASSERT_TRUE(dropped) << message(dropped);
  EXPECT_THAT(dropped->files.front().after, Not(HasSubstr("mirror.example")));
}

TEST(PlanRegistry, DockersMirrorIsReloadedWithoutARestart) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  const auto plan = plan_for(root.root(), "mirror-misconfigured", {{"registry", "docker.io"}, {"mirror", "https://mirror.example"}});
  ASSERT_TRUE(plan) << message(plan);
  EXPECT_EQ(plan->files.front().path, "/etc/docker/daemon.json");
  EXPECT_THAT(plan->files.front().after, HasSubstr("\"live-restore\": true"));
  ASSERT_THAT(plan->restarts, SizeIs(1));
  EXPECT_EQ(plan->restarts.front().how, Restart::How::reload);
}

TEST(PlanRegistry, ARegistrysNameThatLeadsOutOfTheFolderIsRefused) {
  for (const auto* name : {"../../etc", "a/b", ".hidden", "", "a b"}) EXPECT_FALSE(check_host(name)) << name;
  for (const auto* name : {"docker.io", "registry.example:5000", "[::1]:5000"}) EXPECT_TRUE(check_host(name)) << name;
}

TEST(PlanLimits, InotifyLimitsOfARootFolderAreAFileAlone) {
  const node::ScratchRoot root;
  make_kubeadm(root, k_containerd_2, "version = 3\n");
  root.write("/etc/sysctl.d/99-team.conf", "# team\nfs.inotify.max_user_instances=128\n");
  const auto plan = plan_for(root.root(), "fd-or-process-limit", {{"files", "1048576"}});
  ASSERT_TRUE(plan) << message(plan);
  ASSERT_THAT(plan->files, SizeIs(2));
  EXPECT_EQ(plan->files[0].path, "/etc/sysctl.d/99-unsnag.conf") << "behind the file that sets one of them";
  EXPECT_EQ(plan->files[0].after, "fs.inotify.max_user_instances = 8192\nfs.inotify.max_user_watches = 524288\n");
  EXPECT_EQ(plan->files[1].path, "/etc/systemd/system/containerd.service.d/90-unsnag.conf");
  EXPECT_THAT(plan->kernel, IsEmpty());
  carry_out(root, *plan);
  EXPECT_TRUE(plan_for(root.root(), "fd-or-process-limit", {{"files", "1048576"}})->changes_nothing());
}

TEST(Lasting, ANodeThatIsNotAtHandHasWhatItsPlatformHas) {
  const node::ScratchRoot nothing;
  const auto* cure = find_cure("progress-deadline");
  const auto values = check_values(*cure, {});
  ASSERT_TRUE(values);
  const auto nodeadm = lasting_change(nothing.root(), *cure, *values, "nodeadm", "", "");
  ASSERT_TRUE(nodeadm) << nodeadm.error().message();
  EXPECT_EQ(nodeadm->settings.front().target, settings::Target::containerd);
  EXPECT_EQ(lasting_change(nothing.root(), *cure, *values, "openshift", "", "")->settings.front().target, settings::Target::crio);
  const auto asks = lasting_change(nothing.root(), *cure, *values, "cloudformation", "", "");
  ASSERT_FALSE(asks);
  EXPECT_THAT(asks.error().message(), HasSubstr("--runtime docker, or containerd"));
  const auto docker = lasting_change(nothing.root(), *cure, *values, "cloudformation", "docker", "");
  ASSERT_TRUE(docker);
  EXPECT_EQ(docker->settings.front().target, settings::Target::kubelet_flag);
}

TEST(Lasting, RegistriesOfNodesElsewhereTakeNothingFromThisMachine) {
  const node::ScratchRoot workstation;
  workstation.write("/etc/containerd/config.toml",
                    "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/opt/certs.d\"\n");
  workstation.write("/etc/containerd/certs.d/docker.io/hosts.toml", "server = \"https://other.example\"\n");
  const auto* cure = find_cure("mirror-misconfigured");
  const auto values = check_values(*cure, {{"registry", "docker.io"}, {"mirror", "https://mirror.example"}});
  for (const auto* const platform : {"talos", "nodeadm", "k3s", "aks"}) {
    const auto lasting = lasting_change(workstation.root(), *cure, *values, platform, "", "");
    ASSERT_TRUE(lasting) << platform << ": " << lasting.error().message();
    ASSERT_EQ(lasting->settings.size(), 2U) << platform;
    EXPECT_EQ(lasting->settings[1].key, "/etc/containerd/certs.d/docker.io/hosts.toml");
    EXPECT_THAT(lasting->settings[1].value, Not(HasSubstr("other.example")));
  }
}

TEST(Lasting, AnAuthorityOfARegistryWithAPortCanBePrintedForEveryPlatformThatHasAPlaceForIt) {
  const node::ScratchRoot nothing;
  nothing.write("/ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  const auto* cure = find_cure("tls-untrusted");
  const auto values = check_values(*cure, {{"registry", "registry.example:5000"}, {"ca", nothing.root().here("/ca.pem")}});
  ASSERT_TRUE(values);
  for (const auto* const platform : {"cloudformation-userdata", "eksctl", "terraform-eks", "karpenter", "nodeadm", "k3s", "rke2", "aks",
                                     "openshift", "talos", "bottlerocket", "ansible", "drop-in"}) {
    const auto lasting =
        lasting_change(nothing.root(), *cure, *values, platform, platform == std::string("openshift") ? "" : "containerd", "");
    ASSERT_TRUE(lasting) << platform << ": " << lasting.error().message();
    const auto snippet = platforms::print(platform, lasting->settings, lasting->context);
    ASSERT_TRUE(snippet) << platform << ": " << snippet.error().message();
    EXPECT_THAT(snippet->text, Not(HasSubstr("# NOT in here"))) << platform;
  }
}

TEST(Lasting, OnOneOfThoseNodesItsOwnRuntimeCounts) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  const auto* cure = find_cure("progress-deadline");
  const auto lasting = lasting_change(root.root(), *cure, *check_values(*cure, {}), "cloudformation", "", "unsnag fix");
  ASSERT_TRUE(lasting);
  EXPECT_EQ(lasting->context.runtime, platforms::Runtime::docker);
  const auto snippet = platforms::print("cloudformation", lasting->settings, lasting->context);
  ASSERT_TRUE(snippet) << snippet.error().message();
  EXPECT_THAT(snippet->text, HasSubstr("--image-pull-progress-deadline=10m"));
}

TEST(Cures, EachHasACauseThatIsExplainedAndParametersWithWords) {
  for (const auto* cure : cures()) {
    EXPECT_NE(cure->prescribe, nullptr);
    EXPECT_FALSE(cure->summary.empty()) << cure->cause;
    const auto& pages = diagnose::cause_pages();
    EXPECT_TRUE(std::any_of(pages.begin(), pages.end(), [&](const auto& page) { return page.id == cure->cause; })) << cure->cause;
    for (const auto& parameter : cure->parameters) {
      EXPECT_FALSE(parameter.help.empty()) << cure->cause;
      if (parameter.otherwise.empty()) continue;
      EXPECT_TRUE(parameter.check(parameter.otherwise)) << parameter.name;
    }
  }
}

TEST(Cures, ForOthersSaysWhoseItIsWithoutAVerdict) {
  bool some = false;
  for (const auto* cause : {"image-not-found", "registry-5xx", "rate-limited", "auth-denied", "registry-defect"})
    for (const auto& sentence : for_others(cause)) {
      some = true;
      EXPECT_THAT(sentence, Not(HasSubstr("{"))) << cause;
    }
  EXPECT_TRUE(some);
}

TEST(PlanSlowDisk, FewerDownloadsAreReloadedByDockerAndFlagsOfAProviderGoTogether) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  const auto slow = plan_for(root.root(), "slow-disk");
  ASSERT_TRUE(slow) << message(slow);
  EXPECT_THAT(slow->files.front().after, HasSubstr("\"max-concurrent-downloads\": 2"));
  EXPECT_EQ(slow->restarts.front().how, Restart::How::reload);
  const std::map<std::string, std::string> provider{{"provider-config", "/etc/eks/provider.json"}, {"provider-bin-dir", "/etc/eks/bin"}};
  EXPECT_EQ(plan_for(root.root(), "credential-provider-failure", provider).error().code, Errc::invalid_argument) << "they aren't there";
  root.write("/etc/eks/provider.json", "{}").write("/etc/eks/bin/ecr-credential-provider", "");
  const auto named = plan_for(root.root(), "credential-provider-failure", provider);
  ASSERT_TRUE(named) << message(named);
  ASSERT_THAT(named->files, SizeIs(1)) << "both flags are in one drop-in";
  EXPECT_THAT(named->files.front().after,
              HasSubstr("--image-credential-provider-config=/etc/eks/provider.json --image-credential-provider-bin-dir=/etc/eks/bin"));
}

TEST(PlanDocker, ARestartThatEndsContainersIsSaid) {
  const node::ScratchRoot root;
  make_eks_al2_docker(root);
  const auto facts = look_at(root.root());
  ASSERT_TRUE(facts);
  EXPECT_THAT(restart_of_engine(root.root(), *facts).effect, HasSubstr("containers go on"));
  root.write("/etc/docker/daemon.json", "{}\n");
  EXPECT_THAT(restart_of_engine(root.root(), *facts).effect, HasSubstr("ENDS ALL CONTAINERS"));
}

}  // namespace
}  // namespace unsnag::remedy
