// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view k_healthy =
    "server = \"https://registry-1.docker.io\"\n\n"
    "[host.\"https://mirror.lan.example\"]\n"
    "  capabilities = [\"pull\", \"resolve\"]\n";

TEST(HostsToml, NamesTheRegistryByItsFolderAndTheLineOfEachHost) {
  const Read r = read("etc/containerd/certs.d/docker.io/hosts.toml", k_healthy);
  ASSERT_TRUE(r.was_read);
  const auto mirrors = r.found.named("mirror-set", "host", "mirror.lan.example");
  ASSERT_EQ(mirrors.size(), 1u);
  EXPECT_EQ(mirrors[0].get("registry"), "docker.io");
  EXPECT_EQ(mirrors[0].get("capabilities"), "pull, resolve");
  EXPECT_EQ(mirrors[0].get("server"), "registry-1.docker.io");
  EXPECT_EQ(r.found.events[0].origin.line, 3u);
  EXPECT_EQ(r.found.events[0].origin.text, "[host.\"https://mirror.lan.example\"]");
  EXPECT_EQ(r.found.events[0].scope.node, "node-a");
}

TEST(HostsToml, AHealthyMirrorIsNotOdd) { EXPECT_THAT(read("certs.d/docker.io/hosts.toml", k_healthy).found.oddities(), IsEmpty()); }

TEST(HostsToml, TheRegistryIsFoundHoweverTheBundleNamesTheFile) {
  struct Case {
    const char* name;
    const char* path;
    const char* first_line;
    const char* registry;
  };
  for (const Case& c : {Case{"folder", "certs.d/registry.example:5000/hosts.toml", "", "registry.example:5000"},
                        Case{"port without colon", "certs.d/registry.example_5000_/hosts.toml", "", "registry.example:5000"},
                        Case{"default", "etc/_default/hosts.toml", "", "_default"},
                        Case{"comment", "hosts.toml", "# /etc/containerd/certs.d/ghcr.io/hosts.toml\n", "ghcr.io"},
                        Case{"a folder that is no registry", "case-7/hosts.toml", "", ""}}) {
    const std::string text = std::string(c.first_line) + "[host.\"https://m.example\"]\n  capabilities = [\"pull\", \"resolve\"]\n";
    const auto mirrors = read(c.path, text).found.named("mirror-set");
    ASSERT_EQ(mirrors.size(), 1u) << c.name;
    EXPECT_EQ(mirrors[0].get("registry"), c.registry) << c.name;
  }
}

TEST(HostsToml, SaysWhatLooksWrong) {
  struct Case {
    const char* why;
    const char* host;
    const char* body;
  };
  for (const Case& c : {Case{"no-resolve", "https://m.example", "capabilities = [\"pull\"]"},
                        Case{"plain-http", "http://m.example:5443", "capabilities = [\"pull\", \"resolve\"]"},
                        Case{"path-without-v2", "https://m.example/ui", "capabilities = [\"pull\", \"resolve\"]"},
                        Case{"path-v2-twice", "https://m.example/v2/hub", "capabilities = [\"pull\", \"resolve\"]"},
                        Case{"override-without-v2", "https://m.example/hub", "override_path = true"},
                        Case{"no-pull", "https://m.example", "capabilities = [\"resolve\"]"}}) {
    const Read r = read("certs.d/docker.io/hosts.toml", fmt::format("[host.\"{}\"]\n{}\n", c.host, c.body));
    EXPECT_THAT(r.found.oddities(), ElementsAre(c.why));
  }
}

TEST(HostsToml, AProxyCacheWithOverridePathIsNotOdd) {
  EXPECT_THAT(read("certs.d/docker.io/hosts.toml",
                   "server = \"https://harbor.example/v2/hub\"\noverride_path = true\n"
                   "[host.\"https://harbor.example/v2/hub\"]\noverride_path = true\n")
                  .found.oddities(),
              ElementsAre("server-is-the-mirror"));
}

TEST(HostsToml, SaysWhichUrlIsReallyAsked) {
  const Read r =
      read("hosts.toml", "server = \"https://a.example\"\n[host.\"https://a.example/ui\"]\ncapabilities = [\"pull\", \"resolve\"]\n");
  EXPECT_EQ(r.found.named("mirror-oddity").at(0).get("words"), "requests go to https://a.example/ui/v2/");
}

TEST(HostsToml, ABrokenFileIsAFact) {
  const Read r = read("certs.d/docker.io/hosts.toml", "server = \"https://a.example\n[host.\"https://b.example\"]\n");
  EXPECT_TRUE(r.was_read);
  EXPECT_EQ(r.found.named("mirror-config-broken").size(), 1u);
}

TEST(RegistriesConf, MirrorsBlockedAndInsecure) {
  const Read r = read("etc/containers/registries.conf",
                      "unqualified-search-registries = [\"docker.io\"]\nshort-name-mode = \"enforcing\"\n"
                      "[[registry]]\nprefix = \"docker.io\"\nlocation = \"docker.io\"\n"
                      "[[registry.mirror]]\nlocation = \"mirror.example/hub\"\ninsecure = true\n"
                      "[[registry]]\nlocation = \"bad.example\"\nblocked = true\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_EQ(r.found.setting("containers", "short-name-mode"), "enforcing");
  EXPECT_EQ(r.found.setting("containers", "blocked"), "bad.example");
  const auto mirrors = r.found.named("mirror-set");
  ASSERT_EQ(mirrors.size(), 1u);
  EXPECT_EQ(mirrors[0].get("host"), "mirror.example");
  EXPECT_EQ(mirrors[0].get("url-path"), "/hub");
  EXPECT_EQ(mirrors[0].get("skip-verify"), "yes");
}

TEST(RegistriesYaml, EndpointsWithoutThePassword) {
  const Read r = read("etc/rancher/k3s/registries.yaml",
                      "mirrors:\n  docker.io:\n    endpoint:\n      - \"https://m.example:5000\"\n"
                      "configs:\n  \"m.example:5000\":\n    auth:\n      username: u\n      password: hush-hush\n"
                      "    tls:\n      insecure_skip_verify: true\n");
  ASSERT_TRUE(r.was_read);
  const auto mirrors = r.found.named("mirror-set");
  ASSERT_EQ(mirrors.size(), 1u);
  EXPECT_EQ(mirrors[0].get("registry"), "docker.io");
  EXPECT_EQ(mirrors[0].get("skip-verify"), "yes");
  EXPECT_EQ(r.found.setting("containerd", "auth-for"), "m.example:5000");
  for (const auto& event : r.found.events) EXPECT_EQ(event.origin.text.find("hush-hush"), std::string::npos);
}

}  // namespace
}  // namespace unsnag::readers::node
