// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "timeline/timeline.h"

namespace unsnag::timeline {
namespace {

struct ImageCase {
  const char *given, *normal, *registry, *repository;
};
void PrintTo(const ImageCase& c, std::ostream* out) { *out << c.given; }
class Image : public ::testing::TestWithParam<ImageCase> {};

TEST_P(Image, NormalisesAsDockerDoes) {
  const auto& c = GetParam();
  EXPECT_EQ(normalize_image(c.given), c.normal);
  EXPECT_EQ(registry_of(c.given), c.registry);
  EXPECT_EQ(repository_of(c.given), c.repository);
}

INSTANTIATE_TEST_SUITE_P(
    References, Image,
    ::testing::Values(ImageCase{"nginx", "docker.io/library/nginx:latest", "docker.io", "library/nginx"},
                      ImageCase{"acme/app:1", "docker.io/acme/app:1", "docker.io", "acme/app"},
                      ImageCase{"index.docker.io/library/nginx:1", "docker.io/library/nginx:1", "docker.io", "library/nginx"},
                      ImageCase{"registry.example:5000/a/b/c:1", "registry.example:5000/a/b/c:1", "registry.example:5000", "a/b/c"},
                      ImageCase{"registry.example/app", "registry.example/app:latest", "registry.example", "app"},
                      ImageCase{"localhost/app:1", "localhost/app:1", "localhost", "app"},
                      ImageCase{"quay.io/a/b@sha256:0123", "quay.io/a/b@sha256:0123", "quay.io", "a/b"},
                      ImageCase{"quay.io/a/b:tag@sha256:0123", "quay.io/a/b@sha256:0123", "quay.io", "a/b"},
                      ImageCase{"docker://quay.io/a/b:1", "quay.io/a/b:1", "quay.io", "a/b"}));

TEST(Image, ASchemeAndAUserAreNoPartOfTheName) {
  for (const char* given : {"https://robot:***@reg.example/t/x:1", "robot:***@reg.example/t/x:1", "docker://robot:***@reg.example/t/x:1"}) {
    EXPECT_EQ(normalize_image(given), "reg.example/t/x:1") << given;
    EXPECT_EQ(registry_of(given), "reg.example") << given;
    EXPECT_EQ(repository_of(given), "t/x") << given;
  }
  EXPECT_EQ(normalize_image("alpine@sha256:ab"), "docker.io/library/alpine@sha256:ab");
  EXPECT_EQ(normalize_image("r.example:5000/a/b:1@sha256:ab"), "r.example:5000/a/b@sha256:ab");
}

}  // namespace
}  // namespace unsnag::timeline
