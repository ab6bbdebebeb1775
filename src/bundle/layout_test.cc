// SPDX-License-Identifier: Apache-2.0
#include "bundle/layout.h"

#include <array>

#include <gtest/gtest.h>

namespace unsnag::bundle {
namespace {

const SysTime k_at = parse_rfc3339("2020-03-18T06:19:59.5Z")->at.value();

TEST(Layout, ABundleIsNamedAfterNodeAndTime) {
  EXPECT_EQ(bundle_name("ip-10-0-1-23", k_at), "unsnag-ip-10-0-1-23-20200318T0619Z");
  EXPECT_EQ(bundle_name("../../etc/x y\n", k_at), "unsnag-etc-x-y--20200318T0619Z");
  EXPECT_EQ(bundle_name("", k_at), "unsnag-node-20200318T0619Z");
  EXPECT_EQ(bundle_name(std::string(300, 'n'), k_at).size(), 100 + 7 + 15);
  EXPECT_EQ(eks_bundle_name("i-0abc", k_at), "eks_i-0abc_2020-03-18_0619-UTC_0.7.9");
}

TEST(Layout, NoPathLeadsOutOfTheBundleOrHidesInATerminal) {
  struct Case {
    std::string_view path, safe;
  };
  for (const auto& [path, safe] : std::array<Case, 12>{{{"logs/kubelet.log", "logs/kubelet.log"},
                                                        {"config//etc/./docker/../x", "config/etc/%2E/docker/%2E%2E/x"},
                                                        {"/etc/passwd", "etc/passwd"},
                                                        {"../../etc", "%2E%2E/%2E%2E/etc"},
                                                        {"a\nb\x1b[2J", "a%0Ab%1B[2J"},
                                                        {"caf\xc3\xa9", "caf\xc3\xa9"},
                                                        {"caf\xe9", "caf%E9"},
                                                        {"50%", "50%25"},
                                                        {"dev-disk-by\\x2dlabel.swap", "dev-disk-by\\x2dlabel.swap"},
                                                        {"right\xe2\x80\xaeleft", "right%E2%80%AEleft"},
                                                        {"messages.part2", "messages.part2_"},
                                                        {std::string_view("nul\0", 4), "nul%00"}}}) {
    EXPECT_EQ(safe_path(path), safe);
    EXPECT_TRUE(is_inside(safe_path(path)));
  }
  EXPECT_EQ(safe_path(""), "");
  EXPECT_EQ(safe_path("///"), "");
  for (const auto* path : {"", "/etc", "a/../b", "..", "a//b", "a/"}) EXPECT_FALSE(is_inside(path)) << path;
}

TEST(Layout, LongNamesAreCutAndStayApart) {
  const auto one = safe_path("logs/" + std::string(300, '\n') + "1"), other = safe_path("logs/" + std::string(300, '\n') + "2");
  EXPECT_NE(one, other);
  EXPECT_EQ(one.size(), 5 + 200);
}

// Right-hand sides: names in eks-log-collector.sh 0.7.9.
TEST(Layout, EksNamesAreThoseOfTheRealScript) {
  struct Case {
    std::string_view native, eks;
  };
  for (const auto& [native, eks] : std::array<Case, 12>{{
           {"logs/kubelet.log", "kubelet/kubelet.log"},
           {"logs/containerd.log", "containerd/containerd-log.txt"},
           {"logs/docker.log", "docker/docker.log"},
           {"logs/var/log/messages", "var_log/messages"},
           {"logs/var/log/cloud-init-output.log", "var_log/cloud-init-output.log"},
           {"config/units/kubelet.service", "kubelet/kubelet_service.txt"},
           {"config/etc/kubernetes/kubelet/config.json.d/00-nodeadm.conf", "kubelet/config.json.d/00-nodeadm.conf"},
           {"config/etc/cni/net.d/10-aws.conflist", "cni/10-aws.conflist"},
           {"config/etc/containerd/config.toml", "containerd/containerd-config.txt"},
           {"system/network.txt", "networking/ifconfig.txt"},
           {"system/mounts.txt", "storage/mounts.txt"},
           {"system/ps.txt", "system/ps.txt"},
       }})
    EXPECT_EQ(eks_path(native), eks);
  for (const auto* path : {"logs/var/log/pods/default_web-1_2/web/0.log", "config/etc/containerd/certs.d/docker.io/hosts.toml",
                           "verdict.txt", "logs/var/log/messages.1", "system/pressure.txt", "runtime/docker/info.json"})
    EXPECT_EQ(eks_path(path), std::nullopt) << path;
}

}  // namespace
}  // namespace unsnag::bundle
