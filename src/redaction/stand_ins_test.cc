// SPDX-License-Identifier: Apache-2.0
#include "redaction/stand_ins.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/text.h"
#include "redaction/addresses.h"
#include "redaction/redactor.h"

namespace unsnag::redaction {
namespace {

std::string shown(StandIns& stand_ins, std::string_view text) { return redact_text(text, {&stand_ins}); }

TEST(StandIns, NamesOfTheNodeGo) {
  StandIns stand_ins({"node-7.corp.acme.io", ".acme.io"});
  EXPECT_EQ(shown(stand_ins, "node-7 node-7.corp.acme.io NODE-7 node-70"), "host-1 host-1.domain-1.example host-1 node-70");
  EXPECT_EQ(shown(stand_ins, "no_proxy=.acme.io,registry.acme.io"), "no_proxy=.domain-1.example,host-3.domain-1.example");
}

TEST(StandIns, ImagesStayImages) {
  StandIns stand_ins;
  EXPECT_EQ(shown(stand_ins, "image 123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1"),
            "image 111100000001.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1");
  EXPECT_EQ(shown(stand_ins, "image \"harbor.acme.io:5000/a/b:1@sha256:0a\""), "image \"host-1.domain-1.example:5000/a/b:1@sha256:0a\"");
  EXPECT_EQ(shown(stand_ins, "eu.gcr.io/secret-project/a:1 europe-docker.pkg.dev/secret-project/r/a:1"),
            "eu.gcr.io/project-1/a:1 europe-docker.pkg.dev/project-1/r/a:1");
  EXPECT_EQ(shown(stand_ins, "acmeprod.azurecr.io/a:1"), "host-2.azurecr.io/a:1");
}

TEST(StandIns, AKnownNameIsReplacedInAnyText) {
  StandIns stand_ins;
  EXPECT_EQ(shown(stand_ins, "lookup harbor.acme.io on 8.8.8.8:53: no such host"),
            "lookup host-1.domain-1.example on 198.18.0.1:53: no such host");
  EXPECT_EQ(shown(stand_ins, "certificate is valid for *.acme.io, not harbor.acme.io"),
            "certificate is valid for *.domain-1.example, not host-1.domain-1.example");
  EXPECT_EQ(shown(stand_ins, "arn:aws:iam::123456789012:role/x, account 123456789012"),
            "arn:aws:iam::111100000001:role/x, account 111100000001");
}

TEST(StandIns, OthersStay) {
  for (const std::string_view text : {
           "127.0.0.1:5000 0.0.0.0 169.254.169.254 10.0.0.0/8 172.16.0.0/12 ::1 [::]:53 255.255.255.255",
           "docker.io/library/alpine:3 quay.io/a/b:1 ghcr.io/a/b:1 registry.k8s.io/pause:3.9 gcr.io/google-containers/pause:3.2",
           "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/pause:3.5 public.ecr.aws/a/b:1",
           "https://auth.docker.io/token https://production.cloudflare.docker.com/x",
           "io.containerd.grpc.v1.cri v1.2.3.4 1.2.3.4.5 kubelet.service kuberuntime.go:55 12:34:56 2026-11-24T05:11:12.123456Z",
           "apiVersion: crd.example.dev/v1, topology.example.dev/zone: a, node.kubernetes.io/x",
           "getty@tty1.service git@github.com:a/b alpine@sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1",
           "uid 0f8fad5b-d9cb-469f-a165-70867728950e took 123456789012 ns std::string a::b",
           "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99",
       }) {
    StandIns stand_ins;
    EXPECT_EQ(shown(stand_ins, text), text);
  }
}

TEST(StandIns, OtherKinds) {
  StandIns stand_ins;
  EXPECT_EQ(shown(stand_ins, "mail joe.doe@acme.io, jane@acme.io, joe.doe@acme.io"),
            "mail user-1@mail.example, user-2@mail.example, user-1@mail.example");
  EXPECT_EQ(shown(stand_ins, "eth0 0a:58:0a:f4:00:02 ff:ff:ff:ff:ff:ff"), "eth0 02:00:00:00:00:01 ff:ff:ff:ff:ff:ff");
  EXPECT_EQ(shown(stand_ins, "[2a00:1450:4001::5]:443 fd12:3456::1 fe80::858:aff:fef4:2"), "[2001:db8::1:1]:443 fd00::1:2 fe80::1:3");
  EXPECT_EQ(shown(stand_ins, "/subscriptions/0F8fad5b-d9cb-469f-a165-70867728950e/x"),
            "/subscriptions/00000000-0000-4000-8000-000000000001/x");
}

TEST(StandIns, AHostCalledByItsAddressKeepsIt) {
  StandIns stand_ins;
  const auto text = shown(stand_ins, "10.0.1.23 ip-10-0-1-23.eu-west-1.compute.internal");
  const auto address = text.substr(0, text.find(' '));
  auto host = address;
  for (char& c : host) c = c == '.' ? '-' : c;
  EXPECT_EQ(text, address + " ip-" + host + ".eu-west-1.compute.internal");
  EXPECT_NE(address, "10.0.1.23");
}

TEST(Addresses, PrivateOnesKeepTheirRangeAndNeighbourhoodAndNeverMeet) {
  Addresses addresses(4711);
  std::set<std::uint32_t> met;
  for (std::uint32_t i = 0; i < 70'000; ++i) {
    const auto address = (10U << 24U) + i * 7;
    const auto instead = addresses.v4(address);
    EXPECT_EQ(instead >> 24U, 10U);
    EXPECT_TRUE(met.insert(instead).second);
    EXPECT_EQ(addresses.v4(address), instead);
    EXPECT_EQ(instead >> 16U, addresses.v4(address & 0xffff0000U, 16) >> 16U);
  }
  EXPECT_EQ(addresses.v4((192U << 24U) | (168U << 16U) | 5U) >> 16U, (192U << 8U) | 168U);
}

TEST(Addresses, PublicOnesNeverMeet) {
  Addresses addresses(4711);
  std::set<std::uint32_t> met;
  for (std::uint32_t i = 0; i < 200'000; ++i) EXPECT_TRUE(met.insert(addresses.v4((52U << 24U) + i)).second);
}

TEST(StandIns, AreCountedApartFromSecrets) {
  StandIns stand_ins;
  Redactor redactor({&stand_ins});
  std::string out;
  redactor.feed("a\n10.0.0.1 and 10.0.0.2\npassword=hunter2x\n", out);
  redactor.end(out);
  const auto found = redactor.found();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, "ip-address");
  EXPECT_EQ(found[0].count, 2U);
  EXPECT_EQ(found[0].first_line, 2U);
  EXPECT_TRUE(is_stand_in(found[0].kind));
  EXPECT_FALSE(is_stand_in(found[1].kind));
}

}  // namespace
}  // namespace unsnag::redaction
