// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "diagnose/case_file.h"

namespace unsnag::diagnose {
namespace {

struct RoleCase {
  const char* name;
  const char* registry;
  const char* host;
  const char* url;
  const char* step;
  const char* role;
};
void PrintTo(const RoleCase& c, std::ostream* out) { *out << c.name; }
class Role : public ::testing::TestWithParam<RoleCase> {};

TEST_P(Role, IsWhoWasBeingTalkedTo) {
  const auto& c = GetParam();
  CaseFile file;
  file.registry = c.registry;
  timeline::Noted mirror{{"mirror-set", {{"host", "harbor.corp.example"}, {"registry", "docker.io"}}}, {}, {}, {}, {}, {}, 1, 1};
  file.facts.push_back({&mirror, mirror.fact, Tie::node, {}});
  timeline::Fact fact{"unreachable", {}};
  fact.set("host", c.host);
  fact.set("url", c.url);
  fact.set("step", c.step);
  EXPECT_EQ(role_of(fact, file), c.role);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Role,
    ::testing::Values(
        RoleCase{"own_registry", "registry.example", "registry.example", "https://registry.example/v2/a/manifests/1", "resolve",
                 "registry"},
        RoleCase{"own_registry_with_port", "registry.example:5000", "registry.example:5000", "https://registry.example:5000/v2/", "",
                 "registry"},
        RoleCase{"default_port_left_out", "registry.example:443", "registry.example", "https://registry.example/v2/a/manifests/1", "",
                 "registry"},
        RoleCase{"another_port_is_another_server", "registry.example:5000", "registry.example:5001",
                 "https://registry.example:5001/v2/x/blobs/sha256:1", "download", "blob-host"},
        RoleCase{"hubs_names", "docker.io", "registry-1.docker.io", "https://registry-1.docker.io/v2/library/x/manifests/1", "resolve",
                 "registry"},
        RoleCase{"hubs_token_service", "docker.io", "auth.docker.io", "https://auth.docker.io/token?scope=x", "authorize", "token"},
        RoleCase{"blob_store", "docker.io", "production.cloudflare.docker.com",
                 "https://production.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs/sha256/a", "download", "blob-host"},
        RoleCase{"blob_store_without_an_image", "", "production.cloudfront.docker.com",
                 "https://production.cloudfront.docker.com/registry-v2/docker/registry/v2/blobs/sha256/a", "download", "blob-host"},
        RoleCase{"a_stores_path", "", "cdn.example", "https://cdn.example/docker/registry/v2/blobs/sha256/a", "download", "blob-host"},
        RoleCase{"redirected_layer", "registry.eu.example", "bucket.s3.eu-west-1.amazonaws.com",
                 "https://bucket.s3.eu-west-1.amazonaws.com/docker/sha256:1", "download", "blob-host"},
        RoleCase{"mirror_by_ns", "docker.io", "mirror.example:5001",
                 "https://mirror.example:5001/v2/library/redis/manifests/7?ns=docker.io", "resolve", "mirror"},
        RoleCase{"mirror_by_configuration", "docker.io", "harbor.corp.example", "https://harbor.corp.example/v2/x/manifests/1", "resolve",
                 "mirror"},
        RoleCase{"ns_at_the_registry_itself", "registry.example", "registry.example",
                 "https://registry.example/v2/x/manifests/1?ns=registry.example", "", "registry"},
        RoleCase{"registry_that_sends_on", "registry.k8s.io", "us-west2-docker.pkg.dev",
                 "https://us-west2-docker.pkg.dev/v2/k8s/images/x/manifests/1", "resolve", "redirect"},
        RoleCase{"metadata_service", "1.dkr.ecr.eu-west-1.amazonaws.com", "169.254.169.254", "http://169.254.169.254/latest/api/token", "",
                 "metadata"},
        RoleCase{"token_service_elsewhere", "registry.example", "sso.example", "https://sso.example/jwt/auth?service=x", "authorize",
                 "token"},
        RoleCase{"nobody_known", "registry.example", "", "", "", ""}),
    [](const auto& param) { return param.param.name; });

TEST(RoleOf, AProxyIsWhoWasAskedWhateverTheUrlSays) {
  CaseFile file;
  file.registry = "registry.example";
  timeline::Fact fact{"unreachable", {{"host", "registry.example"}, {"via", "proxy"}}};
  EXPECT_EQ(role_of(fact, file), "proxy");
  timeline::Fact socket{"unreachable", {{"addr", "/run/containerd/containerd.sock"}}};
  EXPECT_EQ(role_of(socket, file), "runtime");
  timeline::Fact after_status{"http-status", {{"host", "mirror.example"}, {"step", "resolve"}, {"status", "404"}}};
  EXPECT_EQ(role_of(after_status, file), "mirror") << "containerd names the host of its list, and it is not the registry";
  timeline::Fact disk{"no-space", {{"host", "registry.example"}}};
  EXPECT_EQ(role_of(disk, file), "") << "a full disk talks to nobody";
}

}  // namespace
}  // namespace unsnag::diagnose
