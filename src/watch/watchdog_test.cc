// SPDX-License-Identifier: Apache-2.0
#include "watch/watchdog.h"

#include <vector>

#include <gtest/gtest.h>

namespace unsnag::watch {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t k_mib = 1U << 20U;

Rule rule(std::string_view program, std::string_view version, nanoseconds limit, PullMode mode = PullMode::unknown) {
  Rule result = rule_for(program, version, mode).value();
  result.limit = limit;
  return result;
}

Report report(nanoseconds at, Status status, std::string layer = "a", std::optional<std::uint64_t> done = {},
              std::optional<std::uint64_t> total = {}) {
  return {at, status, std::move(layer), done, total, {}, {}};
}

Report counters(nanoseconds at, std::int64_t active, std::uint64_t bytes) { return {at, Status::counters, "", bytes, {}, active, {}}; }

Stream stream(std::vector<Report> reports, nanoseconds end, Ending ending = Ending::open) {
  return {nanoseconds{0}, end, ending, std::move(reports), nanoseconds{0}};
}

// --- dockershim and cri-dockerd ------------------------------------------------------------------------------------

TEST(Dockershim, ASilenceLongerThanTheLimitSurvivesWhenNoLookFindsIt) {
  // Seen: 65.1 s under 60 s, 125.3 s under 120 s. The last look within it came too early.
  struct Case {
    nanoseconds from, silence, limit;
    Fate fate;
  };
  const std::vector<Case> cases{
      {seconds{24}, milliseconds{65100}, seconds{60}, Fate::ended},      // last look at 80 finds 56
      {seconds{26}, milliseconds{65100}, seconds{60}, Fate::cancelled},  // the one at 90 finds 64
      {seconds{31}, milliseconds{125300}, seconds{120}, Fate::ended},
      {seconds{35}, milliseconds{125300}, seconds{120}, Fate::cancelled},
  };
  for (const auto& c : cases) {
    const auto s = stream({report(c.from, Status::extracting), report(c.from + c.silence, Status::extracted)},
                          c.from + c.silence + seconds{1}, Ending::finished);
    const auto verdict = judge(s, rule("kubelet", "1.20", c.limit), s.end);
    EXPECT_EQ(verdict.fate, c.fate) << c.from.count();
  }
}

TEST(Dockershim, AnotherLayersMessageSetsTheClockBack) {
  std::vector<Report> reports{report(seconds{1}, Status::extracting, "stuck")};
  for (int t = 30; t <= 600; t += 30) reports.push_back(report(seconds{t}, Status::downloading, "other"));
  const auto s = stream(reports, seconds{610});
  EXPECT_EQ(judge(s, rule("kubelet", "1.20", seconds{60}), s.end).fate, Fate::running);
}

TEST(Dockershim, ZeroIsNotOff) {
  const auto s = stream({report(seconds{0}, Status::other), report(seconds{9}, Status::downloading)}, seconds{15});
  const auto verdict = judge(s, rule("kubelet", "1.20", seconds{0}), s.end);
  EXPECT_EQ(verdict.fate, Fate::cancelled);
  EXPECT_EQ(*verdict.cancels_at, seconds{10});
}

TEST(Dockershim, ARunningPullIsToldWhenItWillBeCancelled) {
  const auto s = stream({report(seconds{12}, Status::extracting)}, seconds{300});
  const auto verdict = judge(s, rule("kubelet", "1.20", seconds{60}), seconds{33});
  EXPECT_EQ(verdict.fate, Fate::running);
  EXPECT_EQ(*verdict.cancels_at, seconds{80});
  EXPECT_EQ(verdict.silent_for, seconds{18});  // at the look at 30
}

TEST(CriDockerd, OneLookAtExtractingSwitchesItOffForGood) {
  // 376's hole: layer b hangs in its download, unwatched.
  const auto s = stream({report(seconds{1}, Status::downloading, "b", 1, 9), report(seconds{9}, Status::extracting),
                         report(seconds{11}, Status::extracted), report(seconds{12}, Status::downloading, "b", 2, 9)},
                        minutes{30});
  EXPECT_EQ(judge(s, rule("cri-dockerd", "0.3.14", seconds{60}), s.end).fate, Fate::cancelled);
  const auto verdict = judge(s, rule("cri-dockerd", "0.3.15", seconds{60}), s.end);
  EXPECT_EQ(verdict.fate, Fate::running);
  EXPECT_FALSE(verdict.cancels_at);
}

TEST(CriDockerd, ExtractingBetweenTwoLooksSparesNothing) {
  const auto s = stream({report(seconds{11}, Status::extracting), report(seconds{19}, Status::downloading)}, minutes{5});
  EXPECT_EQ(judge(s, rule("cri-dockerd", "0.4.0", seconds{60}), s.end).fate, Fate::cancelled);
}

TEST(CriDockerd, ASparedSilenceNeedsNoDeadline) {
  const auto s = stream({report(seconds{3}, Status::extracting), report(seconds{400}, Status::extracted)}, seconds{401}, Ending::finished);
  // The last look within the silence is the one at 390 s.
  EXPECT_EQ(smallest_deadline(s, rule("cri-dockerd", "0.3.14", seconds{60}), s.end).value, seconds{388});
  const auto deadline = smallest_deadline(s, rule("cri-dockerd", "0.3.15", seconds{60}), s.end);
  EXPECT_EQ(deadline.kind, Deadline::Kind::enough);
  EXPECT_EQ(deadline.value, seconds{0});
  EXPECT_LE(deadline.for_any_looks, seconds{4});
}

// --- containerd ----------------------------------------------------------------------------------------------------

std::vector<Report> five_mib_then_nothing() {
  return {report(seconds{0}, Status::waiting, "a", 0, 40 * k_mib), report(seconds{2}, Status::downloading, "a", 2 * k_mib, 40 * k_mib),
          report(seconds{4}, Status::downloading, "a", 5 * k_mib, 40 * k_mib)};
}

TEST(ContainerdTransfer, CancelsWhereTheRecordingsWereCancelled) {
  struct Case {
    const char* version;
    nanoseconds limit, cancels_at;
    bool edge;
  };
  const std::vector<Case> cases{
      {"2.1.9", seconds{15}, seconds{30}, false},  // recorded 30.003 s after PullImage
      {"2.4.2", minutes{5}, seconds{310}, true},   // recorded 310.001 s: silence and limit are equal, and it cancels
      {"2.4.2", seconds{20}, seconds{30}, true},   // recorded 30.002 s
  };
  for (const auto& c : cases) {
    const auto s = stream(five_mib_then_nothing(), minutes{20});
    const auto verdict = judge(s, rule("containerd", c.version, c.limit), s.end);
    EXPECT_EQ(verdict.fate, Fate::cancelled);
    EXPECT_EQ(*verdict.cancels_at, c.cancels_at);
    EXPECT_EQ(verdict.on_the_edge, c.edge);
    EXPECT_EQ(*verdict.last_report, 2U);
  }
}

TEST(ContainerdTransfer, ASkippedCompleteMakesUnpackingCount) {
  // Issue 13909: extraction begins between two polls, so that the layer's last bytes and its end are never reported.
  std::vector<Report> reports{report(seconds{1}, Status::downloading, "a", 14 * k_mib, 15 * k_mib)};
  for (int t = 2; t < 900; ++t) reports.push_back(report(seconds{t}, Status::extracting, "a", k_mib, 15 * k_mib));
  const auto leaked = stream(reports, minutes{15});
  const auto verdict = judge(leaked, rule("containerd", "2.4.2", minutes{5}), leaked.end);
  EXPECT_EQ(verdict.fate, Fate::cancelled);
  EXPECT_EQ(*verdict.cancels_at, seconds{310});

  reports.insert(reports.begin() + 1, report(milliseconds{1300}, Status::complete, "a", 15 * k_mib, 15 * k_mib));
  const auto closed = stream(reports, minutes{15});
  const auto unharmed = judge(closed, rule("containerd", "2.4.2", minutes{5}), closed.end);
  EXPECT_EQ(unharmed.fate, Fate::running);
  EXPECT_FALSE(unharmed.cancels_at);
}

TEST(ContainerdTransfer, IsNotArmedBeforeTheFirstMebibyte) {
  for (const std::uint64_t done : {std::uint64_t{0}, std::uint64_t{600'000}, k_mib - 1}) {
    const auto s = stream({report(seconds{1}, Status::downloading, "a", done, 40 * k_mib)}, minutes{60});
    const auto verdict = judge(s, rule("containerd", "2.1.9", seconds{15}), s.end);
    EXPECT_EQ(verdict.fate, Fate::running) << done;
    EXPECT_FALSE(verdict.cancels_at);
  }
  const auto s = stream({report(seconds{1}, Status::downloading, "a", k_mib, 40 * k_mib)}, minutes{60});
  EXPECT_EQ(judge(s, rule("containerd", "2.1.9", seconds{15}), s.end).fate, Fate::cancelled);
  // A small layer that comes whole is seen.
  const auto small = stream({report(seconds{1}, Status::downloading, "a", 700, 700)}, minutes{60});
  EXPECT_EQ(judge(small, rule("containerd", "2.1.9", seconds{15}), small.end).fate, Fate::running);
}

TEST(ContainerdTransfer, AWaitForAnotherClientsLockIsNotWatched) {
  const auto s = stream({report(seconds{0}, Status::waiting, "a", 0, 40 * k_mib)}, minutes{60});
  EXPECT_EQ(judge(s, rule("containerd", "2.4.2", seconds{30}), s.end).fate, Fate::running);
}

TEST(ContainerdTransfer, ATrickleIsNeverCancelled) {
  std::vector<Report> reports;
  for (int t = 1; t < 120; ++t) {
    reports.push_back(report(minutes{t}, Status::downloading, "a", static_cast<unsigned>(t) * k_mib, 900 * k_mib));
  }
  const auto s = stream(reports, minutes{120});
  EXPECT_EQ(judge(s, rule("containerd", "2.4.2", minutes{5}), s.end).fate, Fate::running);
}

TEST(ContainerdTransfer, ZeroHangsAndInLocalModeSwitchesOff) {
  const auto s = stream({}, minutes{10});
  EXPECT_EQ(judge(s, rule("containerd", "2.4.2", seconds{0}), s.end).fate, Fate::hung);
  EXPECT_EQ(judge(s, rule("containerd", "2.4.2", seconds{0}, PullMode::local), s.end).fate, Fate::not_watched);
  EXPECT_EQ(judge(s, rule("containerd", "1.7.27", seconds{0}), s.end).fate, Fate::not_watched);
}

TEST(Containerd, ItsOwnDebugLinesAreTheLooks) {
  // 2.4.2, limit 20 s, the lines "progress for image pull" of a recording; the second came 17 ms late.
  const auto s = Stream{milliseconds{7068},
                        milliseconds{37071},
                        Ending::cancelled,
                        {counters(nanoseconds{17'070'211'541}, 1, 3145728), counters(nanoseconds{27'087'607'424}, 1, 3145728),
                         counters(nanoseconds{37'070'440'934}, 1, 3145728)},
                        nanoseconds{0}};
  const auto verdict = judge(s, rule("containerd", "2.4.2", seconds{20}), s.end);
  EXPECT_EQ(verdict.fate, Fate::cancelled);
  EXPECT_EQ(verdict.look, 3U);
  EXPECT_EQ(*verdict.cancels_at, nanoseconds{37'070'440'934});
  EXPECT_TRUE(verdict.on_the_edge);
  const auto deadline = smallest_deadline(s, rule("containerd", "2.4.2", seconds{20}), s.end);
  EXPECT_EQ(deadline.kind, Deadline::Kind::at_least);
  EXPECT_EQ(deadline.value, seconds{21});
}

TEST(Containerd, IdleCountersAreContent) {
  const auto s = stream({counters(seconds{10}, 1, 100), counters(seconds{20}, 0, 100)}, minutes{60});
  const auto verdict = judge(s, rule("containerd", "2.1.9", seconds{30}), s.end);
  EXPECT_EQ(verdict.fate, Fate::running);
  EXPECT_FALSE(verdict.cancels_at);
}

TEST(ContainerdLocal, UnpackingDoesNotCountOnceTheBodiesAreClosed) {
  const auto s = stream({report(seconds{1}, Status::request_opened, "1"), report(seconds{3}, Status::downloading, "1", 900, 900),
                         report(seconds{4}, Status::request_closed, "1"), report(seconds{5}, Status::extracting, "x")},
                        minutes{60});
  const auto verdict = judge(s, rule("containerd", "1.7.27", minutes{5}), s.end);
  EXPECT_EQ(verdict.fate, Fate::running);
  EXPECT_FALSE(verdict.cancels_at);
}

TEST(ContainerdLocal, ABodyHeldOpenByASlowDiskCountsAsASilentNetwork) {
  const auto s =
      stream({report(seconds{1}, Status::request_opened, "1"), report(seconds{3}, Status::downloading, "1", 800, 900)}, minutes{60});
  const auto verdict = judge(s, rule("containerd", "1.7.27", minutes{5}), s.end);
  EXPECT_EQ(verdict.fate, Fate::cancelled);
  EXPECT_EQ(*verdict.cancels_at, seconds{310});
}

TEST(ContainerdLocal, BeforeTwoFourARequestInheritsTheIdleClock) {
  const auto s = stream({report(seconds{69}, Status::request_opened, "1")}, minutes{60});
  // 51 s after the request was sent, under a limit of 60 s:
  EXPECT_EQ(*judge(s, rule("containerd", "2.3.4", seconds{60}, PullMode::local), s.end).cancels_at, seconds{120});
  EXPECT_EQ(*judge(s, rule("containerd", "2.4.0", seconds{60}, PullMode::local), s.end).cancels_at, seconds{130});
}

TEST(ContainerdLocal, TheSmallestDeadlineIsMoreThanTheSilenceItFound) {
  const auto s = stream({report(seconds{1}, Status::request_opened, "1"), report(seconds{3}, Status::downloading, "1", 800, 900),
                         report(seconds{95}, Status::downloading, "1", 900, 900), report(seconds{96}, Status::request_closed, "1")},
                        seconds{100}, Ending::finished);
  const auto deadline = smallest_deadline(s, rule("containerd", "1.7.27", minutes{5}), s.end);
  EXPECT_EQ(deadline.kind, Deadline::Kind::enough);
  EXPECT_EQ(deadline.silence, seconds{80});  // from the look at 10 to the look at 90
  EXPECT_EQ(deadline.value, seconds{81});
  EXPECT_EQ(judge(s, rule("containerd", "1.7.27", deadline.value), s.end).fate, Fate::ended);
  EXPECT_EQ(judge(s, rule("containerd", "1.7.27", deadline.silence), s.end).fate, Fate::cancelled);
}

// --- CRI-O ---------------------------------------------------------------------------------------------------------

TEST(Crio, CancelsExactlyWhenTheTimerRunsOut) {
  const auto s =
      stream({report(seconds{2}, Status::waiting), report(seconds{5}, Status::downloading), report(milliseconds{15'001}, Status::complete)},
             seconds{40}, Ending::finished);
  const auto verdict = judge(s, rule("cri-o", "1.30.0", seconds{10}), s.end);
  EXPECT_EQ(verdict.fate, Fate::cancelled);
  EXPECT_EQ(*verdict.cancels_at, seconds{15});
  EXPECT_EQ(verdict.look, 0U);
  EXPECT_EQ(verdict.silent_for, seconds{10});
  EXPECT_EQ(*verdict.last_report, 1U);
}

TEST(Crio, IsNotArmedBeforeTheFirstEvent) {
  const auto s = stream({report(seconds{100}, Status::waiting)}, seconds{105});
  const auto verdict = judge(s, rule("cri-o", "1.30.0", seconds{10}), s.end);
  EXPECT_EQ(verdict.fate, Fate::running);
  EXPECT_EQ(*verdict.cancels_at, seconds{110});
  EXPECT_FALSE(judge(stream({}, seconds{500}), rule("cri-o", "1.30.0", seconds{10}), seconds{500}).cancels_at);
}

TEST(Crio, TheCommitAfterTheLastLayerCounts) {
  const auto s = stream({report(seconds{2}, Status::complete)}, seconds{11}, Ending::finished);
  EXPECT_EQ(judge(s, rule("cri-o", "1.31.0", seconds{10}), s.end).fate, Fate::ended);
  const auto slow = stream({report(seconds{2}, Status::complete)}, seconds{13}, Ending::finished);
  EXPECT_EQ(judge(slow, rule("cri-o", "1.31.0", seconds{10}), slow.end).fate, Fate::cancelled);
}

TEST(Crio, ALargerLimitMakesEventsRarer) {
  const auto s = stream({report(seconds{2}, Status::downloading), report(seconds{92}, Status::complete)}, seconds{93}, Ending::finished);
  const auto deadline = smallest_deadline(s, rule("cri-o", "1.32.0", seconds{10}), s.end);
  EXPECT_EQ(deadline.silence, seconds{90});
  EXPECT_EQ(deadline.value, seconds{101});  // 90 s and a tenth of the limit itself
}

TEST(Crio, TheNewDefaultWatchesNothing) {
  const auto s = stream({report(seconds{2}, Status::downloading)}, minutes{60});
  EXPECT_EQ(judge(s, rule_for("cri-o", "1.33.0").value(), s.end).fate, Fate::not_watched);
}

// --- all of them ---------------------------------------------------------------------------------------------------

TEST(Watchdog, AbsurdTimesEndToo) {
  const auto years = std::chrono::hours{24 * 365 * 10};
  for (const char* program : {"kubelet", "containerd"}) {
    const auto s = stream({report(-years, Status::downloading, "a", 1, 0), report(years, Status::other)}, years);
    auto r = rule(program, program == std::string_view("kubelet") ? "1.20" : "2.4.2", nanoseconds::max());
    EXPECT_EQ(judge(s, r, s.end).fate, Fate::running);
    smallest_deadline(s, r, s.end);
    r.limit = nanoseconds{1};
    judge(s, r, s.end);
    r.limit = nanoseconds::min();
    judge(s, r, s.end);
  }
}

TEST(Watchdog, NothingReportedIsJudgedToo) {
  const auto s = stream({}, minutes{5});
  EXPECT_EQ(judge(s, rule("kubelet", "1.20", seconds{60}), s.end).fate, Fate::cancelled);
  EXPECT_EQ(judge(s, rule("containerd", "2.4.2", seconds{60}), s.end).fate, Fate::running);
  EXPECT_FALSE(judge(s, rule("kubelet", "1.20", seconds{60}), s.end).last_report);
}

}  // namespace
}  // namespace unsnag::watch
