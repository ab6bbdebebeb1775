// SPDX-License-Identifier: Apache-2.0
// False alarms. tests/data/healthy.tar.xz holds what real daemons wrote at debug level while every pull went well and
// containers ended, failed to start and were removed: each distinct shape of line from 190 MB of such logs (tests/real
// makes them anew). Nothing in it may be called a failed pull.
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "diagnose/verdict.h"
#include "evidence/evidence.h"
#include "readers/plain_words.h"
#include "readers/read.h"
#include "timeline/timeline.h"

namespace unsnag {
namespace {

TEST(HealthyLogs, NoPullIsSaidToHaveFailed) {
  timeline::Fold fold;
  const auto reading = readers::read_targets({UNSNAG_TEST_DATA "/healthy.tar.xz"}, fold, {});
  ASSERT_TRUE(reading) << reading.error().message();
  EXPECT_GE(reading->lines, 10'000U);
  EXPECT_GE(reading->understood, 400U) << "the lines of pulls are no longer recognised, so silence proves nothing";
  const auto timeline = fold.take();
  EXPECT_FALSE(timeline.pulls.empty());
  const std::set<std::string> healthy{"no-failure", "not-a-pull-failure"};
  for (const auto& verdict : diagnose::diagnose(timeline).verdicts) {
    EXPECT_TRUE(healthy.count(verdict.cause) != 0)
        << fmt::format("{} ({}) of {}: {}", verdict.cause, verdict.rule, verdict.image, verdict.proof.empty() ? "" : verdict.proof[0].text);
  }
}

// Words alone may make "I don't know" out of silence, so they must not stand in what healthy daemons write.
TEST(HealthyLogs, NoLineTellsOfAFailedPullInPlainWords) {
  std::size_t lines = 0;
  const auto read = [&](const evidence::File&, evidence::Bytes& bytes) {
    std::string text, chunk(1U << 20U, '\0');
    for (auto got = bytes.read(chunk.data(), chunk.size()); got && *got != 0; got = bytes.read(chunk.data(), chunk.size()))
      text.append(chunk, 0, *got);
    for (const auto line : split(text, '\n')) {
      ++lines;
      EXPECT_FALSE(readers::tells_of_a_failed_pull(line)) << line;
    }
  };
  evidence::Visitor visitor;
  visitor.file = read;
  visitor.unreadable = [](const std::string& path, const Error& why) { ADD_FAILURE() << path << ": " << why.message(); };
  ASSERT_TRUE(evidence::walk(UNSNAG_TEST_DATA "/healthy.tar.xz", visitor));
  EXPECT_GE(lines, 10'000U);
}

// A pull that is under way is no failure; one that nobody has heard of for long may be.
TEST(PullsUnderWay, OnlyTheAgeOfTheNewestPullingTells) {
  const std::string waiting =
      "Name:         web-7c5\nNamespace:    shop\nNode:         node-1/10.0.0.1\nStatus:       Pending\nContainers:\n  web:\n"
      "    Image:          registry.example/web:1\n    State:          Waiting\n      Reason:       ContainerCreating\n"
      "    Ready:          False\nEvents:\n  Type    Reason   Age   From     Message\n  ----    ------   ----  ----     -------\n";
  std::string running = waiting;
  running.replace(running.find("Waiting"), 7, "Running");
  running.replace(running.find("      Reason:       ContainerCreating\n"), 38, "");
  const std::string anchored = "Start Time:   Tue, 24 Nov 2026 07:27:35 +0000\n";
  std::string dated = waiting;
  dated.insert(dated.find("Status:"), anchored);
  const auto row = [](const char* reason, const char* age, const char* message) {
    return fmt::format("  Normal  {}  {}  kubelet  {}\n", reason, age, message);
  };
  const auto pulling = [&](const char* age) { return row("Pulling", age, "Pulling image \"registry.example/web:1\""); };
  const std::string scheduled = "  Normal  Scheduled  46m  default-scheduler  Successfully assigned shop/web-7c5 to node-1\n";
  struct Case {
    const char* name;
    std::string lines;
    const char* rule;  // "" : no pull failed
  };
  for (const auto& c : {
           Case{"long ago", waiting + pulling("45m"), "stalled.asked-long-ago"},
           Case{"long ago, dated", dated + scheduled + pulling("45m"), "stalled.asked-long-ago"},
           Case{"long ago, a row alone", pulling("3h"), "stalled.asked-long-ago"},
           Case{"long ago, of a table", "45m   Normal   Pulling   pod/web-7c5   Pulling image \"registry.example/web:1\"\n",
                "stalled.asked-long-ago"},
           Case{"just now", waiting + pulling("20s"), ""},
           Case{"just now, dated", dated + scheduled + pulling("20s"), ""},
           Case{"some minutes ago", waiting + pulling("5m"), ""},
           Case{"again just now", waiting + pulling("20s (x4 over 45m)"), ""},
           Case{"the command once more", waiting + pulling("20s") + "\n" + waiting + pulling("45m"), ""},
           Case{"it came", waiting + pulling("45m") + row("Pulled", "40m", "Successfully pulled image \"registry.example/web:1\" in 5m"),
                ""},
           Case{"it was there",
                waiting + pulling("45m") + row("Pulled", "40m", "Container image \"registry.example/web:1\" already present on machine"),
                ""},
           Case{"the container runs", running + pulling("45m"), ""},
           Case{"it was started", waiting + pulling("45m") + row("Started", "40m", "Started container web"), ""},
           Case{"no age", waiting + pulling("<unknown>"), ""},
       }) {
    timeline::Fold fold;
    readers::read_paste(c.lines, fold);
    const auto verdicts = diagnose::diagnose(fold.take()).verdicts;
    std::string rule;
    for (const auto& verdict : verdicts)
      if (verdict.cause != "no-failure" && verdict.cause != "not-a-pull-failure") rule += verdict.rule;
    EXPECT_EQ(rule, c.rule) << c.name;
  }
}

}  // namespace
}  // namespace unsnag
