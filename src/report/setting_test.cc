// SPDX-License-Identifier: Apache-2.0
#include "report/setting.h"

#include <gtest/gtest.h>

namespace unsnag::report {
namespace {

TEST(Setting, StandsAsInItsFile) {
  struct Case {
    std::string_view file, key, value;
    std::vector<std::string> lines;
  };
  const Case cases[] = {
      {"/etc/default/kubelet or /etc/sysconfig/kubelet", "--image-pull-progress-deadline", "10m", {"--image-pull-progress-deadline=10m"}},
      {"", "--docker-server", "https://index.docker.io/v1/", {"--docker-server=https://index.docker.io/v1/"}},
      {"/etc/docker/daemon.json", "insecure-registries", "[\"r:5000\"]", {"\"insecure-registries\": [\"r:5000\"]"}},
      {"/etc/containerd/config.toml", "max_concurrent_downloads", "1", {"max_concurrent_downloads = 1"}},
      {"/etc/crio/crio.conf.d/9.conf",
       "[crio.image] pull_progress_timeout",
       "\"10m\"",
       {"[crio.image]", "pull_progress_timeout = \"10m\""}},
      {"/etc/containers/registries.conf.d/9.conf",
       "[[registry]] location, insecure",
       "\"r:5000\", true",
       {"[[registry]]", "location = \"r:5000\"", "insecure = true"}},
      {"/etc/systemd/system/docker.service.d/9.conf", "[Service] MemoryMax", "infinity", {"[Service]", "MemoryMax=infinity"}},
      {"/var/lib/kubelet/config.yaml", "runtimeRequestTimeout", "15m", {"runtimeRequestTimeout: 15m"}},
      {"KubeletConfig", "spec.kubeletConfig.a, spec.kubeletConfig.b", "75, 65", {"spec.kubeletConfig.a: 75", "spec.kubeletConfig.b: 65"}},
      {"", "net.netfilter.nf_conntrack_max", "1048576", {"net.netfilter.nf_conntrack_max = 1048576"}},
      {"/etc/ecs/ecs.config", "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT", "10m", {"ECS_IMAGE_PULL_INACTIVITY_TIMEOUT=10m"}},
      {"/etc/rancher/k3s/registries.yaml", "mirrors", "", {"mirrors"}},
      {"/etc/docker/certs.d/r/ca.crt", "", "", {}},
  };
  for (const auto& one : cases) EXPECT_EQ(setting_lines(one.file, one.key, one.value), one.lines) << one.file << " " << one.key;
}

}  // namespace
}  // namespace unsnag::report
