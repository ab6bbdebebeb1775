// SPDX-License-Identifier: Apache-2.0
#include "diagnose/bearing.h"

#include <gtest/gtest.h>

namespace unsnag::diagnose {
namespace {

bool beside(std::string path, std::string image = "") {
  timeline::Noted noted;
  noted.fact = timeline::Fact{"runtime-unavailable", {{"how", "refused"}, {"path", std::move(path)}}};
  noted.scope.image = std::move(image);
  return is_beside(noted);
}

TEST(Bearing, ARuntimesOrSnapshottersSocketMatters) {
  for (const auto* path :
       {"/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock", "/var/run/docker.sock", "docker.raw.sock",
        "/run/cri-dockerd.sock", "/var/run/crio/crio.sock", "/run/user/1000/podman/podman.sock", "/run/buildkit/buildkitd.sock",
        "/run/containerd-stargz-grpc/containerd-stargz-grpc.sock", "/run/soci-snapshotter-grpc/soci-snapshotter-grpc.sock"})
    EXPECT_FALSE(beside(path)) << path;
}

TEST(Bearing, SocketsOfNetworkAndStorageAgentsDoNot) {
  for (const auto* path : {"/var/run/calico/felix.sock", "/run/aws-node/ipamd.sock", "/var/run/cilium/cilium.sock", "/csi/csi.sock",
                           "/var/lib/kubelet/plugins/efs.csi.aws.com/csi.sock", "/run/spire/sockets/agent.sock", "/var/run/nri/nri.sock"})
    EXPECT_TRUE(beside(path)) << path;
}

TEST(Bearing, InARuntimesOwnFoldersAreThoseOfItsShimsAndPlugins) {
  EXPECT_TRUE(beside("/run/containerd/s/4a3f1c"));
  EXPECT_TRUE(beside("/run/docker/plugins/rexray.sock"));
}

TEST(Bearing, AnUnknownSocketMattersInALineAboutAnImage) {
  EXPECT_TRUE(beside("/run/mine.sock"));
  EXPECT_FALSE(beside("/run/mine.sock", "registry.example/app:1"));
  EXPECT_TRUE(beside("/var/lib/kubelet/device-plugins/kubelet.sock", "registry.example/app:1"));
}

TEST(Bearing, WithoutAPathItIsTheRuntimes) { EXPECT_FALSE(beside("")); }

}  // namespace
}  // namespace unsnag::diagnose
