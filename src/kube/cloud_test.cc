// SPDX-License-Identifier: Apache-2.0
#include "kube/cloud.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/server.h"

namespace unsnag::kube {
namespace {

using fake::http_answer;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string path_of(const std::string& request) {
  const auto begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

Metadata at(const fake::Server& server, std::chrono::milliseconds limit = 2s) {
  return {fmt::format("http://127.0.0.1:{}", server.port()), limit};
}

TEST(Cloud, TheFirmwareSaysWhoseItIs) {
  EXPECT_EQ(cloud_of({"Amazon EC2", "m5.large", "1.0", ""}), Cloud::aws);
  EXPECT_EQ(cloud_of({"Xen", "HVM domU", "4.11.amazon", ""}), Cloud::aws);
  EXPECT_EQ(cloud_of({"Microsoft Corporation", "Virtual Machine", "", "7783-7084-3265-9085-8269-3286-77"}), Cloud::azure);
  EXPECT_EQ(cloud_of({"Microsoft Corporation", "Virtual Machine", "", "1234"}), std::nullopt);
  EXPECT_EQ(cloud_of({"Google", "Google Compute Engine", "", ""}), Cloud::gcp);
  EXPECT_EQ(cloud_of({"QEMU", "Standard PC", "", ""}), std::nullopt);
}

TEST(Cloud, AwsIsAskedWithATokenAndForNoCredentials) {
  const fake::Server server(fake::Server::answering([](const std::string& request) {
    if (request.starts_with("PUT /latest/api/token ")) {
      return request.find("X-aws-ec2-metadata-token-ttl-seconds: 60\r\n") == std::string::npos ? http_answer("", "400 No")
                                                                                               : http_answer("t0ken\n");
    }
    if (request.find("X-aws-ec2-metadata-token: t0ken\r\n") == std::string::npos) return http_answer("", "401 Unauthorized");
    const auto path = path_of(request);
    if (path == "/latest/meta-data/instance-id") return http_answer("i-0abc");
    if (path == "/latest/meta-data/placement/region") return http_answer("eu-west-1");
    return http_answer("", "404 Not Found");
  }));
  const auto got = read_instance(Cloud::aws, at(server));
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, "{\n  \"cloud\": \"aws\",\n  \"instance-id\": \"i-0abc\",\n  \"region\": \"eu-west-1\"\n}\n");
  for (const auto& request : server.requests()) EXPECT_THAT(request, Not(testing::AnyOf(HasSubstr("iam"), HasSubstr("user-data"))));
}

TEST(Cloud, AzureTellsOnlyWhatWasAskedFor) {
  const fake::Server server(fake::Server::answering([](const std::string& request) {
    if (request.find("Metadata: true\r\n") == std::string::npos) return http_answer("", "400 Bad Request");
    return http_answer(
        R"({"vmId":"v","vmSize":"D4","location":"westeurope","zone":"1","name":"aks-1","userData":"hush","customData":"hush","subscriptionId":"s",)"
        R"("storageProfile":{"imageReference":{"id":"","publisher":"microsoft-aks","offer":"aks","sku":"2204gen2","version":"1"}}})");
  }));
  const auto got = read_instance(Cloud::azure, at(server));
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_THAT(*got, testing::AllOf(HasSubstr("\"instance-type\": \"D4\""), HasSubstr("microsoft-aks:aks:2204gen2:1"),
                                   Not(HasSubstr("hush")), Not(HasSubstr("subscription"))));
}

TEST(Cloud, GoogleNamesTypesAndZonesByPaths) {
  const fake::Server server(fake::Server::answering([](const std::string& request) {
    if (request.find("Metadata-Flavor: Google\r\n") == std::string::npos) return http_answer("", "403 Forbidden");
    const auto path = path_of(request);
    if (path.ends_with("/zone")) return http_answer("projects/12/zones/europe-west1-b");
    if (path.ends_with("/machine-type")) return http_answer("projects/12/machineTypes/e2-medium");
    return http_answer("", "404 Not Found");
  }));
  EXPECT_EQ(read_instance(Cloud::gcp, at(server)).value_or(""),
            "{\n  \"cloud\": \"gcp\",\n  \"instance-type\": \"e2-medium\",\n  \"zone\": \"europe-west1-b\",\n  \"region\": "
            "\"europe-west1\"\n}\n");
}

TEST(Cloud, ASilentServiceIsNotWaitedForAndTheHopLimitIsNamed) {
  const fake::Server server(fake::Server::answering([](const std::string&) { return "silence"; }));
  const auto got = read_instance(Cloud::aws, at(server, 200ms));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::timed_out);
  EXPECT_THAT(got.error().detail, HasSubstr("hop limit"));
  EXPECT_EQ(server.connections(), 1u);
}

TEST(Cloud, HostileAnswersAreRefusedOrCut) {
  const fake::Server large(fake::Server::answering([](const std::string&) { return http_answer(std::string(300'000, 'x')); }));
  EXPECT_EQ(read_instance(Cloud::azure, at(large)).error().code, Errc::too_large);
  const fake::Server long_fact(fake::Server::answering([](const std::string&) { return http_answer(std::string(30'000, 'x')); }));
  EXPECT_LT(read_instance(Cloud::gcp, at(long_fact)).value().size(), 8'000u);
  const fake::Server rubbish(fake::Server::answering([](const std::string&) { return http_answer("<html>"); }));
  EXPECT_EQ(read_instance(Cloud::azure, at(rubbish)).error().code, Errc::malformed);
  const fake::Server split(fake::Server::answering([](const std::string&) { return http_answer("token\r\nX-Evil: 1"); }));
  EXPECT_EQ(read_instance(Cloud::aws, at(split)).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace unsnag::kube
