// SPDX-License-Identifier: Apache-2.0
#include "readers/interpret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::readers {
namespace {

using ::testing::Contains;
using ::testing::Not;

struct Recorder : timeline::Sink {
  std::vector<timeline::Event> events;
  void accept(const timeline::Event& event) noexcept override { events.push_back(event); }
  /// "fact(attributes) image", one for each note.
  std::vector<std::string> facts() const {
    std::vector<std::string> out;
    for (const auto& event : events)
      if (const auto* note = std::get_if<timeline::Note>(&event.what))
        out.push_back(note->fact.to_string() + (event.scope.image.empty() ? "" : " " + event.scope.image));
    return out;
  }
};

std::vector<std::string> facts_of(std::string_view text, const Context& context = {}) {
  Recorder recorder;
  interpret(text, context, recorder);
  return recorder.facts();
}

TEST(Interpret, AChainOfFramesGivesItsLeafAContext) {
  const auto facts = facts_of(
      R"(Failed to pull image "registry.example/app:1": rpc error: code = Unknown desc = failed to pull and unpack image "registry.example/app:1": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn.example/blobs/sha256:58949dc8a25842e1e0df84ce5ed9fe1d139e13d040b65e1db2bc9f9cc897c85a": dial tcp 10.0.7.20:443: i/o timeout)");
  EXPECT_THAT(
      facts,
      Contains(
          "unreachable(addr=10.0.7.20:443, grpc=Unknown, host=cdn.example, how=timeout, method=Get, step=download, "
          "url=https://cdn.example/blobs/sha256:58949dc8a25842e1e0df84ce5ed9fe1d139e13d040b65e1db2bc9f9cc897c85a) registry.example/app:1"));
}

TEST(Interpret, ASecondErrorOfAListDoesNotInheritFromTheFirst) {
  const auto facts = facts_of(
      R"([rpc error: code = Unknown desc = failed to do request: Head "https://a.example/v2/": dial tcp 10.0.0.1:443: connect: connection refused, rpc error: code = NotFound desc = manifest unknown])");
  for (const auto& fact : facts)
    if (fact.find("manifest-unknown") != std::string::npos) {
      EXPECT_EQ(fact.find("a.example"), std::string::npos) << fact;
    }
}

TEST(Interpret, AProbesFailureIsMarkedAsNoPull) {
  const auto facts = facts_of("Readiness probe failed: Get http://10.2.35.28:8081/readiness: dial tcp 10.2.35.28:8081: connection refused");
  for (const auto& fact : facts) EXPECT_NE(fact.find("subject=other"), std::string::npos) << fact;
}

TEST(Interpret, SecretsInAUrlDoNotSurvive) {
  Recorder recorder;
  Context context;
  const std::string line =
      R"(Get "https://user:s3cret@registry.example/v2/app/blobs/sha256:1?X-Amz-Signature=abcdef": dial tcp 10.0.0.1:443: i/o timeout)";
  context.shown = line;
  interpret(line, context, recorder);
  ASSERT_FALSE(recorder.events.empty());
  for (const auto& event : recorder.events) EXPECT_EQ(event.origin.text.find("s3cret"), std::string::npos);
  for (const auto& fact : recorder.facts()) EXPECT_EQ(fact.find("s3cret"), std::string::npos) << fact;
}

TEST(Interpret, TheProgramThatActedIsToldFromItsEcho) {
  Recorder recorder;
  Context context;
  context.program = "kubelet";
  interpret("cancel pulling image registry.example/app:1 because of no progress in 5m0s", context, recorder);
  context.program = "containerd";
  interpret("cancel pulling image registry.example/app:1 because of no progress in 5m0s", context, recorder);
  ASSERT_GE(recorder.events.size(), 2U);
  EXPECT_EQ(recorder.events.front().origin.certainty, timeline::Certainty::echoed);
  EXPECT_EQ(recorder.events.back().origin.certainty, timeline::Certainty::reported);
}

TEST(Interpret, PodsOfOldAndNewKubeletsHaveOneName) {
  Recorder recorder;
  interpret(R"~(CreatePodSandbox for pod "web-7c5_shop(af91145b-441d-41ba-9ef4-7eab9950754a)" failed: rpc error: code = Unknown desc = x)~",
            {}, recorder);
  ASSERT_FALSE(recorder.events.empty());
  EXPECT_EQ(recorder.events.back().scope.pod, "shop/web-7c5");
}

TEST(Interpret, AStatusCodeDoesNotEndWhatTheLineIsAbout) {
  Recorder recorder;
  interpret(R"~(AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = DeadlineExceeded desc = context deadline exceeded)~", {},
            recorder);
  ASSERT_FALSE(recorder.events.empty());
  for (const auto& event : recorder.events)
    if (const auto* note = std::get_if<timeline::Note>(&event.what)) {
      EXPECT_EQ(note->fact.get("subject"), "other") << note->fact.name;
    }
}

TEST(Interpret, MessagesForTheStartOfATextAreNotTakenInItsMiddle) {
  // "denied:" alone is a registry's word; behind "permission" it is the kernel's.
  for (const auto& fact : facts_of(R"~(exec: "/app/srv": permission denied: unknown)~"))
    EXPECT_EQ(fact.find("registry-said"), std::string::npos) << fact;
  EXPECT_FALSE(facts_of("denied: the project is closed").empty());
}

TEST(Interpret, WordsWithoutMeaningGiveNothing) {
  EXPECT_TRUE(facts_of("the quick brown fox").empty());
  EXPECT_TRUE(facts_of("").empty());
}

}  // namespace
}  // namespace unsnag::readers
