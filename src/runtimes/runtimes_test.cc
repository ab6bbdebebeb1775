// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fake/server.h"
#include "runtimes/activity.h"
#include "runtimes/docker.h"
#include "runtimes/numbers.h"
#include "runtimes/sockets.h"

namespace unsnag::runtimes {
namespace {

TEST(Sockets, AnEndpointIsAPathAndItsNameSaysWhatItSpeaks) {
  const auto containerd = socket_at("unix:///run/containerd/containerd.sock");
  EXPECT_EQ(containerd.path, "/run/containerd/containerd.sock");
  EXPECT_TRUE(containerd.speaks_cri && containerd.speaks_containerd && !containerd.speaks_docker);
  const auto crio = socket_at("/var/run/crio/crio.sock");
  EXPECT_TRUE(crio.speaks_cri && !crio.speaks_containerd && !crio.speaks_docker);
  const auto docker = socket_at("unix:/var/run/docker.sock");
  EXPECT_EQ(docker.path, "/var/run/docker.sock");
  EXPECT_TRUE(!docker.speaks_cri && docker.speaks_docker);
  EXPECT_FALSE(socket_at("/run/docker/containerd/containerd.sock").speaks_cri);
  EXPECT_TRUE(socket_at("unix:///opt/own.sock").speaks_cri);
  EXPECT_EQ(socket_at("tcp://127.0.0.1:3735").path, "");
  EXPECT_EQ(socket_at("npipe:////./pipe/containerd-containerd").path, "");
  EXPECT_EQ(socket_at("").path, "");
}

TEST(Docker, IsAskedInAVersionThatBothSidesKnow) {
  EXPECT_EQ(agreed_version("1.41", "1.12"), "/v1.41");
  EXPECT_EQ(agreed_version("1.52", "1.44"), "/v1.44");
  EXPECT_EQ(agreed_version("1.52", "1.24"), "/v1.43");
  EXPECT_EQ(agreed_version("1.24", ""), "/v1.24");
  EXPECT_EQ(agreed_version("", ""), "");
  EXPECT_EQ(agreed_version("1.x", "1.12"), "");
  EXPECT_EQ(agreed_version("1.43/../..", "1.12"), "");
}

TEST(Numbers, OtherProgramsTimesMayBeAnything) {
  EXPECT_FALSE(time_of(0));
  EXPECT_FALSE(time_of(INT64_MIN));
  EXPECT_FALSE(time_of(INT64_MAX));
  EXPECT_FALSE(time_of(INT64_MAX, INT32_MAX));
  EXPECT_FALSE(time_of(-1, 0));
  EXPECT_EQ(format_rfc3339(time_of(1'600'000'000, 5'000'000).value()), "2020-09-13T12:26:40.005Z");
}

TEST(Health, KubeletsOwnWordIsTaken) {
  bool well = true;
  const fake::Server kubelet(fake::Server::answering(
      [&](const auto&) { return well ? fake::http_answer("ok") : fake::http_answer("[-]syncloop failed", "500 No"); }));
  const auto url = "http://127.0.0.1:" + std::to_string(kubelet.port()) + "/healthz";
  EXPECT_TRUE(kubelet_is_healthy({}, url));
  well = false;
  const auto sick = kubelet_is_healthy({}, url);
  ASSERT_FALSE(sick);
  EXPECT_EQ(sick.error().detail, "HTTP 500: [-]syncloop failed");
}

}  // namespace
}  // namespace unsnag::runtimes
