// SPDX-License-Identifier: Apache-2.0
#include "readers/log_reader.h"

#include <gtest/gtest.h>

namespace unsnag::readers {
namespace {

struct Recorder : timeline::Sink {
  std::vector<timeline::Event> events;
  void accept(const timeline::Event& event) noexcept override { events.push_back(event); }
};

constexpr const char* k_cancel =
    R"(time="2026-11-24T06:57:13.554705904Z" level=error msg="cancel pulling image registry.example/data/lake:9 because of no progress in 5m0s")";

TEST(LogReader, KnowsLineNumbersAndCountsTheRest) {
  Recorder recorder;
  LogReader reader({"containerd.log", "", "containerd"}, recorder);
  std::string log;
  for (int i = 0; i < 1000; ++i) log += "nothing to see here\n";
  log += std::string(k_cancel) + "\nmore of nothing\n";
  reader.feed(log);
  reader.feed(log);
  EXPECT_EQ(reader.count().lines, 2004U);
  EXPECT_EQ(reader.count().understood, 2U);
  ASSERT_FALSE(recorder.events.empty());
  EXPECT_EQ(recorder.events.front().origin.line, 1001U);
  EXPECT_EQ(recorder.events.back().origin.line, 2003U);
  EXPECT_EQ(recorder.events.front().scope.image, "registry.example/data/lake:9");
}

TEST(LogReader, TheKernelsLinesDoNotTellThatPullsWereSeen) {
  Recorder recorder;
  LogReader reader({"dmesg", "", ""}, recorder);
  reader.feed("2026-11-24T07:00:01.000000+00:00 ip-10-0-1-23 kernel: EXT4-fs (nvme1n1): Remounting filesystem read-only\n");
  EXPECT_EQ(reader.count().understood, 0U);
  EXPECT_FALSE(recorder.events.empty()) << "but what they say is known";
}

TEST(LogReader, AMultiLineKlogErrorIsOneRecord) {
  Recorder recorder;
  LogReader reader({"kubelet.log", "", "kubelet"}, recorder);
  reader.feed(
      "E0307 12:09:10.302029   16749 remote_image.go:171] \"PullImage from image service failed\" err=<\n"
      "\trpc error: code = Unknown desc = failed to pull and unpack image \"registry.example/app:1\": failed to copy: httpReadSeeker: "
      "failed open: unexpected status from GET request to "
      "https://registry.example/v2/app/blobs/sha256:58949dc8a25842e1e0df84ce5ed9fe1d139e13d040b65e1db2bc9f9cc897c85a: 403 Forbidden\n"
      "\tdenied: Your authorization token has expired. Reauthenticate and try again.\n"
      " > image=\"registry.example/app:1\"\n");
  bool expired = false;
  for (const auto& event : recorder.events) {
    EXPECT_EQ(event.origin.line, 1U);
    EXPECT_EQ(event.scope.image, "registry.example/app:1");
    const auto* note = std::get_if<timeline::Note>(&event.what);
    expired = expired || (note != nullptr && note->fact.get("code") == "expired");
  }
  EXPECT_TRUE(expired);
}

TEST(LogReader, TheSameLineInEveryEnvelopeSaysTheSame) {
  const std::string line = k_cancel;
  const std::string escaped =
      R"(time=\"2026-11-24T06:57:13.554705904Z\" level=error msg=\"cancel pulling image registry.example/data/lake:9 because of no progress in 5m0s\")";
  for (
      const auto& text :
      {line, "> " + line, "Nov 24 06:57:13 node-1 containerd[99]: " + line, R"({"MESSAGE":")" + escaped + R"(","_HOSTNAME":"node-1"})",
       R"({"log":")" + escaped + R"(\n","stream":"stderr","time":"2026-11-24T06:57:14Z"})",
       std::string(
           R"({"level":"error","msg":"cancel pulling image registry.example/data/lake:9 because of no progress in 5m0s","time":"2026-11-24T06:57:13.554705904Z"})"),
       "12:" + line}) {
    Recorder recorder;
    LogReader reader({"x", "", ""}, recorder);
    reader.feed(text + "\n");
    ASSERT_FALSE(recorder.events.empty()) << text;
    EXPECT_EQ(recorder.events.front().scope.image, "registry.example/data/lake:9") << text;
    EXPECT_TRUE(recorder.events.front().when.at) << text;
  }
}

TEST(LogReader, ALineThatComesInPiecesIsOneLine) {
  Recorder recorder;
  LogReader reader({"x", "", ""}, recorder);
  for (const std::string& piece : {std::string(1000, 'x'), std::string(1000, 'x'), std::string(), std::string("\n")}) reader.feed(piece);
  reader.feed(std::string(k_cancel) + "\n");
  reader.feed("the last");
  EXPECT_EQ(reader.count().lines, 3U);
  ASSERT_FALSE(recorder.events.empty());
  EXPECT_EQ(recorder.events.front().origin.line, 2U);
}

TEST(LogReader, TheLastLineNeedsNoNewline) {
  Recorder recorder;
  LogReader reader({"x", "", ""}, recorder);
  reader.feed(k_cancel);
  EXPECT_EQ(reader.count().lines, 1U);
  EXPECT_EQ(reader.count().understood, 1U);
}

}  // namespace
}  // namespace unsnag::readers
