// SPDX-License-Identifier: Apache-2.0
// Which configuration of each platform is found, and that no login is.
#include "collect/configured.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/system.h"
#include "node/root_for_tests.h"
#include "readers/node_test.h"

namespace unsnag::collect {
namespace {

using node::ScratchRoot;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

std::vector<std::string> found_in(const ScratchRoot& scratch) {
  const auto root = scratch.root();
  const auto looked = survey(root);
  std::vector<std::string> paths;
  for (const auto& place : places_of(*looked)) paths.push_back(place.path);
  return paths;
}

TEST(Configured, EachPlatformsOwnPlacesAreFound) {
  struct Case {
    const char* platform;
    std::vector<std::string> paths;
  };
  for (const auto& [platform, paths] : std::vector<Case>{
           {"EKS AL2 with Docker",
            {"/etc/docker/daemon.json", "/etc/sysconfig/docker", "/etc/kubernetes/kubelet/kubelet-config.json", "/var/log/messages",
             "/var/log/user-data.log"}},
           {"EKS AL2023",
            {"/etc/kubernetes/kubelet/config.json", "/etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf", "/etc/eks/kubelet/environment",
             "/etc/eks/image-credential-provider/config.json", "/etc/containerd/config.toml", "/etc/soci-snapshotter-grpc/config.toml"}},
           {"Bottlerocket", {"/etc/kubernetes/kubelet/config", "/etc/containerd/config.toml", "/etc/host-containerd/config.toml"}},
           {"GKE", {"/home/kubernetes/kubelet-config.yaml", "/etc/default/kubelet", "/etc/containerd/hosts.d/docker.io/hosts.toml"}},
           {"AKS",
            {"/etc/default/kubeletconfig.json", "/var/log/azure/cluster-provision.log", "/var/log/azure/x/y.log",
             "/etc/containerd/certs.d/_default/hosts.toml"}},
           {"kubeadm", {"/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env", "/etc/crio/crio.conf.d/10-crio.conf"}},
           {"k3s",
            {"/etc/rancher/k3s/config.yaml", "/etc/rancher/k3s/registries.yaml",
             "/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl", "/var/lib/rancher/k3s/agent/containerd/containerd.log"}},
           {"RKE2",
            {"/etc/rancher/rke2/config.yaml.d/10.yaml", "/var/lib/rancher/rke2/agent/logs/kubelet.log",
             "/var/lib/rancher/rke2/agent/logs/kubelet-2026-11-24T01-00-00.000.log.gz"}},
           {"OpenShift",
            {"/etc/crio/crio.conf.d/00-default", "/etc/containers/registries.conf", "/etc/containers/policy.json",
             "/etc/containers/storage.conf"}},
           {"Talos", {"/etc/cri/conf.d/cri.toml", "/etc/cri/conf.d/hosts/docker.io/hosts.toml"}},
           {"k0s", {"/etc/k0s/containerd.toml", "/etc/k0s/containerd.d/proxy.toml"}},
           {"MicroK8s", {"/var/snap/microk8s/current/args/kubelet", "/var/snap/microk8s/current/args/containerd-template.toml"}},
           {"kops", {"/etc/sysconfig/kubelet", "/etc/containerd/config-kops.toml"}},
           {"rotated logs", {"/var/log/messages-20261122.gz", "/var/log/syslog.1", "/var/log/cloud-init-output.log.1"}},
       }) {
    const ScratchRoot scratch;
    for (const auto& path : paths) scratch.write(path, "x = 1\n");
    EXPECT_THAT(found_in(scratch), testing::UnorderedElementsAreArray(paths)) << platform;
  }
}

TEST(Configured, ContainerdsImportsAndMirrorsAreFollowed) {
  const ScratchRoot scratch;
  scratch.write("/etc/containerd/config.toml",
                "version = 2\nimports = [\"conf-x/*.toml\", \"/opt/one.toml\", \"/etc/containerd/config.toml\"]\n"
                "[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/opt/certs.d:/srv/mirrors/\"\n");
  scratch.write("/etc/containerd/conf-x/a.toml", "imports = [\"../conf-x/*.toml\"]\n").write("/opt/one.toml", "version = 2\n");
  scratch.write("/opt/certs.d/docker.io/hosts.toml", "server = \"https://m\"\n")
      .write("/srv/mirrors/quay.io/hosts.toml", "server = \"https://m\"\n");
  EXPECT_THAT(found_in(scratch), testing::ElementsAre("/etc/containerd/config.toml", "/etc/containerd/conf-x/a.toml", "/opt/one.toml",
                                                      "/opt/certs.d/docker.io/hosts.toml", "/srv/mirrors/quay.io/hosts.toml"));
}

TEST(Configured, ARootThatIsNotRunningIsReadByItsUnits) {
  const ScratchRoot scratch;
  scratch.write("/etc/systemd/system/kubelet.service",
                "[Service]\nEnvironmentFile=/opt/kubelet.env\nExecStart=/usr/bin/kubelet --config=/opt/kubelet.yaml $ARGS\n");
  scratch.write("/opt/kubelet.env", "ARGS=\"--config-dir /opt/kubelet.d --kubeconfig=/opt/kubeconfig\"\n");
  scratch.write("/opt/kubelet.yaml", "kind: KubeletConfiguration\n")
      .write("/opt/kubelet.d/10.conf", "x")
      .write("/opt/kubelet.d/README", "x");
  scratch.write("/opt/kubeconfig",
                "clusters:\n- cluster:\n    server: https://api.example:6443\nusers:\n- user:\n    token: very-secret\n");
  EXPECT_THAT(found_in(scratch),
              testing::UnorderedElementsAre("/opt/kubelet.env", "/opt/kubelet.yaml", "/opt/kubelet.d/10.conf", "/opt/kubeconfig"));
  const auto root = scratch.root();
  const auto looked = survey(root);
  Gathered gathered;
  configuration(*looked, gathered);
  std::string all;
  for (const auto& document : gathered.documents) all += document.path + "\n" + document.text;
  EXPECT_THAT(all, HasSubstr("config/units/kubelet.service\n# /etc/systemd/system/kubelet.service\n[Service]"));
  EXPECT_THAT(all, HasSubstr("server https://api.example:6443"));
  EXPECT_THAT(all, Not(HasSubstr("very-secret")));
}

TEST(Configured, UnitsAreReadWithTheirDropIns) {
  const ScratchRoot scratch;
  scratch.write("/usr/lib/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n");
  scratch.write("/etc/systemd/system/kubelet.service.d/90.conf",
                "[Service]\nEnvironment=KUBELET_EXTRA_ARGS=--image-pull-progress-deadline=5m\n");
  const auto root = scratch.root();
  const auto looked = survey(root);
  Gathered gathered;
  configuration(*looked, gathered);
  ASSERT_EQ(gathered.documents.size(), 1U);
  const auto& unit = gathered.documents[0];
  EXPECT_EQ(readers::node::read(unit.path, unit.text).found.setting("kubelet", "image-pull-progress-deadline"), "5m") << unit.text;
}

TEST(Configured, LoginsAreNamedAndNoMore) {
  const ScratchRoot scratch;
  scratch.write(
      "/root/.docker/config.json",
      R"({"auths":{"https://index.docker.io/v1/":{"auth":"dXNlcjpzM2NyZXQ="},"user:pw@r.example:5000":{"auth":"x"}},"credHelpers":{"1.dkr.ecr.eu-west-1.amazonaws.com":"ecr-login"},"credsStore":"pass"})");
  scratch.write("/.dockercfg", R"({"quay.io":{"auth":"c2VjcmV0","email":"a@b"}})");
  scratch.write("/etc/kubernetes/kubelet.conf", "users:\n- user:\n    client-key-data: c2VjcmV0\n");
  scratch.write("/var/lib/kubelet/config.json", "not json: s3cret");
  const auto root = scratch.root();
  const auto looked = survey(root);
  Gathered gathered;
  configuration(*looked, gathered);
  ASSERT_EQ(gathered.documents.size(), 1U);
  const auto& text = gathered.documents[0].text;
  EXPECT_EQ(gathered.documents[0].path, "config/logins.txt");
  for (const auto* known : {"index.docker.io", "r.example:5000", "1.dkr.ecr.eu-west-1.amazonaws.com (helper ecr-login)",
                            "all (helper pass)", "quay.io", "/etc/kubernetes/kubelet.conf", "mode 06"})
    EXPECT_THAT(text, HasSubstr(known));
  for (const auto* secret : {"dXNlcjpzM2NyZXQ=", "c2VjcmV0", "s3cret", "pw@", "user:"}) EXPECT_THAT(text, Not(HasSubstr(secret)));
}

TEST(Configured, OpenShiftsKubeletConfIsAConfiguration) {
  const ScratchRoot scratch;
  scratch.write("/etc/kubernetes/kubelet.conf", "kind: KubeletConfiguration\nserializeImagePulls: false\n");
  const auto root = scratch.root();
  const auto looked = survey(root);
  Gathered gathered;
  configuration(*looked, gathered);
  ASSERT_EQ(gathered.documents.size(), 1U);
  EXPECT_EQ(gathered.documents[0].path, "config/etc/kubernetes/kubelet.conf");
}

}  // namespace
}  // namespace unsnag::collect
