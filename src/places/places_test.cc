// SPDX-License-Identifier: Apache-2.0
#include "places/places.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::places {
namespace {

using testing::ElementsAre;

const std::map<std::string, std::vector<Found>>& tree() {
  static const std::map<std::string, std::vector<Found>> k_tree{
      {"/etc", {{"certs.d", true}, {"conf.d", true}, {"one.toml", false}, {"two.toml", false}, {".hidden.toml", false}}},
      {"/etc/conf.d", {{"a", false}, {"sub", true}}},
      {"/etc/conf.d/sub", {{"b", false}}},
      {"/etc/certs.d", {{"docker.io", true}, {"hosts.toml", false}, {"x:5000", true}}},
      {"/etc/certs.d/docker.io", {{"hosts.toml", false}, {"ca.pem", false}}},
      {"/etc/certs.d/x:5000", {{"hosts.toml", false}}}};
  return k_tree;
}

std::vector<Found> listed(const std::string& folder) {
  const auto known = tree().find(folder);
  return known == tree().end() ? std::vector<Found>{} : known->second;
}

TEST(Places, PatternsFindWhatIsThere) {
  EXPECT_THAT(expand("/etc/*.toml", listed), ElementsAre("/etc/one.toml", "/etc/two.toml"));
  EXPECT_THAT(expand("/etc/conf.d/*", listed), ElementsAre("/etc/conf.d/a")) << "files, no folders";
  EXPECT_THAT(expand("/etc/conf.d/**", listed), ElementsAre("/etc/conf.d/a", "/etc/conf.d/sub/b"));
  EXPECT_THAT(expand("/etc/certs.d/**/hosts.toml", listed),
              ElementsAre("/etc/certs.d/hosts.toml", "/etc/certs.d/docker.io/hosts.toml", "/etc/certs.d/x:5000/hosts.toml"));
  EXPECT_THAT(expand("/etc/c*.d/docker.io/h?sts.toml", listed), ElementsAre("/etc/certs.d/docker.io/hosts.toml"));
  EXPECT_THAT(expand("/etc/one.toml", listed), ElementsAre("/etc/one.toml"));
  EXPECT_THAT(expand("/nowhere/*", listed), ElementsAre());
  EXPECT_THAT(expand("etc/*", listed), ElementsAre()) << "no absolute path";
  EXPECT_THAT(expand("/etc/**", listed, 2), testing::SizeIs(2));
}

TEST(Places, ATreeWithoutAnEndEnds) {
  std::size_t asked = 0;
  const auto endless = [&](const std::string&) {
    ++asked;
    return std::vector<Found>{{"d", true}};
  };
  EXPECT_TRUE(expand("/a/**", endless).empty());
  EXPECT_LT(asked, 100U);
}

TEST(Places, EachIsThereOnceAndSaysWhatItIs) {
  std::set<std::string_view> seen;
  for (const auto& place : all()) {
    EXPECT_TRUE(seen.insert(place.path).second || place.kind == Kind::names) << place.path;
    EXPECT_TRUE(place.path.starts_with('/') && !place.what.empty() && !place.of.empty()) << place.path;
  }
  for (const auto* path : {"/root/.docker/config.json", "/var/lib/kubelet/config.json", "/etc/rancher/k3s/k3s.yaml"})
    EXPECT_TRUE(std::any_of(all().begin(), all().end(), [&](const Place& one) { return one.path == path && one.kind == Kind::secret; }))
        << path;
}

}  // namespace
}  // namespace unsnag::places
