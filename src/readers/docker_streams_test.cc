// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/node_test.h"

namespace unsnag::readers::node {
namespace {

using timeline::Outcome;
using timeline::Phase;

constexpr std::string_view k_hung_up =
    R"({"t": 10.784, "pull": 1, "request": "POST /v1.40/images/create?fromImage=registry.example%2Fteam%2Fapp&tag=2.8.0"})"
    "\n"
    R"({"t": 11.034, "pull": 1, "msg": {"status": "Pulling from team/app", "id": "2.8.0"}})"
    "\n"
    R"({"t": 11.053, "pull": 1, "msg": {"status": "Pulling fs layer", "progressDetail": {}, "id": "ffbe58723881"}})"
    "\n"
    R"({"t": 15.212, "pull": 1, "msg": {"status": "Download complete", "progressDetail": {}, "id": "ffbe58723881"}})"
    "\n"
    R"({"t": 75.028, "pull": 1, "msg": {"status": "Extracting", "progressDetail": {"current": 86720437, "total": 86720437}, "id": "ffbe58723881"}})"
    "\n"
    R"({"t": 141.044, "pull": 1, "end": "client closed the connection"})"
    "\n"
    R"({"t": 141.045, "pull": 1, "msg": {"errorDetail": {"message": "context canceled"}, "error": "context canceled"}})"
    "\n";

std::vector<Outcome> ends(const Read& r, Phase phase) {
  std::vector<Outcome> list;
  for (const auto& event : r.found.events) {
    if (const auto* end = std::get_if<timeline::End>(&event.what); end != nullptr && end->phase == phase) list.push_back(end->outcome);
  }
  return list;
}

TEST(DockerStream, MeasuresTheSilenceBeforeTheClientHungUp) {
  const Read r = read("pull-stream.jsonl", k_hung_up);
  ASSERT_TRUE(r.was_read);
  const auto silences = r.found.named("stream-silence");
  ASSERT_EQ(silences.size(), 1u);
  EXPECT_EQ(silences[0].get("took"), "66.0s");
  EXPECT_EQ(silences[0].get("layer"), "ffbe58723881");
  EXPECT_EQ(silences[0].get("status"), "Extracting");
  EXPECT_EQ(silences[0].get("then"), "client-closed");
  EXPECT_EQ(r.found.named("stream-closed").at(0).get("silent"), "66.0s");
  EXPECT_THAT(ends(r, Phase::commit), testing::ElementsAre(Outcome::cancelled));
}

TEST(DockerStream, SamplesKeepImageLayerBytesAndTime) {
  const Read r = read("pull-stream.jsonl", k_hung_up);
  std::size_t samples = 0;
  for (const auto& event : r.found.events) {
    const auto* sample = std::get_if<timeline::Sample>(&event.what);
    if (sample == nullptr) continue;
    ++samples;
    EXPECT_EQ(event.scope.image, "registry.example/team/app:2.8.0");
    EXPECT_EQ(event.scope.layer, "ffbe58723881");
    EXPECT_EQ(sample->phase, Phase::unpack);
    EXPECT_EQ(sample->done, 86720437u);
    EXPECT_EQ(sample->total, 86720437u);
    ASSERT_TRUE(event.when.at);
    EXPECT_EQ(event.when.at->time_since_epoch(), std::chrono::milliseconds{75028});
    EXPECT_FALSE(event.when.zone_known);
  }
  EXPECT_EQ(samples, 1u);
}

TEST(DockerStream, ASilenceThatEndedWellDidNotEndThePull) {
  const Read r =
      read("s.jsonl",
           R"({"t": 1.0, "pull": 1, "request": "POST /images/create?fromImage=app&tag=1"})"
           "\n"
           R"({"t": 2.0, "pull": 1, "msg": {"status": "Extracting", "progressDetail": {"current": 5, "total": 5}, "id": "ffbe58723881"}})"
           "\n"
           R"({"t": 90.9, "pull": 1, "msg": {"status": "Pull complete", "progressDetail": {}, "id": "ffbe58723881"}})"
           "\n"
           R"({"t": 91.0, "pull": 1, "msg": {"status": "Status: Downloaded newer image for app:1"}})"
           "\n");
  EXPECT_EQ(r.found.named("stream-silence").at(0).get("then"), "went-on");
  EXPECT_TRUE(r.found.named("stream-closed").empty());
  EXPECT_THAT(ends(r, Phase::commit), testing::ElementsAre(Outcome::ok));
}

TEST(DockerStream, ACountdownIsOneRetry) {
  std::string text = R"({"t": 1, "pull": 1, "request": "POST /images/create?fromImage=app&tag=1"})"
                     "\n";
  for (int s : {5, 4, 3, 2, 1, 10, 9})
    text += fmt::format(
        "{{\"t\": {}, \"pull\": 1, \"msg\": {{\"status\": \"Retrying in {} seconds\", \"progressDetail\": {{}}, \"id\": "
        "\"ca8295e0731d\"}}}}\n",
        30 - s, s);
  std::size_t retries = 0;
  for (const auto& event : read("s.jsonl", text).found.events) retries += std::holds_alternative<timeline::Retry>(event.what) ? 1 : 0;
  EXPECT_EQ(retries, 2u);
}

TEST(DockerStream, BareWithoutTimesHasSamplesButNoTime) {
  const Read r = read("s.jsonl", R"({"status":"Pulling from library/a","id":"1"})"
                                 "\n"
                                 R"({"status":"Downloading","progressDetail":{"current":3,"total":9},"id":"ca8295e0731d"})"
                                 "\n");
  ASSERT_TRUE(r.was_read);
  ASSERT_EQ(r.found.events.size(), 1u);
  EXPECT_FALSE(r.found.events[0].when.at);
}

TEST(DockerEvents, PulledAndStarted) {
  const Read r = read(
      "docker-events.jsonl",
      R"({"status":"pull","id":"a.example/b:1","Type":"image","Action":"pull","Actor":{"ID":"a.example/b:1","Attributes":{"name":"a.example/b"}},"scope":"local","time":1795504539,"timeNano":1795504539599774358})"
      "\n"
      R"({"status":"start","Type":"container","Action":"start","Actor":{"ID":"x","Attributes":{"image":"a.example/pause:3","io.kubernetes.container.name":"POD"}},"time":1795504540})"
      "\n"
      R"({"status":"start","Type":"container","Action":"start","Actor":{"ID":"y","Attributes":{"image":"a.example/b:1","io.kubernetes.container.name":"main","io.kubernetes.pod.name":"b-0","io.kubernetes.pod.namespace":"shop"}},"time":1795504541})"
      "\n");
  ASSERT_TRUE(r.was_read);
  EXPECT_THAT(r.found.facts(), testing::ElementsAre("1 pull-succeeded()", "3 container-started()"));
  EXPECT_EQ(r.found.events.front().scope.image, "a.example/b:1");
  EXPECT_EQ(r.found.events.back().scope.pod, "shop/b-0");
}

TEST(DockerStream, AContainersJsonLogIsNone) {
  EXPECT_FALSE(read("x-json.log", R"({"log":"hello\n","stream":"stderr","time":"2026-11-24T07:00:00Z"})"
                                  "\n")
                   .was_read);
  EXPECT_FALSE(read("containerd.log", R"({"level":"info","msg":"PullImage \"a\"","time":"2026-11-24T07:00:00Z"})"
                                      "\n")
                   .was_read);
}

}  // namespace
}  // namespace unsnag::readers::node
