// SPDX-License-Identifier: Apache-2.0
#include "oci/platform.h"

#include <gtest/gtest.h>

namespace unsnag::oci {
namespace {

TEST(APlatform, IsNamedAsContainerdNamesIt) {
  const std::pair<const char*, const char*> cases[] = {{"linux/amd64", "linux/amd64"},
                                                       {"linux/x86_64", "linux/amd64"},
                                                       {"Linux/AMD64", "linux/amd64"},
                                                       {"linux/arm64/v8", "linux/arm64"},
                                                       {"linux/aarch64", "linux/arm64"},
                                                       {"linux/arm", "linux/arm/v7"},
                                                       {"linux/armhf", "linux/arm/v7"},
                                                       {"linux/armel", "linux/arm/v6"},
                                                       {"linux/arm/6", "linux/arm/v6"},
                                                       {"arm64", "linux/arm64"},
                                                       {"s390x", "linux/s390x"},
                                                       {"linux/amd64/v1", "linux/amd64"},
                                                       {"linux/amd64/v3", "linux/amd64/v3"},
                                                       {"windows/amd64", "windows/amd64"}};
  for (const auto& [given, name] : cases) {
    const auto platform = parse_platform(given);
    ASSERT_TRUE(platform) << given;
    EXPECT_EQ(platform->to_string(), name) << given;
  }
  for (const auto* given : {"", "linux", "linux/", "/amd64", "a/b/c/d", "linux/am d64", "x87"})
    EXPECT_FALSE(parse_platform(given)) << given;
}

std::string names(const char* machine) {
  std::string all;
  for (const auto& one : runnable_on(*parse_platform(machine))) all += one.to_string() + ' ';
  return all;
}

TEST(APlatform, FallsBackToWhatTheMachineCanRun) {
  EXPECT_EQ(names("linux/amd64"), "linux/amd64 linux/386 ");
  EXPECT_EQ(names("linux/amd64/v3"), "linux/amd64/v3 linux/amd64/v2 linux/amd64 linux/386 ");
  EXPECT_EQ(names("linux/arm64"), "linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5 ");
  EXPECT_EQ(names("linux/arm/v6"), "linux/arm/v6 linux/arm/v5 ");
  EXPECT_EQ(names("linux/s390x"), "linux/s390x ");
}

TEST(APlatform, OfThisMachineIsKnown) { EXPECT_EQ(host_platform().os, "linux"); }

}  // namespace
}  // namespace unsnag::oci
