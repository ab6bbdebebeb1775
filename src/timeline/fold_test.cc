// SPDX-License-Identifier: Apache-2.0
// The fold against what logs do: repeats, echoes, gaps, missing years, missing names, files in any order.
#include <algorithm>

#include <gtest/gtest.h>

#include "timeline/timeline.h"

namespace unsnag::timeline {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const SysTime k_start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + hours(7);

Event at(nanoseconds after, decltype(Event::what) what, std::string image = "app:1", std::string node = "") {
  Event event;
  event.scope.image = std::move(image);
  event.scope.node = std::move(node);
  event.when.at = k_start + after;
  event.what = std::move(what);
  event.origin.line = 1;
  return event;
}

Event fact(std::string name, std::string image = "app:1") { return at(seconds(0), Note{{std::move(name), {}}}, std::move(image)); }

Timeline fold(std::vector<Event> events) {
  Fold fold;
  for (const auto& event : events) fold.accept(event);
  return fold.take();
}

TEST(Fold, OneFailureToldThreeTimesIsOneAttempt) {
  const auto timeline =
      fold({at(seconds(0), Begin{Phase::queue}), at(milliseconds(20), Begin{Phase::resolve}),
            at(seconds(3), End{Phase::commit, Outcome::failed}), at(seconds(3) + milliseconds(1), End{Phase::commit, Outcome::failed}),
            at(seconds(4), End{Phase::commit, Outcome::failed})});
  ASSERT_EQ(timeline.pulls.size(), 1U);
  ASSERT_EQ(timeline.pulls[0].attempts.size(), 1U);
  EXPECT_EQ(timeline.pulls[0].attempts[0].outcome, Outcome::failed);
  EXPECT_EQ(timeline.pulls[0].attempts[0].begin.at, k_start);
}

TEST(Fold, RetriesAreAttemptsOfTheirOwnInAnyOrderOfFiles) {
  std::vector<Event> events{at(seconds(0), Begin{Phase::resolve}), at(seconds(2), End{Phase::commit, Outcome::failed}),
                            at(seconds(12), Begin{Phase::resolve}), at(seconds(14), End{Phase::commit, Outcome::failed}),
                            at(seconds(34), Begin{Phase::resolve})};
  std::reverse(events.begin(), events.end());
  const auto timeline = fold(events);
  ASSERT_EQ(timeline.pulls[0].attempts.size(), 3U);
  EXPECT_FALSE(timeline.pulls[0].attempts[2].outcome) << "the last one has no end yet";
}

TEST(Fold, ALineThatABundleHoldsTwiceCountsOnce) {
  std::vector<Event> events;
  for (const auto* file : {"kubelet/kubelet.log", "var_log/messages"})
    for (const int second : {0, 140}) {
      auto told = at(seconds(second), Note{{"cancelled", {}}}, "app:1", "ip-10-0-1-21");
      told.when.uncertainty = std::chrono::microseconds(1);
      told.origin.program = "kubelet";
      told.origin.file = file;
      events.push_back(told);
    }
  EXPECT_EQ(fold(events).pulls[0].facts[0].count, 2U);
  // To the second, two lines may well be two events; and one file does not copy itself.
  for (auto& told : events) told.when.uncertainty = seconds(1);
  EXPECT_EQ(fold(events).pulls[0].facts[0].count, 4U);
  for (auto& told : events) told.when.uncertainty = std::chrono::microseconds(1), told.origin.file = "kubelet.log";
  EXPECT_EQ(fold(events).pulls[0].facts[0].count, 4U);
}

TEST(Fold, AWatchdogsOwnLineTurnsFailedIntoCancelled) {
  const auto timeline = fold({at(seconds(0), Begin{Phase::resolve}), at(seconds(60), End{Phase::commit, Outcome::failed}),
                              at(seconds(61), End{Phase::commit, Outcome::cancelled})});
  EXPECT_EQ(timeline.pulls[0].attempts[0].outcome, Outcome::cancelled);
}

TEST(Fold, TheWaitBeforeTheRuntimeBeginsIsTheQueue) {
  const auto timeline = fold({at(seconds(0), Begin{Phase::queue}), at(seconds(4), Begin{Phase::resolve})});
  const auto& spans = timeline.pulls[0].attempts[0].spans;
  ASSERT_GE(spans.size(), 2U);
  EXPECT_EQ(spans[0].phase, Phase::queue);
  EXPECT_EQ(spans[0].end.at, k_start + seconds(4));
}

TEST(Fold, NamesOfOneImageAreOnePull) {
  const auto timeline =
      fold({fact("pull-failed", "nginx"), fact("pull-failed", "docker.io/library/nginx:latest"), fact("pull-failed", "nginx:1")});
  EXPECT_EQ(timeline.pulls.size(), 2U);
}

TEST(Fold, ARepositoryWithoutATagJoinsItsOnlyImage) {
  const auto timeline = fold({fact("pull-failed", "registry.example/app:7"), fact("credentials-failed", "registry.example/app")});
  ASSERT_EQ(timeline.pulls.size(), 1U);
  EXPECT_EQ(timeline.pulls[0].facts.size(), 2U);
}

TEST(Fold, ARepositoryWithoutATagJoinsTheImageOfItsNodeOrOfNone) {
  const auto pulls = [](std::string tagged_on, std::string untagged_on, std::string other_on) {
    const auto note = [](std::string image, std::string node) {
      return at(seconds(0), Note{{"x", {}}}, std::move(image), std::move(node));
    };
    return fold({note("r.example/app:1", std::move(tagged_on)), note("r.example/app", std::move(untagged_on)),
                 note("r.example/app:2", std::move(other_on))})
        .pulls.size();
  };
  EXPECT_EQ(pulls("n1", "n1", "n2"), 2U);
  EXPECT_EQ(pulls("n1", "n1.example", "n2"), 2U);
  EXPECT_EQ(pulls("", "n1", "n2"), 2U);
  EXPECT_EQ(pulls("n1", "", "n2"), 3U) << "which of the two?";
  EXPECT_EQ(pulls("n1", "n1", "n1"), 3U);
  EXPECT_EQ(pulls("n1", "n1", ""), 3U);
  EXPECT_EQ(pulls("n1", "n3", "n2"), 3U);
}

// A daemon set's image on all nodes of a large cluster, and layers without number: comparing all with all took minutes.
TEST(Fold, ManyNodesAndManyLayersTakeLinearTime) {
  Fold fold;
  constexpr int k_many = 16'000;
  for (int i = 0; i < k_many; ++i)
    for (const auto* image : {"r.example/app:1", "r.example/app"})
      fold.accept(at(seconds(i), Note{{"x", {}}}, image, "node-" + std::to_string(i)));
  for (int i = 0; i < k_many; ++i) {
    auto sample = at(seconds(i), Sample{Phase::download, 1, {}, "x"}, "layers:1");
    sample.scope.layer = "layer-" + std::to_string(i);
    fold.accept(sample);
  }
  const auto timeline = fold.take();
  EXPECT_EQ(timeline.pulls.size(), static_cast<std::size_t>(k_many) + 1);
  EXPECT_EQ(timeline.pulls.back().attempts.at(0).spans.size(), static_cast<std::size_t>(k_many));
}

TEST(Fold, NodesAreKeptApartAndShortNamesJoinLongOnes) {
  const auto timeline = fold({at(seconds(0), Note{{"pull-failed", {}}}, "app:1", "ip-10-0-1-23"),
                              at(seconds(1), Note{{"pull-failed", {}}}, "app:1", "ip-10-0-1-23.ec2.internal"),
                              at(seconds(2), Note{{"pull-failed", {}}}, "app:1", "ip-10-0-1-99")});
  ASSERT_EQ(timeline.pulls.size(), 2U);
  EXPECT_EQ(timeline.pulls[0].node, "ip-10-0-1-23.ec2.internal");
}

TEST(Fold, LinesWithoutANodeBelongToTheImagesOnlyNode) {
  const auto timeline = fold({at(seconds(0), Note{{"pull-failed", {}}}), at(seconds(1), Note{{"backing-off", {}}}, "app:1", "node-1")});
  ASSERT_EQ(timeline.pulls.size(), 1U);
  EXPECT_EQ(timeline.pulls[0].node, "node-1");
}

TEST(Fold, APodsFactsGoToItsOnlyImage) {
  auto named = fact("pull-requested");
  named.scope.pod = "ns/web";
  auto reason = fact("waiting-reason", "");
  reason.scope.pod = "ns/web";
  auto other = fact("waiting-reason", "");
  other.scope.pod = "ns/other";
  const auto timeline = fold({named, reason, other});
  ASSERT_EQ(timeline.pulls.size(), 1U);
  EXPECT_EQ(timeline.pulls[0].facts.size(), 2U);
  EXPECT_EQ(timeline.notes.size(), 1U);
}

TEST(Fold, RepeatsAreCountedAndKeepFirstAndLast) {
  std::vector<Event> events;
  for (int i = 0; i < 100; ++i) events.push_back(at(seconds(i), Note{{"pull-failed", {}}}));
  const auto timeline = fold(events);
  ASSERT_EQ(timeline.pulls[0].facts.size(), 1U);
  EXPECT_EQ(timeline.pulls[0].facts[0].count, 100U);
  EXPECT_EQ(timeline.pulls[0].facts[0].first.at, k_start);
  EXPECT_EQ(timeline.pulls[0].facts[0].last.at, k_start + seconds(99));
}

TEST(Fold, AnUndatedRepeatDoesNotTakeTheDateAway) {
  auto undated = fact("pull-failed");
  undated.when.at.reset();
  const auto timeline = fold({fact("pull-failed"), undated});
  EXPECT_EQ(timeline.pulls[0].facts[0].last.at, k_start);
}

TEST(Fold, LinesWithoutAYearGetTheYearOfTheDatedOnes) {
  auto klog = fact("pull-failed");
  klog.when.at = SysTime(std::chrono::sys_days{std::chrono::year{k_no_year} / 11 / 24} + hours(7));
  klog.when.year_known = false;
  auto august = fact("backing-off");
  august.when.at = SysTime(std::chrono::sys_days{std::chrono::year{k_no_year} / 8 / 30});
  august.when.year_known = false;
  const auto timeline = fold({klog, august, at(hours(1), Note{{"pull-started", {}}})});
  for (const auto& noted : timeline.pulls[0].facts) {
    if (noted.fact.name == "pull-failed") {
      EXPECT_EQ(noted.first.at, k_start);
    }
    if (noted.fact.name == "backing-off") {
      EXPECT_EQ(noted.first.at, SysTime(std::chrono::sys_days{std::chrono::year{2026} / 8 / 30}));
    }
  }
}

/// The moments at which node-b's image was pulled, of a timeline in which node-a's clock shows two hours more than UTC.
Attempt beside_a_node_in_another_zone(std::string_view node_b) {
  std::vector<Event> events;
  for (const auto moment : {seconds(0), seconds(300)})
    for (const bool local : {false, true}) {
      auto event = at(moment, End{Phase::commit, Outcome::failed});
      event.scope.node = local ? "node-a" : "node-a.example";
      if (local) *event.when.at += hours(2) + milliseconds(100);
      event.when.zone_known = !local;
      events.push_back(event);
    }
  auto other = at(hours(4), End{Phase::commit, Outcome::failed});
  other.scope.image = "registry.example/other:1";
  other.scope.node = node_b;
  other.when.zone_known = false;
  events.push_back(other);
  for (const auto& pull : fold(events).pulls)
    if (pull.image == "registry.example/other:1") return pull.attempts.front();
  return {};
}

TEST(Fold, EachNodeHasAZoneOfItsOwn) {
  const auto other = beside_a_node_in_another_zone("node-b");
  EXPECT_EQ(other.end.at, k_start + hours(4)) << "left alone: nothing tells";
  EXPECT_FALSE(other.end.zone_known);
  for (const auto* same : {"node-a", "node-a.example", ""}) {
    const auto mended = beside_a_node_in_another_zone(same);
    EXPECT_EQ(mended.end.at, k_start + hours(2)) << same;
    EXPECT_TRUE(mended.end.zone_known) << same;
  }
}

TEST(Fold, TimesThatNoLogHasAreNone) {
  Event event = at(seconds(0), Note{{"pull-failed", {}}});
  event.when.at = SysTime::min();
  event.when.uncertainty = event.span = nanoseconds::max();
  auto twice = event;
  twice.when.at = SysTime::max();
  const auto timeline = fold({event, twice, at(seconds(0), Begin{Phase::resolve})});
  EXPECT_FALSE(timeline.pulls[0].facts[0].last.at);
}

TEST(Fold, ARecordingWithItsOwnClockIsLaidOverTheDatedAttempt) {
  const auto relative = [](nanoseconds after, decltype(Event::what) what) {
    auto event = at(seconds(0), std::move(what));
    event.when.at = SysTime(after);
    event.when.zone_known = false;
    return event;
  };
  const auto timeline = fold({at(seconds(10), Begin{Phase::resolve}), at(seconds(80), End{Phase::commit, Outcome::cancelled}),
                              relative(seconds(5), Begin{Phase::resolve}), relative(seconds(15), Sample{Phase::unpack, 1, 2, "Extracting"}),
                              relative(seconds(85), End{Phase::commit, Outcome::failed})});
  ASSERT_EQ(timeline.pulls[0].attempts.size(), 1U);
  const auto& attempt = timeline.pulls[0].attempts[0];
  EXPECT_EQ(attempt.outcome, Outcome::cancelled);
  EXPECT_EQ(attempt.begin.at, k_start) << "the recording saw an earlier begin";
  ASSERT_EQ(attempt.samples.size(), 1U);
  EXPECT_EQ(attempt.samples[0].when.at, k_start + seconds(10));
}

TEST(Fold, AMillionSamplesStayBounded) {
  Fold fold;
  fold.accept(at(seconds(0), Begin{Phase::resolve}));
  for (int i = 0; i < 100'000; ++i) fold.accept(at(seconds(i), Sample{Phase::download, static_cast<std::uint64_t>(i), {}, "x"}));
  const auto timeline = fold.take();
  EXPECT_LE(timeline.pulls[0].attempts[0].samples.size(), Attempt::k_max_samples);
}

TEST(Fold, AHundredThousandFailuresStayBoundedAndKeepTheFirstAndTheLast) {
  Fold fold;
  constexpr int k_failures = 100'000;
  for (int i = 0; i < k_failures; ++i) {
    fold.accept(at(seconds(60 * i), Begin{Phase::resolve}));
    fold.accept(at(seconds(60 * i + 30), End{Phase::commit, Outcome::failed}));
  }
  const auto timeline = fold.take();
  const auto& attempts = timeline.pulls[0].attempts;
  EXPECT_LE(attempts.size(), 10'000U);
  EXPECT_EQ(attempts.front().begin.at, k_start);
  EXPECT_EQ(attempts.back().end.at, k_start + seconds(60 * (k_failures - 1) + 30));
}

// `docker pull` prints no times. What it says last, below the dated lines, is how things stand.
TEST(Fold, AClientsUndatedSuccessBelowDatedLinesEndsThePull) {
  const auto line = [](Event event, std::uint64_t number, const char* file = "-", const char* program = "dockerd") {
    event.origin.line = number;
    event.origin.file = file;
    event.origin.program = program;
    return event;
  };
  const auto undated = [](Event event) {
    event.when.at.reset();
    return event;
  };
  const auto ok = undated(at(seconds(0), End{Phase::commit, Outcome::ok}));
  const auto failure = undated(at(seconds(0), End{Phase::commit, Outcome::failed}));
  const auto begin = at(seconds(0), Begin{Phase::resolve}), failed = at(seconds(3), End{Phase::commit, Outcome::failed});
  struct Case {
    const char* name;
    std::vector<Event> events;
    std::vector<std::optional<Outcome>> outcomes;
  };
  for (const auto& c : {
           Case{"under way", {line(begin, 1), line(ok, 2)}, {Outcome::ok}},
           Case{"failed before", {line(begin, 1), line(failed, 2), line(ok, 3)}, {Outcome::failed, Outcome::ok}},
           Case{"told twice", {line(begin, 1), line(ok, 2), line(ok, 3)}, {Outcome::ok}},
           Case{"read in another order", {line(ok, 3), line(begin, 1), line(failed, 2)}, {Outcome::failed, Outcome::ok}},
           Case{"above a failure", {line(begin, 1), line(ok, 2), line(failed, 3)}, {Outcome::failed}},
           Case{"above an undated failure", {line(begin, 1), line(ok, 2), line(failure, 3)}, {std::nullopt}},
           Case{"of another file", {line(begin, 1), line(ok, 2, "other")}, {std::nullopt}},
           Case{"a row of kubectl's", {line(begin, 1), line(ok, 2, "-", "kubelet")}, {std::nullopt}},
           Case{"nothing is dated", {line(undated(begin), 1), line(ok, 2)}, {Outcome::ok}},
       }) {
    const auto timeline = fold(c.events);
    std::vector<std::optional<Outcome>> outcomes;
    for (const auto& attempt : timeline.pulls.at(0).attempts) outcomes.push_back(attempt.outcome);
    EXPECT_EQ(outcomes, c.outcomes) << c.name;
  }
}

TEST(Fold, TwinsAreCountedLikeEventsThatAreReadInFull) {
  std::vector<Event> apart, twins;
  for (int i = 0; i < 5; ++i)
    for (const auto& what :
         {decltype(Event::what)(Note{{"pull-failed", {{"why", "x"}}}}), decltype(Event::what)(End{Phase::commit, Outcome::failed})}) {
      auto event = at(seconds(60 * i), what);
      event.origin.line = static_cast<std::uint64_t>(i) + 1;
      apart.push_back(event);
      event.twin = 70 + what.index();
      twins.push_back(event);
    }
  const auto expected = fold(apart), got = fold(twins);
  ASSERT_EQ(got.pulls.size(), 1U);
  ASSERT_EQ(got.pulls[0].facts.size(), 1U);
  EXPECT_EQ(got.pulls[0].facts[0].count, 5U);
  EXPECT_EQ(got.pulls[0].facts[0].last.at, expected.pulls[0].facts[0].last.at);
  EXPECT_EQ(got.pulls[0].facts[0].last_origin.line, 5U);
  EXPECT_EQ(got.pulls[0].attempts.size(), expected.pulls[0].attempts.size());
}

TEST(Fold, ATwinOfARequestFindsTheImageThatBecameKnownLater) {
  auto early = at(seconds(0), Note{{"retrying", {}}}, "");
  early.scope.request = "r-1";
  early.twin = 99;
  auto named = at(seconds(1), Note{{"pull-requested", {}}});
  named.scope.request = "r-1";
  auto late = early;
  late.when.at = k_start + seconds(2);
  const auto timeline = fold({early, named, late});
  ASSERT_EQ(timeline.pulls.size(), 1U);
  EXPECT_EQ(timeline.notes.size(), 1U) << "what was said before anybody named the image";
  EXPECT_EQ(timeline.pulls[0].facts.size(), 2U);
}

TEST(Fold, ManyPodsAndImagesAreEachListedOnce) {
  Fold fold;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 20'000; ++i) {
      auto event = at(seconds(i), Note{{"pull-failed", {}}});
      event.scope.pod = "shop/app-" + std::to_string(i);
      fold.accept(event);
      fold.accept(at(seconds(i), Note{{"pull-failed", {}}}, "app-" + std::to_string(i) + ":1"));
    }
  const auto timeline = fold.take();
  EXPECT_EQ(timeline.pulls.size(), 20'001U);
  EXPECT_EQ(timeline.pulls[0].pods.size(), 20'000U);
}

}  // namespace
}  // namespace unsnag::timeline
