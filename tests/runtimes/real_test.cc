// SPDX-License-Identifier: Apache-2.0
// Against the real containerd and Docker, with a registry beside them: tests/runtimes/node runs them. As root; else it is skipped.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtimes/activity.h"
#include "runtimes/containerd.h"
#include "runtimes/cri.h"
#include "runtimes/docker.h"
#include "runtimes/documents.h"
#include "runtimes/real_node.h"

namespace unsnag::runtimes {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

SysTime now() { return std::chrono::system_clock::now(); }

class RealTest : public RealNodeTest {
 protected:
  static std::map<std::string, std::string> state(const Socket& socket) {
    std::map<std::string, std::string> all;
    read_state(socket, {}, [&](const Document& one) { all[one.name] = one.text ? *one.text : "FAILED " + one.text.error().message(); });
    return all;
  }
};

TEST_F(RealTest, TheRuntimeIsReadyAndItsNetworkIsNot) {
  EXPECT_TRUE(is_ready(containerd(), {}));
  const auto network = is_ready(containerd(), {}, Need::runtime_and_network);
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, Errc::server);
  EXPECT_THAT(network.error().detail, HasSubstr("NetworkReady is false: NetworkPluginNotReady: "));
  EXPECT_TRUE(is_ready(docker(), {}));
}

TEST_F(RealTest, WhatIsUnderWayIsToldFromWhatWasLeftBehind) {
  const auto at_once = activities(containerd(), {}, {now()});
  EXPECT_THAT(at_once.unknown, IsEmpty());
  EXPECT_THAT(at_once.under_way, Contains(testing::AllOf(Field(&Activity::name, "slow"), Field(&Activity::detail, "0 B of 1 kB"))));
  EXPECT_THAT(at_once.under_way,
              Contains(testing::AllOf(Field(&Activity::what, Doing::unpacking), Field(&Activity::name, "sha256:" + std::string(64, '1')))));
  EXPECT_FALSE(at_once.idle());
  const auto later = activities(containerd(), {}, {now() + 10min});
  EXPECT_THAT(later.left_over, Contains(Field(&Activity::name, "slow")));
  EXPECT_THAT(later.under_way, ElementsAre(Field(&Activity::what, Doing::unpacking)));
  auto restarted = Lately{now()};
  restarted.runtime_started = now();
  EXPECT_THAT(activities(containerd(), {}, restarted).left_over, Contains(Field(&Activity::what, Doing::unpacking)));
}

TEST_F(RealTest, AnIngestThatIsLeftBehindIsAborted) {
  Containerd client(containerd().here);
  EXPECT_TRUE(client.abort_ingest("k8s.io", "left"));
  const auto left = client.ingests("k8s.io");
  ASSERT_TRUE(left);
  EXPECT_THAT(*left, ElementsAre(Field(&Ingest::ref, "slow")));
  EXPECT_EQ(client.abort_ingest("k8s.io", "left").error().code, Errc::not_found);
}

TEST_F(RealTest, ADamagedLayerIsFoundAndPulledAnew) {
  Cri cri(containerd().here);
  Containerd client(containerd().here);
  const auto pulled = cri.pull(s_image, "", {}, 60s);
  ASSERT_TRUE(pulled) << pulled.error().message();
  const auto images = cri.images();
  ASSERT_TRUE(images);
  EXPECT_THAT(*images, Contains(Field(&CriImage::tags, ElementsAre(s_image))));
  const auto check = [&] {
    const auto checked = client.check("k8s.io", s_layer);
    return checked ? fmt::format("{} bytes, {}", checked->bytes, checked->whole ? "whole" : "damaged") : checked.error().message();
  };
  const auto bytes = client.blob("k8s.io", s_layer).value().bytes;
  EXPECT_EQ(check(), fmt::format("{} bytes, whole", bytes));

  const auto file = s_folder / "root/io.containerd.content.v1.content/blobs/sha256" / s_layer.substr(7);
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  std::fstream(file, std::ios::in | std::ios::out).seekp(1000) << "damaged";
  EXPECT_EQ(check(), fmt::format("{} bytes, damaged", bytes));

  EXPECT_TRUE(client.remove_blob("k8s.io", s_layer));
  EXPECT_EQ(client.blob("k8s.io", s_layer).error().code, Errc::not_found);
  // containerd fetches no layer whose snapshot it has. CRI's removal takes all names of the image, and the snapshots with them;
  // containerd's own takes one of three.
  EXPECT_TRUE(client.remove_image("k8s.io", s_image, 30s));
  EXPECT_EQ(client.remove_image("k8s.io", s_image, 30s).error().code, Errc::not_found);
  EXPECT_TRUE(cri.remove(*pulled));
  ASSERT_TRUE(cri.pull(s_image, "", {}, 60s));
  EXPECT_EQ(check(), fmt::format("{} bytes, whole", bytes));
  EXPECT_TRUE(cri.remove(s_image));
  EXPECT_EQ(client.check("k8s.io", "sha256:" + std::string(64, '0')).error().code, Errc::not_found);
}

TEST_F(RealTest, APullThatFailsSaysWhy) {
  const auto pulled = Cri(containerd().here).pull("localhost:5000/shop/none:1", "someone", Secret("hush"), 60s);
  ASSERT_FALSE(pulled);
  EXPECT_THAT(pulled.error().message(), HasSubstr("localhost:5000/shop/none:1"));
  EXPECT_THAT(pulled.error().message(), testing::Not(HasSubstr("hush")));
}

TEST_F(RealTest, ContainerdsStateIsWhole) {
  const auto all = state(containerd());
  for (const auto& [name, text] : all) EXPECT_THAT(text, testing::StartsWith("{")) << name;
  EXPECT_THAT(all.at("cri/info.json"), HasSubstr("\"maxConcurrentDownloads\""));
  EXPECT_THAT(all.at("containerd/ingests-k8s.io.json"), HasSubstr("\"ref\": \"slow\""));
  EXPECT_THAT(all.at("containerd/snapshots-overlayfs-k8s.io.json"), HasSubstr("extract-123456789-abcd"));
  EXPECT_THAT(all.at("containerd/plugins.json"), HasSubstr("\"error\": \""));  // there is always one that lacks something
}

TEST_F(RealTest, DockersStateIsWholeAndDockerSpeaksNoCri) {
  const auto all = state(docker());
  EXPECT_THAT(all.at("docker/info.json"), HasSubstr("\"ServerVersion\""));
  EXPECT_THAT(all.at("docker/version.json"), HasSubstr("\"ApiVersion\""));
  EXPECT_EQ(all.at("docker/images.json"), "[]\n");
  EXPECT_EQ(all.at("docker/containers.json"), "[]\n");
  EXPECT_FALSE(Cri(docker().here).version());
}

}  // namespace
}  // namespace unsnag::runtimes
