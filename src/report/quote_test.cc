// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "report/quote.h"

namespace unsnag::report {
namespace {

// kubelet 1.34.4 in front of containerd 2.1.9, as recorded.
constexpr const char* k_kubelet =
    R"(E1124 06:55:11.956674      52 kuberuntime_image.go:43] "Failed to pull image" err="failed to pull and unpack image \"registry.eu.example/shop/catalog:24.1\": failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://prod-registry-layers.s3.eu-west-1.amazonaws.com/docker/registry/v2/sha256:58949dc8a25842e1e0df84ce5ed9fe1d139e13d040b65e1db2bc9f9cc897c85a?X-Amz-Algorithm=%5BREDACTED%5D&X-Amz-Expires=%5BREDACTED%5D&X-Amz-Signature=%5BREDACTED%5D\": dial tcp 10.20.103.13:443: connect: connection refused" image="registry.eu.example/shop/catalog:24.1")";

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

TEST(Condense, ALineInJsonIsWhatItSays) {
  EXPECT_EQ(condense(R"({"log":"E1124 07:04:13.165292  26328 remote_image.go:113] PullImage \"a:1\" failed\n","stream":"stderr"})", "…"),
            "E1124 07:04:13 remote_image.go:113] PullImage \"a:1\" failed");
  EXPECT_EQ(condense(R"({"__CURSOR":"s=8c1d","MESSAGE":"time=\"2026-11-24T07:10:11.5Z\" level=error msg=\"x\"","_PID":"1"})", "…"),
            "time=\"2026-11-24T07:10:11Z\" level=error msg=\"x\"");
  for (const auto* cut : {R"({"MESSAGE":"ends with a backslash\)", R"({"MESSAGE":")", R"({"log":"no end)"})
    EXPECT_FALSE(condense(cut, "…").empty());
}

TEST(Quote, KeepsTheDecidingWordsOfALongLine) {
  for (const std::size_t width : {40U, 54U, 76U, 100U}) {
    const auto lines = quote(k_kubelet, width, 3, Ink(Style{}));
    EXPECT_LE(lines.size(), 3U);
    for (const auto& line : lines) EXPECT_LE(columns(line), width);
    auto words = joined(lines);
    for (auto& c : words)
      if (c == '\n') c = ' ';
    EXPECT_TRUE(contains(words, "connection refused")) << words;
    EXPECT_TRUE(contains(words, "E1124 06:55:11")) << words;
  }
}

// soci-snapshotter puts its fields in the order of the alphabet: the error comes first, and would be cut.
TEST(Quote, KeepsTheErrorOfALineInJson) {
  const std::string line =
      R"(Mar 28 17:20:52 ip-10-0-1-2.us-west-2.compute.internal soci-snapshotter-grpc[690]: {"error":"failed to refresh URL: status 403 Forbidden","key":"sha256:[sha256]","level":"warning","mountpoint":"/var/lib/soci-snapshotter-grpc/snapshotter/snapshots/51/fs","msg":"failed to connect to blob","time":"2024-03-28T17:20:52.859196457Z"})";
  auto words = joined(quote(line, 66, 4, Ink(Style{})));
  std::replace(words.begin(), words.end(), '\n', ' ');
  EXPECT_TRUE(contains(words, "failed to connect to blob: failed to refresh URL: status 403 Forbidden")) << words;
}

TEST(Quote, LeavesAShortLineAsItIs) {
  const std::string line = R"(msg="PullImage \"a\" failed" id=0123456789abcdef0123456789abcdef)";
  EXPECT_EQ(joined(quote(line, 80, 3, Ink(Style{}))), line + "\n");
}

TEST(Quote, WithoutALimitNothingIsCut) {
  std::string whole;
  for (const auto& line : quote(k_kubelet, 60, 0, Ink(Style{}))) whole += line;
  std::string bare(k_kubelet);
  const auto squeeze = [](std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
  };
  EXPECT_EQ(squeeze(whole), squeeze(bare));
}

TEST(Condense, CutsBallast) {
  const struct {
    const char* name;
    const char* text;
    const char* expected;
  } cases[] = {
      {"digest", "layer sha256:58949dc8a25842e1e0df84ce5ed9fe1d139e13d040b65e1db2bc9f9cc897c85a: EOF", "layer sha256:58949dc8a258…: EOF"},
      {"uuid", "pod 515ed48b-2c18-4966-a917-b646435fd550 gone", "pod 515ed48b… gone"},
      {"short id stays", "d25013272171: Extracting", "d25013272171: Extracting"},
      {"escaped quotes", R"(msg=\"a \\\"b\\\"\")", R"(msg="a "b"")"},
      {"other backslashes stay", R"(C:\dir\ "x")", R"(C:\dir\ "x")"},
      {"klog's header", "E0318 06:18:31.000000    4021 kube_docker_client.go:346] Cancel",
       "E0318 06:18:31 kube_docker_client.go:346] Cancel"},
      {"klog in the journal", "Nov 24 07:12:08 node-1 kubelet[19458]: E1124 07:12:08.721387   19458 kube_docker_client.go:340] Cancel",
       "… E1124 07:12:08 kube_docker_client.go:340] Cancel"},
      {"logrus", R"(time="2026-11-24T06:55:11.955967017Z" level=error)", R"(time="2026-11-24T06:55:11Z" level=error)"},
      {"long path", R"(Get "https://s3.example/docker/registry/v2/blobs/sha256/58/1234/data": EOF)",
       R"(Get "https://s3.example/…/data": EOF)"},
      {"short path stays", R"(Head "https://registry.example/v2/app/manifests/1.4": EOF)",
       R"(Head "https://registry.example/v2/app/manifests/1.4": EOF)"},
      {"table", "Warning  Failed     4s (x2)     kubelet", "Warning  Failed  4s (x2)  kubelet"},
      {"no klog header", "Every 0318 06:18:31.000000 is a time of its own", "Every 0318 06:18:31.000000 is a time of its own"},
      {"bar", "Extracting [==========>]  88MB", "Extracting [=====>]  88MB"},
      {"repeat", R"(image "registry.example/app:1.4.2" of "registry.example/app:1.4.2")", R"(image "registry.example/app:1.4.2" of "…")"},
      {"signed url", R"(Get "https://s3.example/blob?X-Amz-Signature=0123": EOF)", R"(Get "https://s3.example/blob?…": EOF)"},
      {"mirror's parameter stays", R"(Get "https://m.example/v2/a?ns=docker.io": EOF)",
       R"(Get "https://m.example/v2/a?ns=docker.io": EOF)"},
      {"open quote", R"(say "never closed)", R"(say "never closed)"},
      {"only backslashes", R"(\\\)", R"(\\\)"},
      {"empty", "", ""}};
  for (const auto& one : cases) EXPECT_EQ(condense(one.text, "…"), one.expected) << one.name;
}

TEST(Condense, WhatStandsAboveNeedNotBeReadAgain) {
  EXPECT_EQ(condense(R"(Cancel pulling image "registry.example/app:1.4.2" because)", "…", {"registry.example/app:1.4.2"}),
            R"(Cancel pulling image "…" because)");
}

TEST(Remark, TellsCountsAndEchoes) {
  const Ink ink{Style{}};
  diagnose::Proof proof;
  EXPECT_EQ(remark_on(proof, ink), "");
  proof.count = 3;
  EXPECT_EQ(remark_on(proof, ink), "(3 times)");
  proof.echo = true;
  proof.program = "kubernetes";
  EXPECT_EQ(remark_on(proof, ink), "(3 times, repeated by kubernetes)");
}

TEST(Place, NamesFileAndLine) {
  const Ink ink{Style{}};
  diagnose::Proof proof;
  proof.file = "-";
  proof.line = 41;
  EXPECT_EQ(place_of(proof, ink), "line 41");
  proof.file = "df.txt";
  EXPECT_EQ(place_of(proof, ink), "df.txt:41");
  proof.line = 0;
  EXPECT_EQ(place_of(proof, ink), "df.txt");
}

}  // namespace
}  // namespace unsnag::report
