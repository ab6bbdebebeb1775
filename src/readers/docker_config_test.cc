// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DaemonJson, MirrorsAreDockerHubs) {
  const Read r = read("etc/docker/daemon.json",
                      "{\n  \"registry-mirrors\": [\"https://m.example\"],\n  \"insecure-registries\": [\"a.example:80\"],\n"
                      "  \"max-concurrent-downloads\": 10,\n  \"proxies\": {\"https-proxy\": \"http://p.example:3128\"}\n}\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.named("mirror-set").at(0).get("registry"), "docker.io");
  EXPECT_EQ(r.found.setting("dockerd", "max-concurrent-downloads"), "10");
  EXPECT_EQ(r.found.setting("dockerd", "insecure-registries"), "a.example:80");
  EXPECT_EQ(r.found.named("proxy-set").at(0).get("proxy"), "http://p.example:3128");
  EXPECT_THAT(r.found.oddities(), IsEmpty());
}

TEST(DaemonJson, ASchemeInInsecureRegistriesIsRefused) {
  EXPECT_THAT(read("daemon.json", "{\"insecure-registries\": [\"http://a.example\"]}").found.oddities(), ElementsAre("refused"));
}

TEST(DaemonJson, AnyOtherJsonIsLeftAlone) {
  EXPECT_FALSE(read("pods.json", "{\"items\": []}").was_read);
  EXPECT_FALSE(read("a.json", "{\"debug\": true}").was_read);
}

TEST(DockerInfo, VersionsDriverAndRegistries) {
  const Read r = read(
      "docker-info.txt",
      "Client:\n Context:    default\n\nServer:\n Containers: 1\n Server Version: 20.10.24+dfsg1\n Storage Driver: overlay2\n"
      "  Backing Filesystem: extfs\n Plugins:\n  Volume: local\n HTTPS Proxy: http://p.example:3128\n"
      " Insecure Registries:\n  a.example:5000\n  127.0.0.0/8\n Registry Mirrors:\n  https://m.example/\n Live Restore Enabled: true\n\n"
      "REPOSITORY   TAG   IMAGE ID\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.named("version", "of", "dockerd").at(0).get("version"), "20.10.24+dfsg1");
  EXPECT_EQ(r.found.setting("dockerd", "storage-driver"), "overlay2");
  EXPECT_EQ(r.found.setting("dockerd", "live-restore"), "true");
  EXPECT_EQ(r.found.named("setting", "key", "insecure-registries").size(), 2u);
  EXPECT_EQ(r.found.named("mirror-set").at(0).get("host"), "m.example");
  EXPECT_EQ(r.found.named("proxy-set").size(), 1u);
}

TEST(DockerVersion, TheServersVersionsNotTheClients) {
  const Read r = read("docker-version.txt",
                      "Client:\n Version:           19.03.1\n\nServer:\n Engine:\n  Version:          20.10.24\n containerd:\n  Version:   "
                      "       1.6.20\n");
  EXPECT_THAT(r.found.facts(), ElementsAre("6 version(of=dockerd, version=20.10.24)", "8 version(of=containerd, version=1.6.20)"));
}

TEST(CrictlInfo, TheRunningTimeout) {
  const Read r = read("crictl-info.json",
                      "{\"status\": {\"conditions\": []}, \"config\": {\"containerd\": {\"snapshotter\": \"overlayfs\"}, "
                      "\"imagePullProgressTimeout\": \"5m0s\"}}");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.setting("containerd", "image_pull_progress_timeout"), "5m0s");
}

}  // namespace
}  // namespace unsnag::readers::node
