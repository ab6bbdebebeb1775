// SPDX-License-Identifier: Apache-2.0
// Diagnosis from timelines that were written by hand: it knows nothing else.
#include <gtest/gtest.h>

#include "diagnose/judge.h"
#include "diagnose/verdict.h"
#include "timeline/json_lines.h"

namespace unsnag::diagnose {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using timeline::Begin;
using timeline::End;
using timeline::Event;
using timeline::Fact;
using timeline::Note;
using timeline::Outcome;
using timeline::Phase;

const SysTime k_start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + hours(7);

Event event(int second, decltype(Event::what) what, std::string image = "registry.example/app:1") {
  static std::uint64_t line = 0;
  Event e;
  e.scope.image = std::move(image);
  e.when.at = k_start + seconds(second);
  e.origin.file = "kubelet.log";
  e.origin.line = ++line;
  e.origin.text = "line";
  e.what = std::move(what);
  return e;
}

Event note(int second, std::string name, std::vector<std::pair<std::string, std::string>> attributes = {},
           std::string image = "registry.example/app:1") {
  return event(second, Note{{std::move(name), std::move(attributes)}}, std::move(image));
}

Diagnosis explain(const std::vector<Event>& events) {
  timeline::Fold fold;
  for (const auto& e : events) fold.accept(e);
  return diagnose(fold.take());
}

std::string first_cause(const std::vector<Event>& events) {
  const auto diagnosis = explain(events);
  return diagnosis.verdicts.empty() ? "no-failure" : diagnosis.verdicts.front().cause;
}

TEST(Diagnose, NothingFailedIsNoVerdict) {
  EXPECT_EQ(first_cause({}), "no-failure");
  EXPECT_EQ(first_cause(
                {event(0, Begin{Phase::resolve}), event(3, End{Phase::commit, Outcome::ok}), note(3, "pull-succeeded", {{"took", "3s"}})}),
            "no-failure");
}

TEST(Diagnose, AFailureInWordsThatNoRuleKnowsIsNotHealthy) {
  EXPECT_EQ(first_cause(
                {event(0, Begin{Phase::resolve}), note(3, "bad-url", {{"how", "escape"}}), event(3, End{Phase::unpack, Outcome::failed})}),
            "insufficient-evidence");
}

TEST(Diagnose, ASandboxWithoutANetworkIsNoPullFailure) {
  EXPECT_EQ(
      first_cause({note(0, "sandbox-failed", {{"step", "sandbox"}}, ""), note(0, "not-a-pull", {{"what", "cni"}, {"subject", "other"}}, ""),
                   note(0, "unreachable", {{"how", "refused"}, {"subject", "other"}}, "")}),
      "not-a-pull-failure");
}

TEST(Diagnose, AWatchdogsCancelExplainsWhatFollowsIt) {
  const auto diagnosis =
      explain({event(0, Begin{Phase::resolve}), note(60, "cancelled", {{"by", "containerd"}, {"limit", "1m0s"}}),
               note(60, "context-canceled", {{"how", "context"}}), note(60, "pull-failed"),
               event(60, End{Phase::commit, Outcome::cancelled}), note(61, "waiting-reason", {{"reason", "ErrImagePull"}})});
  ASSERT_EQ(diagnosis.verdicts.size(), 1U);
  EXPECT_EQ(diagnosis.verdicts[0].cause, "progress-deadline");
  EXPECT_EQ(diagnosis.verdicts[0].confidence, Confidence::certain);
  ASSERT_TRUE(diagnosis.verdicts[0].timer);
  EXPECT_EQ(diagnosis.verdicts[0].timer->limit, std::chrono::minutes(1));
}

TEST(Diagnose, AnOomKillExplainsTheBrokenConnectionThatFollowsIt) {
  EXPECT_EQ(first_cause({note(59, "oom-killed", {{"process", "containerd"}}, ""), note(60, "pull-failed"),
                         note(60, "runtime-unavailable", {{"how", "cut"}})}),
            "out-of-memory");
}

TEST(Diagnose, AnOomKillAnHourBeforeExplainsNothing) {
  EXPECT_EQ(first_cause({note(-1500, "oom-killed", {{"process", "containerd"}}, ""), note(60, "pull-failed"),
                         note(60, "runtime-unavailable", {{"how", "cut"}})}),
            "runtime-down");
}

/// Where a clock of five minutes comes from, with these facts of containerd's configuration.
std::string limit_origin(const std::vector<Event>& configuration) {
  std::vector<Event> events{event(0, Begin{Phase::resolve}), note(300, "cancelled", {{"by", "containerd"}, {"limit", "5m0s"}}),
                            event(300, End{Phase::commit, Outcome::cancelled})};
  for (auto e : configuration) {
    e.origin.file = "config.toml";
    e.origin.line = 3;
    events.push_back(std::move(e));
  }
  const auto diagnosis = explain(events);
  return diagnosis.verdicts.empty() || !diagnosis.verdicts[0].timer ? "no timer" : diagnosis.verdicts[0].timer->limit_origin;
}

TEST(Diagnose, TheTimerNamesASettingThatStandsThereWithoutEffect) {
  const auto odd = [](std::string key, std::string value, std::string why) {
    return note(0, "setting-oddity", {{"of", "containerd"}, {"key", std::move(key)}, {"value", std::move(value)}, {"why", std::move(why)}},
                "");
  };
  const std::string key = "image_pull_progress_timeout";
  EXPECT_EQ(limit_origin({}), "the default: nothing in the evidence sets it");
  EXPECT_EQ(limit_origin({odd("io.containerd.grpc.v1.cri." + key, "30m", "wrong-table")}),
            "the default: config.toml:3 sets 30m in a table that this version of the file does not have");
  EXPECT_EQ(limit_origin({odd(key, "30", "not-a-duration")}), "the default: config.toml:3 sets \"30\", which is no duration");
  EXPECT_EQ(limit_origin({odd("etc/config.toml", "expected a key", "does-not-parse")}),
            "the default: config.toml:3 does not parse, so nobody knows what it sets");
  EXPECT_EQ(limit_origin({odd("io.containerd.grpc.v1.cri.sandbox_image", "x", "wrong-table")}),
            "the default: nothing in the evidence sets it")
      << "another key's oddity";
}

TEST(Diagnose, TheTimerNamesASettingThatWasNotInForce) {
  const auto set = [](std::string value) {
    return note(0, "setting",
                {{"of", "containerd"}, {"key", "image_pull_progress_timeout"}, {"value", std::move(value)}, {"origin", "file"}}, "");
  };
  EXPECT_EQ(limit_origin({set("30m")}), "the default: config.toml:3 sets 30m, which was not in force");
  EXPECT_EQ(limit_origin({set("5m")}), "the default, in force by config.toml:3");
}

TEST(Diagnose, TheLastAttemptsErrorOutweighsAnEarlierOne) {
  EXPECT_EQ(first_cause({event(0, Begin{Phase::resolve}), note(1, "runtime-unavailable", {{"how", "cut"}}), note(1, "pull-failed"),
                         event(1, End{Phase::commit, Outcome::failed}), event(60, Begin{Phase::resolve}),
                         note(61, "unpack-denied", {{"how", "setxattr"}}), note(61, "pull-failed", {{"x", "y"}}),
                         event(61, End{Phase::commit, Outcome::failed})}),
            "unpack-denied");
}

TEST(Diagnose, APullThatOnlyDockerdTellsOfIsNotOpenForever) {
  for (const auto* program : {"containerd", "dockerd"}) {
    auto begin = event(0, Begin{Phase::resolve});
    auto started = note(0, "pull-started");
    auto later = note(600, "setting", {{"key", "v"}, {"of", "kubelet"}, {"value", "2"}}, "");
    begin.origin.program = started.origin.program = program;
    EXPECT_EQ(first_cause({begin, started, later}), program == std::string("dockerd") ? "no-failure" : "stalled") << program;
  }
}

/// A line that does not show who speaks, in a file of the node or in a paste.
Diagnosis of_a_line_without_speaker(bool paste) {
  auto line = note(0, "tls-failed", {{"how", "unknown-authority"}}, "");
  line.origin.program = "go";
  auto evidence = note(0, "evidence", {{"kind", "paste"}, {"lines", "1"}}, "");
  return paste ? explain({line, evidence}) : explain({line});
}

TEST(Diagnose, AnApplicationsLogIsNoPull) {
  EXPECT_TRUE(of_a_line_without_speaker(false).verdicts.empty());
  const auto pasted = of_a_line_without_speaker(true);
  ASSERT_EQ(pasted.verdicts.size(), 1U) << "who pastes it says that it is about a pull";
  EXPECT_EQ(pasted.verdicts[0].cause, "tls-untrusted");
  EXPECT_NE(pasted.verdicts[0].confidence, Confidence::certain);
}

TEST(Diagnose, TwoImagesThatFailForDifferentReasonsGetAVerdictEach) {
  const auto diagnosis = explain(
      {note(0, "pull-failed", {}, "a.example/x:1"), note(0, "dns-failed", {{"how", "nxdomain"}, {"host", "a.example"}}, "a.example/x:1"),
       note(1, "pull-failed", {}, "b.example/y:1"), note(1, "registry-said", {{"code", "toomanyrequests"}}, "b.example/y:1")});
  ASSERT_EQ(diagnosis.verdicts.size(), 2U);
  EXPECT_NE(diagnosis.verdicts[0].cause, diagnosis.verdicts[1].cause);
}

TEST(Diagnose, BackOffAloneIsInsufficientEvidence) {
  const auto diagnosis = explain({note(0, "backing-off"), note(0, "waiting-reason", {{"reason", "ImagePullBackOff"}})});
  ASSERT_EQ(diagnosis.verdicts.size(), 1U);
  EXPECT_EQ(diagnosis.verdicts[0].cause, "insufficient-evidence");
  EXPECT_EQ(diagnosis.verdicts[0].confidence, Confidence::insufficient);
}

Event on(std::string node, Event event) {
  event.scope.node = std::move(node);
  return event;
}

/// One host was asked in another one's stead and another one's pull succeeded, on node-a; then a request timed out.
std::string after_a_success(const std::string& node, int second) {
  return first_cause({on("node-a", note(0, "trying-next-host", {}, "")), on("node-a", event(0, Begin{Phase::resolve})),
                      on("node-a", event(50, End{Phase::commit, Outcome::ok})), on("node-a", note(50, "pull-succeeded")),
                      on(node, note(second, "unreachable",
                                    {{"how", "timeout"},
                                     {"host", "registry.example"},
                                     {"step", "resolve"},
                                     {"url", "https://registry.example/v2/other/manifests/1"}},
                                    ""))});
}

TEST(Diagnose, ASuccessOnlyExcusesWhatItsOwnPullWentThrough) {
  EXPECT_EQ(after_a_success("node-a", 10), "no-failure");
  EXPECT_EQ(after_a_success("node-a.example", 10), "no-failure");
  EXPECT_EQ(after_a_success("", 10), "no-failure");
  EXPECT_EQ(after_a_success("node-b", 10), "connect-failure") << "another node's";
  EXPECT_EQ(after_a_success("node-a", 5 * 3600), "connect-failure") << "hours later";
}

TEST(Diagnose, WhatASuccessExcusesIsNoPartOfAnothersFailure) {
  const auto unreachable = [](int second, std::string host) {
    return note(second, "unreachable",
                {{"how", "timeout"}, {"host", host}, {"step", "resolve"}, {"url", "https://" + host + "/v2/x/manifests/1"}}, "");
  };
  const auto diagnosis = explain(
      {on("node-a", note(0, "trying-next-host", {{"host", "mirror.example"}, {"url", "https://mirror.example/v2/x/manifests/1"}}, "")),
       on("node-a", unreachable(0, "mirror.example")), on("node-a", event(0, Begin{Phase::resolve})),
       on("node-a", event(50, End{Phase::commit, Outcome::ok})), on("node-b", unreachable(5 * 3600, "registry.example"))});
  ASSERT_EQ(diagnosis.verdicts.size(), 1U);
  EXPECT_EQ(diagnosis.verdicts[0].proof.size(), 1U);
  EXPECT_NE(diagnosis.verdicts[0].summary.find("registry.example"), std::string::npos) << diagnosis.verdicts[0].summary;
}

TEST(Diagnose, OnlyAPullOfTheSameNodeKeepsOneWaiting) {
  const auto waiting = [](const std::string& node) {
    const auto started = [](int second, std::string image) { return note(second, "pull-started", {}, std::move(image)); };
    return first_cause({on(node, event(0, Begin{Phase::resolve}, "registry.example/big:1")), on(node, started(0, "registry.example/big:1")),
                        on(node, event(120, End{Phase::commit, Outcome::ok}, "registry.example/big:1")),
                        on("node-a", event(120, Begin{Phase::resolve})), on("node-a", started(120, "registry.example/app:1")),
                        on("node-a", event(125, End{Phase::commit, Outcome::ok}))});
  };
  EXPECT_EQ(waiting("node-a"), "serialized-queue");
  EXPECT_EQ(waiting("node-b"), "no-failure");
}

TEST(Diagnose, ANodesEvidenceEndsWithItsOwnLastLine) {
  const auto open = [](const std::string& node) {
    return first_cause({on("node-a", event(0, Begin{Phase::resolve})), on("node-a", note(0, "pull-started")),
                        on(node, note(3600, "setting", {{"key", "v"}, {"of", "kubelet"}, {"value", "2"}}, ""))});
  };
  EXPECT_EQ(open("node-a"), "stalled");
  EXPECT_EQ(open(""), "stalled");
  EXPECT_EQ(open("node-b"), "no-failure");
}

TEST(Diagnose, ARuntimeThatDiesTakesItsOwnNodesPullsAlong) {
  const auto beside_death = [](const std::string& node) {
    return first_cause({on("node-a", event(0, Begin{Phase::resolve})), on("node-a", note(0, "pull-started")),
                        on(node, note(20, "runtime-stopped", {{"how", "signal"}}, ""))});
  };
  EXPECT_EQ(beside_death("node-a"), beside_death(""));
  EXPECT_NE(beside_death("node-a"), beside_death("node-b"));
}

/// A pod's image whose pull failed at 07:00:05, and what the evidence ends with that many seconds after it.
std::optional<Verdict> failed_before(int seconds_before_end, bool zone_known = true) {
  auto failed = note(5, "pull-failed");
  failed.scope.pod = "shop/cart";
  auto end = event(5, End{Phase::commit, Outcome::failed});
  failed.when.zone_known = end.when.zone_known = zone_known;
  const auto diagnosis = explain({end, failed, note(5, "not-found", {{"what", "manifest"}, {"where", "registry"}}),
                                  note(5 + seconds_before_end, "setting", {{"key", "v"}, {"of", "kubelet"}, {"value", "2"}}, "")});
  return diagnosis.verdicts.empty() ? std::nullopt : std::optional(diagnosis.verdicts.front());
}

TEST(Diagnose, TheNextTryIsToldInTheFailuresOwnZone) {
  const auto utc = failed_before(1), local = failed_before(1, false);
  ASSERT_TRUE(utc && utc->next_retry && local && local->next_retry);
  EXPECT_EQ(utc->next_retry->at, k_start + seconds(15));
  EXPECT_TRUE(utc->next_retry->zone_known);
  EXPECT_EQ(local->next_retry->at, k_start + seconds(15));
  EXPECT_FALSE(local->next_retry->zone_known);
}

TEST(Diagnose, ATryThatIsLongOverdueIsNotPromised) {
  const auto late = failed_before(22 * 60);
  ASSERT_TRUE(late);
  EXPECT_FALSE(late->next_retry);
  EXPECT_FALSE(late->next_retry_delay);
}

TEST(Diagnose, TheSameTimelineThroughJsonLinesGivesTheSameVerdict) {
  const std::vector<Event> events{event(0, Begin{Phase::resolve}), note(60, "cancelled", {{"by", "containerd"}, {"limit", "1m0s"}}),
                                  event(60, End{Phase::commit, Outcome::cancelled})};
  std::vector<Event> back;
  for (const auto& e : events) back.push_back(*timeline::parse_json_line(timeline::to_json_line(e)));
  const auto direct = explain(events), through = explain(back);
  ASSERT_EQ(direct.verdicts.size(), through.verdicts.size());
  EXPECT_EQ(direct.verdicts[0].cause, through.verdicts[0].cause);
  EXPECT_EQ(direct.verdicts[0].summary, through.verdicts[0].summary);
  EXPECT_EQ(direct.verdicts[0].proof.size(), through.verdicts[0].proof.size());
}

TEST(Judge, TermsTestAttributes) {
  CaseFact fact;
  fact.fact = {"http-status", {{"role", "mirror"}, {"status", "503"}, {"url", "https://m.example/v2/x"}}};
  const auto meets = [&](const char* text) { return holds(*catalogue::parse_term(text), fact); };
  EXPECT_TRUE(meets("http-status"));
  EXPECT_TRUE(meets("http-status(status>=500, role=mirror|registry)"));
  EXPECT_FALSE(meets("http-status(status>=504)"));
  EXPECT_TRUE(meets("http-status(status<504, role!=registry)"));
  EXPECT_TRUE(meets("http-status(url~/v2/)"));
  EXPECT_TRUE(meets("http-status(how=)")) << "an attribute that is not there is empty";
  EXPECT_FALSE(meets("http-status(status>=x)"));
  EXPECT_FALSE(meets("registry-said"));
}

TEST(Judge, VersionsAreComparedPartByPart) {
  CaseFact fact;
  fact.fact = {"version", {{"of", "kubelet"}, {"version", "v1.9.3"}}};
  EXPECT_TRUE(holds(*catalogue::parse_term("version(of=kubelet, version<1.24)"), fact));
  fact.fact.set("version", "1.24.17-eks-1");
  EXPECT_FALSE(holds(*catalogue::parse_term("version(of=kubelet, version<1.24)"), fact));
  EXPECT_TRUE(holds(*catalogue::parse_term("version(of=kubelet, version>=1.24)"), fact));
  fact.fact.set("version", "unknown");
  EXPECT_FALSE(holds(*catalogue::parse_term("version(version>=1.0)"), fact));
}

TEST(FillWords, UnknownPartsAreLeftOutOrMarked) {
  CaseFile file;
  CaseFact fact;
  fact.fact = {"no-space", {{"path", "/var/lib/x"}}};
  EXPECT_EQ(fill_words("full[[: {no-space.path}]]", file, {&fact}), "full: /var/lib/x");
  EXPECT_EQ(fill_words("full[[: {no-space.device}]]", file, {&fact}), "full");
  EXPECT_EQ(fill_words("describe {pod}; awk '{print $1}' [x]", file, {}, Unknown::to_replace), "describe POD; awk '{print $1}' [x]");
}

TEST(FillWords, OnlyWhatAShellTakesAsItStandsGoesIntoACommand) {
  for (const std::string value : {"r.example$(id)",
                                  "r.example`id`",
                                  "r;id",
                                  "r|id",
                                  "r&id",
                                  "r>x",
                                  "r<x",
                                  "r id",
                                  "r\nid",
                                  "r\tid",
                                  "r'id",
                                  "r\"id",
                                  "r\\id",
                                  "r*",
                                  "r?",
                                  "r[a]",
                                  "r{a,b}",
                                  "~root",
                                  "#r",
                                  "!r",
                                  "r=x",
                                  "a%s",
                                  "-o",
                                  "--rm",
                                  "..",
                                  "/a/../etc",
                                  "joe:***@r",
                                  "r\xc2\xa0x"}) {
    CaseFile file;
    CaseFact fact;
    fact.fact = {"dns-failed", {{"host", value}}};
    EXPECT_EQ(fill_words("dig {dns-failed.host}", file, {&fact}, Unknown::to_replace), "dig HOST") << value;
    EXPECT_EQ(fill_words("dig[[ {dns-failed.host}]]", file, {&fact}, Unknown::to_replace).find(value), std::string::npos) << value;
    timeline::Pull pull;
    pull.image_as_given = value;
    pull.pods = {"ns/" + value};
    file.pull = &pull;
    EXPECT_EQ(fill_words("crictl pull {image}; kubectl get pod {pod}", file, {}, Unknown::to_replace),
              "crictl pull IMAGE; kubectl get pod POD")
        << value;
    pull.pods = {value + "/pod"};
    EXPECT_EQ(fill_words("kubectl get pod {pod}", file, {}, Unknown::to_replace), "kubectl get pod POD") << value;
  }
  CaseFile file;
  timeline::Pull pull;
  pull.pods = {"ns/"};
  file.pull = &pull;
  EXPECT_EQ(fill_words("get {pod}", file, {}, Unknown::to_replace), "get POD");
  for (const std::string value : {"r.example:5000/a_b/c-d:v1.2+x", "a@sha256:4f", "10.0.0.1:53", "/var/lib/x"}) {
    CaseFact fact;
    fact.fact = {"dns-failed", {{"host", value}}};
    EXPECT_EQ(fill_words("dig {dns-failed.host}", file, {&fact}, Unknown::to_replace), "dig " + value);
  }
}

TEST(CausePages, EveryCauseHasOne) {
  EXPECT_GE(cause_pages().size(), 46U);
  for (const auto& page : cause_pages()) {
    EXPECT_FALSE(page.title.empty()) << page.id;
    EXPECT_FALSE(page.what.empty()) << page.id;
    EXPECT_FALSE(page.tell.empty()) << page.id;
    EXPECT_FALSE(page.fix.empty()) << page.id;
  }
}

}  // namespace
}  // namespace unsnag::diagnose
