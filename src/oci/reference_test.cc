// SPDX-License-Identifier: Apache-2.0
#include "oci/reference.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace unsnag::oci {
namespace {

const std::string k_hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string k_digest = "sha256:" + k_hex;

struct Good {
  std::string given, registry, repository, tag;
  bool digest = false;
};
void PrintTo(const Good& c, std::ostream* out) { *out << c.given; }
class AReference : public ::testing::TestWithParam<Good> {};

TEST_P(AReference, IsReadAsDockerReadsIt) {
  const auto& c = GetParam();
  const auto reference = parse_reference(c.given);
  ASSERT_TRUE(reference) << reference.error().message();
  EXPECT_EQ(reference->registry, c.registry);
  EXPECT_EQ(reference->repository, c.repository);
  EXPECT_EQ(reference->tag, c.tag);
  EXPECT_EQ(reference->digest.has_value(), c.digest);
  EXPECT_EQ(reference->manifest_name(), c.digest ? k_digest : c.tag);
  EXPECT_EQ(*parse_reference(reference->to_string()), *reference) << "its full name means the same";
}

INSTANTIATE_TEST_SUITE_P(
    Names, AReference,
    ::testing::Values(
        Good{"nginx", "docker.io", "library/nginx", "latest"}, Good{"nginx:1.25-alpine", "docker.io", "library/nginx", "1.25-alpine"},
        Good{"acme/app", "docker.io", "acme/app", "latest"}, Good{"docker.io/nginx", "docker.io", "library/nginx", "latest"},
        Good{"index.docker.io/nginx:1", "docker.io", "library/nginx", "1"}, Good{"localhost/app", "localhost", "app", "latest"},
        Good{"localhost:5000/app:a", "localhost:5000", "app", "a"},
        Good{"registry.example/a/b/c:_x.y-Z", "registry.example", "a/b/c", "_x.y-Z"},
        Good{"[2001:db8::1]:5000/a:b", "[2001:db8::1]:5000", "a", "b"}, Good{"[::1]/a", "[::1]", "a", "latest"},
        Good{"REGISTRY/app", "REGISTRY", "app", "latest"}, Good{"a/b__c/d---e.f_g", "docker.io", "a/b__c/d---e.f_g", "latest"},
        Good{"r.example/a@" + k_digest, "r.example", "a", "", true}, Good{"r.example/a:1@" + k_digest, "r.example", "a", "1", true},
        Good{"r.example:443/" + k_hex, "r.example:443", k_hex, "latest"},
        Good{"123.dkr.ecr.eu-west-1.amazonaws.com/x:y", "123.dkr.ecr.eu-west-1.amazonaws.com", "x", "y"}));

struct Bad {
  std::string given, why;
};
void PrintTo(const Bad& c, std::ostream* out) { *out << c.given; }
class NoReference : public ::testing::TestWithParam<Bad> {};

TEST_P(NoReference, IsRefusedWithItsReason) {
  const auto reference = parse_reference(GetParam().given);
  ASSERT_FALSE(reference) << reference->to_string();
  EXPECT_TRUE(contains(reference.error().message(), GetParam().why)) << reference.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Names, NoReference,
    ::testing::Values(Bad{"", "without a name"}, Bad{"https://registry.example/a", "has no scheme"}, Bad{"docker://a", "has no scheme"},
                      Bad{"a/B", "small letters"}, Bad{"Nginx", "small letters"}, Bad{"a//b", "between two slashes"},
                      Bad{"a/", "behind the last one"}, Bad{"r.example/", "no repository"}, Bad{"a:", "is no tag"},
                      Bad{"a:b c", "is no tag"}, Bad{"a:.b", "is no tag"}, Bad{"a:" + std::string(129, 'x'), "is no tag"},
                      Bad{"a/../b", "\"..\" holds"}, Bad{"a/b?x=1", "holds more"}, Bad{"a/%2e%2e/b", "holds more"},
                      Bad{"a___b", "holds more"}, Bad{"a..b", "holds more"}, Bad{"-a", "holds more"}, Bad{"a-", "holds more"},
                      Bad{"r.example:99999/a", "host and port"}, Bad{"r.example:/a", "host and port"}, Bad{"-r.example/a", "host and port"},
                      Bad{"r_x.example/a", "host and port"}, Bad{"user:pw@r.example/a", "a user in front"},
                      Bad{"[fe80::1%25eth0]/a", "host and port"}, Bad{"a@sha256:12", "64 hexadecimal"},
                      Bad{"a@" + k_digest + "0", "64 hexadecimal"}, Bad{"a@sha512:" + k_hex + k_hex, "only sha256"},
                      Bad{k_hex, "an image's id"}, Bad{"a\nb", "holds more"}, Bad{std::string("a\0b", 3), "holds more"},
                      Bad{"r.example/" + std::string(250, 'a'), "longer than 255"}));

TEST(NoReference, RepeatsNoPassword) {
  for (const auto* given : {"robot:s3cr3t@r.example/a", "https://robot:s3cr3t@r.example/a"})
    EXPECT_FALSE(contains(parse_reference(given).error().message(), "s3cr3t")) << given;
}

TEST(ARepository, HasNeitherTagNorDigest) {
  const auto repository = parse_repository("localhost:5000/a/b");
  ASSERT_TRUE(repository);
  EXPECT_EQ(repository->registry, "localhost:5000");
  EXPECT_EQ(repository->name, "a/b");
  EXPECT_EQ(parse_repository("nginx")->name, "library/nginx");
  for (const auto& given :
       {std::string("a:1"), std::string("a:latest"), "r.example:1/a@" + k_digest, std::string("https://r.example/a"), std::string()})
    EXPECT_FALSE(parse_repository(given)) << given;
}

}  // namespace
}  // namespace unsnag::oci
