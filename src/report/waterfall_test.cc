// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/text.h"
#include "report/examples_for_tests.h"
#include "report/tracks.h"
#include "report/waterfall.h"

namespace unsnag::report {
namespace {

using namespace examples;

std::string drawn(const Pull& pull, const diagnose::Timer* timer, std::size_t width = 78) {
  std::string text;
  for (const auto& line : waterfall(pull, timer, width, Ink(Style{}))) text += line + "\n";
  return text;
}

Pull pull_of(std::vector<timeline::Span> spans, Outcome outcome = Outcome::failed) {
  Pull pull;
  Attempt attempt;
  attempt.begin = clock_of("10:00:00");
  attempt.end = clock_of("10:01:40");
  attempt.outcome = outcome;
  attempt.spans = std::move(spans);
  pull.attempts.push_back(attempt);
  return pull;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++times;
  return times;
}

TEST(Waterfall, BarsAreToScale) {
  const auto text = drawn(pull_of({{Phase::resolve, "", clock_of("10:00:00"), clock_of("10:00:50"), Outcome::ok},
                                   {Phase::download, "", clock_of("10:00:50"), clock_of("10:01:15"), Outcome::ok},
                                   {Phase::unpack, "", clock_of("10:01:15"), clock_of("10:01:40"), Outcome::failed}}),
                          nullptr, 10 + 21 + 40);
  const auto lines = split(text, '\n');
  EXPECT_EQ(count(lines[1], "█"), 20U) << text;
  EXPECT_EQ(count(lines[2], "█"), 10U) << text;
  EXPECT_EQ(count(lines[3], "█"), 10U) << text;
  EXPECT_TRUE(contains(lines[3], "✗ failed after 25 s")) << text;
}

TEST(Waterfall, SilenceBeforeTheCancelIsDrawnApart) {
  const auto example = deadline();
  const auto text = drawn(example.timeline.pulls[0], &*example.diagnosis.verdicts[0].timer);
  EXPECT_TRUE(contains(text, "▒✗ silent for 62 s")) << text;
  EXPECT_TRUE(contains(text, "kubelet's limit: 1m0s")) << text;
  EXPECT_TRUE(contains(text, "before    06:12:10 ✗ 90 s")) << text;
}

TEST(Waterfall, ASlowButSpokenPullIsNotSilent) {
  auto pull = pull_of({}, Outcome::cancelled);
  for (int i = 0; i < 100; i += 5) {
    Progress sample;
    sample.when = clock_of("10:00:00");
    *sample.when.at += std::chrono::seconds{i};
    sample.phase = Phase::download;
    sample.layer = "d25013272171";
    sample.done = static_cast<std::uint64_t>(i);
    pull.attempts[0].samples.push_back(sample);
  }
  EXPECT_FALSE(contains(drawn(pull, nullptr), "silent"));
}

TEST(Waterfall, AFailureWithoutWatchdogIsNotCalledSilent) {
  const auto text = drawn(pull_of({{Phase::download, "d25013272171", clock_of("10:00:01"), clock_of("10:00:10"), std::nullopt}}), nullptr);
  EXPECT_FALSE(contains(text, "silent")) << text;
}

TEST(Waterfall, APullOfWhichOnlyTheEndsAreKnownIsCalledThat) {
  const auto pull = pull_of({{Phase::queue, "", clock_of("10:00:00"), clock_of("10:00:20"), Outcome::ok},
                             {Phase::resolve, "", clock_of("10:00:20"), {}, std::nullopt}});
  const auto text = drawn(pull, nullptr);
  EXPECT_TRUE(contains(text, "\npull ")) << text;
  EXPECT_FALSE(contains(text, "resolve")) << text;
}

TEST(Waterfall, ABarThatTellsNothingIsNotDrawn) {
  EXPECT_EQ(drawn(pull_of({}), nullptr), "");
  EXPECT_EQ(drawn(pull_of({{Phase::queue, "", clock_of("10:00:00"), clock_of("10:00:00"), Outcome::ok},
                           {Phase::resolve, "", clock_of("10:00:00"), {}, std::nullopt}}),
                  nullptr),
            "");
}

TEST(Waterfall, WhatNobodySawIsNotClaimed) {
  const auto text = drawn(pull_of({{Phase::resolve, "", clock_of("10:00:00"), {}, std::nullopt},
                                   {Phase::download, "", clock_of("10:00:30"), clock_of("10:01:00"), Outcome::ok},
                                   {Phase::unpack, "2f79e20ea2f4", {}, clock_of("10:01:10"), Outcome::ok}}),
                          nullptr);
  EXPECT_TRUE(contains(text, "at most 30 s")) << text;  // nobody said when it had resolved
  EXPECT_TRUE(contains(text, "ended 10:01:10")) << text;
  EXPECT_FALSE(contains(split(text, '\n')[3], "█")) << text;
}

TEST(Waterfall, CoarseOrUnknownMomentsAreNotDrawn) {
  auto coarse = pull_of({});
  coarse.attempts[0].begin.uncertainty = std::chrono::minutes{1};
  EXPECT_EQ(drawn(coarse, nullptr), "");
  auto unknown = pull_of({});
  unknown.attempts[0].begin.at.reset();
  EXPECT_EQ(drawn(unknown, nullptr), "");
  auto backwards = pull_of({});
  std::swap(backwards.attempts[0].begin, backwards.attempts[0].end);
  EXPECT_EQ(drawn(backwards, nullptr), "");
  EXPECT_EQ(drawn(Pull{}, nullptr), "");
}

TEST(Waterfall, AnAttemptThatWentWellIsNotDrawn) { EXPECT_EQ(drawn(pull_of({}, Outcome::ok), nullptr), ""); }

TEST(Waterfall, ManyLayersShareARow) {
  std::vector<timeline::Span> spans;
  for (int i = 0; i < 30; ++i)
    spans.push_back({Phase::download, fmt::format("{:012}", i), clock_of("10:00:01"), clock_of("10:00:30"), Outcome::ok});
  spans.push_back({Phase::download, "d25013272171", clock_of("10:00:02"), clock_of("10:01:40"), Outcome::failed});
  const auto text = drawn(pull_of(spans), nullptr);
  EXPECT_TRUE(contains(text, "26 layers")) << text;
  EXPECT_TRUE(contains(text, "d25013272171")) << text;
  EXPECT_LE(count(text, "download"), 6U) << text;
}

TEST(Waterfall, ALongFailureKeepsItsLength) {
  auto pull = pull_of({{Phase::queue, "", clock_of("10:00:00"), clock_of("10:00:20"), Outcome::ok}}, Outcome::cancelled);
  pull.attempts[0].end = clock_of("11:33:20");
  EXPECT_TRUE(contains(drawn(pull, nullptr), "✗ after 1 h 33 min")) << drawn(pull, nullptr);
}

TEST(Waterfall, FitsEveryWidth) {
  const auto example = deadline();
  for (std::size_t width = 40; width <= 200; width += 7)
    for (const auto& line : waterfall(example.timeline.pulls[0], &*example.diagnosis.verdicts[0].timer, width, Ink(Style{})))
      EXPECT_LE(columns(line), width) << line;
}

TEST(Tracks, LastSizesAreKept) {
  const auto tracks = tracks_of(deadline().timeline.pulls[0].attempts[2]);
  EXPECT_EQ(tracks.at({Phase::unpack, "d25013272171"}).done, 88'270'000U);
  EXPECT_FALSE(tracks.at({Phase::resolve, ""}).done.has_value());
}

}  // namespace
}  // namespace unsnag::report
