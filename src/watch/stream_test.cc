// SPDX-License-Identifier: Apache-2.0
#include "watch/stream.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "watch/watchdog.h"

namespace unsnag::watch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

SysTime at(nanoseconds since) { return SysTime{std::chrono::hours{24 * 365 * 56}} + since; }

timeline::Progress sample(nanoseconds since, std::string words) {
  timeline::Progress progress{};
  progress.when.at = at(since);
  progress.phase = timeline::Phase::unpack;
  progress.words = std::move(words);
  return progress;
}

TEST(DockerProgress, IsReadAsKubeletPrintsIt) {
  struct Case {
    const char* text;
    Status status;
    const char* layer;
  };
  const std::vector<Case> cases{
      {"ffbe58723881: Extracting [==================================================>]  86.72MB/86.72MB", Status::extracting,
       "ffbe58723881"},
      {"259407255fb9: Pull complete ", Status::extracted, "259407255fb9"},
      {"2f79e20ea2f4: Already exists ", Status::exists, "2f79e20ea2f4"},
      {"ca8295e0731d: Downloading ", Status::downloading, "ca8295e0731d"},
      {"ca8295e0731d: Verifying Checksum ", Status::complete, "ca8295e0731d"},
      {"2.8.0: Pulling from recs/ranker", Status::other, ""},
      {"Status: Downloaded newer image for registry.example:5000/a/b:1", Status::other, ""},
      {"No progress", Status::other, ""},
      {"", Status::other, ""},
      {": [", Status::other, ""},
  };
  for (const auto& c : cases) {
    const Report report = parse_docker_progress(c.text, seconds{1});
    EXPECT_EQ(report.status, c.status) << c.text;
    EXPECT_EQ(report.layer, c.layer) << c.text;
    EXPECT_EQ(report.words, c.text);
  }
}

TEST(StreamOf, KubeletsProgressLinesForetellItsCancel) {
  // The lines "Pulling image" of a kubelet 1.20.15 (limit 1m), which cancelled at 07:25:43.568255. Seconds after 07:23.
  timeline::Attempt attempt;
  attempt.begin.at = at(seconds{33});
  const std::vector<std::pair<nanoseconds, const char*>> lines{
      {milliseconds{43568}, "259407255fb9: Pull complete "},
      {milliseconds{53568}, "ffbe58723881: Extracting [==>  ]  72.97MB/86.72MB"},
      {milliseconds{63568}, "ffbe58723881: Extracting [==>  ]  78.54MB/86.72MB"},
      {milliseconds{73578}, "ffbe58723881: Extracting [==>  ]  80.22MB/86.72MB"},
      {milliseconds{83568}, "ffbe58723881: Extracting [==>  ]     83MB/86.72MB"},
      {milliseconds{93586}, "ffbe58723881: Extracting [===> ]  85.79MB/86.72MB"},
      {milliseconds{103568}, "ffbe58723881: Extracting [====>]  86.72MB/86.72MB"},
      {milliseconds{113568}, "ffbe58723881: Extracting [====>]  86.72MB/86.72MB"},
      {milliseconds{123568}, "ffbe58723881: Extracting [====>]  86.72MB/86.72MB"},
      {milliseconds{133568}, "ffbe58723881: Extracting [====>]  86.72MB/86.72MB"},
      {milliseconds{143568}, "ffbe58723881: Extracting [====>]  86.72MB/86.72MB"},
      {milliseconds{153568}, "ffbe58723881: Extracting [====>]  86.72MB/86.72MB"},
  };
  for (const auto& [when, words] : lines) attempt.samples.push_back(sample(when, words));
  attempt.end.at = at(milliseconds{163568});
  attempt.outcome = timeline::Outcome::cancelled;

  const auto stream = stream_of(attempt, Samples::at_its_looks);
  ASSERT_TRUE(stream);
  EXPECT_EQ(stream->reports.size(), 7U);  // repeats are no reports
  EXPECT_EQ(stream->sampled_every, seconds{10});
  const auto verdict = judge(*stream, rule_for("kubelet", "1.20.15").value(), stream->end + milliseconds{1});
  EXPECT_EQ(verdict.fate, Fate::cancelled);
  EXPECT_EQ(verdict.look, 13U);
  // All but the last look were survived.
  const Deadline deadline = smallest_deadline(*stream, rule_for("kubelet", "1.20.15").value(), stream->end);
  EXPECT_EQ(deadline.kind, Deadline::Kind::at_least);
  EXPECT_GE(deadline.value, seconds{61});
  EXPECT_LE(deadline.value, seconds{71});
}

TEST(StreamOf, EachReportKeepsItsTimeAndItsPhase) {
  timeline::Attempt attempt;
  attempt.samples = {sample(seconds{5}, "x"), sample(seconds{3}, ""), sample(seconds{5}, "x")};
  attempt.samples[1].phase = timeline::Phase::download;
  attempt.samples[1].layer = "sha256:1";
  attempt.samples[1].done = 7;
  const auto stream = stream_of(attempt, Samples::each_report);
  ASSERT_TRUE(stream);
  ASSERT_EQ(stream->reports.size(), 3U);  // an equal message is a message
  EXPECT_EQ(stream->reports[0].status, Status::downloading);
  EXPECT_EQ(stream->reports[0].layer, "sha256:1");
  EXPECT_EQ(*stream->reports[0].done, 7U);
  EXPECT_EQ(stream->reports[1].status, Status::extracting);
  EXPECT_EQ(stream->reports[1].at - stream->reports[0].at, seconds{2});
  EXPECT_EQ(stream->ending, Ending::open);
}

TEST(StreamOf, WithoutTimesThereIsNoStream) {
  timeline::Attempt attempt;
  EXPECT_FALSE(stream_of(attempt, Samples::each_report));
  attempt.samples.push_back(sample(seconds{1}, "x"));
  attempt.samples.back().when.at.reset();
  EXPECT_FALSE(stream_of(attempt, Samples::each_report));
}

TEST(StreamOf, TimesThatLieCenturiesApartDoNotOverflow) {
  timeline::Attempt attempt;
  attempt.begin.at = SysTime::min();
  attempt.samples = {sample(seconds{1}, "x")};
  attempt.samples[0].when.at = SysTime::max();
  const auto stream = stream_of(attempt, Samples::at_its_looks);
  ASSERT_TRUE(stream);
  EXPECT_LE(stream->end, std::chrono::hours{24 * 3650});
  judge(*stream, rule_for("kubelet", "1.20").value(), stream->end);
}

}  // namespace
}  // namespace unsnag::watch
