// SPDX-License-Identifier: Apache-2.0
#include "timeline/json_lines.h"

#include <gtest/gtest.h>

namespace unsnag::timeline {
namespace {

Event example() {
  Event event;
  event.scope = {"node-1", "ns/pod", "c", "registry.example/app:1", "sha256:0123", "r1"};
  event.when.at = SysTime(std::chrono::nanoseconds(1'584'512'000'123'456'789));
  event.when.uncertainty = std::chrono::seconds(1);
  event.when.zone_known = false;
  event.origin = {"kubelet", Certainty::echoed, "kubelet.log", 42, "a \"line\"\n\twith\x01 odd bytes", "kubelet.pull-failed"};
  event.count = 12;
  event.span = std::chrono::minutes(53);
  event.what = Note{{"unreachable", {{"addr", "10.0.0.1:443"}, {"how", "refused"}}}};
  return event;
}

void expect_same(const Event& a, const Event& b) {
  EXPECT_EQ(a.scope, b.scope);
  EXPECT_EQ(a.when.at, b.when.at);
  EXPECT_EQ(a.when.uncertainty, b.when.uncertainty);
  EXPECT_EQ(a.when.year_known, b.when.year_known);
  EXPECT_EQ(a.when.zone_known, b.when.zone_known);
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.span, b.span);
  EXPECT_EQ(a.origin.program, b.origin.program);
  EXPECT_EQ(a.origin.certainty, b.origin.certainty);
  EXPECT_EQ(a.origin.file, b.origin.file);
  EXPECT_EQ(a.origin.line, b.origin.line);
  EXPECT_EQ(a.origin.text, b.origin.text);
  EXPECT_EQ(a.origin.message, b.origin.message);
  EXPECT_EQ(a.what.index(), b.what.index());
}

TEST(JsonLines, EveryKindOfEventComesBackWhole) {
  auto event = example();
  const std::vector<decltype(Event::what)> kinds{event.what,
                                                 Begin{Phase::resolve},
                                                 Sample{Phase::download, 12, 99, "Downloading"},
                                                 Sample{Phase::unpack, {}, {}, ""},
                                                 Retry{"again"},
                                                 End{Phase::commit, Outcome::cancelled}};
  for (const auto& kind : kinds) {
    event.what = kind;
    const auto line = to_json_line(event);
    EXPECT_TRUE(is_event_line(line));
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto back = parse_json_line(line);
    ASSERT_TRUE(back) << back.error().message() << "\n" << line;
    expect_same(event, *back);
    EXPECT_EQ(to_json_line(*back), line);
  }
}

TEST(JsonLines, WhatIsNoEventIsRefused) {
  for (const auto* line : {"", "{}", R"({"unsnag":1,"event":"begin","phase":"lunch"})", R"({"unsnag":1,"event":"note"})",
                           R"({"unsnag":1,"event":"end","phase":"commit","outcome":"maybe"})",
                           R"({"unsnag":1,"event":"retry","time":"yesterday"})", R"({"unsnag":1,"event":)"})
    EXPECT_FALSE(parse_json_line(line)) << line;
}

TEST(JsonLines, ACountIsAtLeastOneAndStaysWithinItsBounds) {
  const auto count_of = [](const std::string& count) {
    return parse_json_line(R"({"unsnag":1,"event":"retry","count":)" + count + "}")->count;
  };
  EXPECT_EQ(count_of("0"), 1U);
  EXPECT_EQ(count_of("-1"), 1U);
  EXPECT_EQ(count_of("12"), 12U);
  for (const auto* many : {"4294967295", "4294967296", "18446744073709551615"}) EXPECT_EQ(count_of(many), 4294967295U) << many;
}

TEST(JsonLines, NumbersThatNobodyCanMeanAreCutToWhatMayBe) {
  const auto event = parse_json_line(
      R"({"unsnag":1,"event":"retry","time":"2150-01-01T00:00:00Z","uncertainty_ns":9223372036854775807,"count":4294967296,"span_ns":18446744073709551615})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->when.uncertainty, k_longest_span);
  EXPECT_EQ(event->span, k_longest_span);
  EXPECT_EQ(event->count, 4294967295U);
  EXPECT_EQ(parse_json_line(R"({"unsnag":1,"event":"retry","count":0})")->count, 1U);
}

TEST(JsonLines, ATimeWithoutAYearIsKeptInALeapYear) {
  const auto event = parse_json_line(R"({"unsnag":1,"event":"retry","time":"2024-02-29T10:00:05Z","year_known":false})");
  ASSERT_TRUE(event);
  EXPECT_EQ(format_rfc3339(*event->when.at), "1972-02-29T10:00:05Z");
}

TEST(JsonLines, MembersOfANewerVersionAreIgnored) {
  EXPECT_TRUE(parse_json_line(R"({"unsnag":1,"event":"retry","words":"x","mood":"fine"})"));
}

}  // namespace
}  // namespace unsnag::timeline
