// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "report/examples_for_tests.h"

namespace unsnag::report {
namespace {

using namespace examples;

Verdict only(const Example& example) {
  const auto verdicts = conclusions(example.findings());
  EXPECT_EQ(verdicts.size(), 1U);
  return verdicts.front();
}

TEST(Conclusions, ACleanReadIsCertainThatNothingFailed) {
  const auto verdict = only(healthy());
  EXPECT_EQ(verdict.cause, "no-failure");
  EXPECT_EQ(verdict.confidence, Confidence::certain);
}

TEST(Conclusions, HolesAndUnreadablePartsTakeTheCertaintyAway) {
  auto holes = healthy();
  holes.diagnosis.holes = {proof("journal.txt", 5, "Suppressed 2310 messages")};
  EXPECT_EQ(only(holes).confidence, Confidence::likely);
  auto unreadable = healthy();
  unreadable.input.unreadable = {{"kubelet.log: Permission denied"}};
  EXPECT_EQ(only(unreadable).confidence, Confidence::likely);
  auto stopped = healthy();
  stopped.input.stopped = true;
  EXPECT_EQ(only(stopped).confidence, Confidence::possible);
}

TEST(Conclusions, WhereNothingWasUnderstoodNothingIsClaimed) {
  Example example;
  example.input = {1, 100, 10, 0, {}, false, true, false};
  const auto verdict = only(example);
  EXPECT_EQ(verdict.cause, "no-failure") << "no failure is known";
  EXPECT_EQ(verdict.confidence, diagnose::Confidence::possible) << "and nothing says that there was none";
  EXPECT_FALSE(verdict.bring.empty());
  EXPECT_TRUE(contains(verdict.summary, "10 lines"));
  example.input.lines = 0;
  EXPECT_EQ(only(example).summary, "Standard input was empty");
}

TEST(Conclusions, UnknownWordsOfAFailureAreNoSilence) {
  timeline::Noted said;
  said.fact = {"unknown-words", {}};
  said.first_origin.file = "-";
  said.first_origin.line = 3;
  said.first_origin.text = "app:1 can't be pulled today";
  Example example;
  example.input = {1, 100, 10, 0, {}, false, true, false};
  example.timeline.notes.push_back(said);
  const auto verdict = only(example);
  EXPECT_EQ(verdict.cause, "insufficient-evidence");
  EXPECT_EQ(verdict.confidence, Confidence::insufficient);
  ASSERT_EQ(verdict.proof.size(), 1U);
  EXPECT_EQ(verdict.proof[0].line, 3U);
  EXPECT_FALSE(verdict.bring.empty());
  // Where a pull went well, or another verdict was found, they are not needed.
  timeline::Pull pull;
  pull.attempts.emplace_back().outcome = timeline::Outcome::ok;
  example.timeline.pulls.push_back(pull);
  EXPECT_EQ(only(example).cause, "no-failure");
  auto known = deadline();
  known.timeline.notes.push_back(said);
  EXPECT_EQ(only(known).cause, "progress-deadline");
}

TEST(Conclusions, OnANodeWithoutLogsTheJournalIsNamed) {
  Example example;
  example.input.this_node = true;
  for (const std::uint64_t lines : {0U, 10U}) {
    example.input.lines = lines;
    const auto verdict = only(example);
    ASSERT_FALSE(verdict.bring.empty());
    EXPECT_TRUE(contains(verdict.bring.front().what, "all of the journal"));
    EXPECT_EQ(verdict.bring.front().command, "sudo unsnag why /var/log/journal");
  }
}

TEST(Conclusions, OnlyWhereNothingIsMissingAllIsClear) {
  const auto clear = [](const Example& example) { return is_all_clear(only(example), example.findings()); };
  EXPECT_TRUE(clear(healthy()));
  auto paste = healthy();
  paste.input.pasted = true;
  EXPECT_TRUE(clear(paste));
  auto binary = healthy();
  binary.input.passed_over = {{"wtmp: a binary file, no text"}};
  EXPECT_TRUE(clear(binary)) << "no log stands in it";
  auto unreadable = healthy();
  unreadable.input.unreadable = {{"kubelet.log: Permission denied"}};
  EXPECT_FALSE(clear(unreadable));
  auto stopped = healthy();
  stopped.input.stopped = true;
  EXPECT_FALSE(clear(stopped));
  auto holes = healthy();
  holes.diagnosis.holes = {proof("journal.txt", 5, "Suppressed 2310 messages")};
  EXPECT_FALSE(clear(holes));
  Example nothing;
  nothing.input = {1, 100, 10, 0, {}, false, true, false};
  EXPECT_FALSE(clear(nothing)) << "not one line tells of a pull";
  EXPECT_FALSE(clear(deadline()));
}

TEST(Conclusions, GiveTheExitStatus) {
  const auto status = [](const Example& example) { return static_cast<int>(status_of(conclusions(example.findings()))); };
  EXPECT_EQ(status(healthy()), 0);
  EXPECT_EQ(status(deadline()), 1);
  EXPECT_EQ(status(unclear()), 3);
  EXPECT_EQ(status(Example{}), 3);
  auto both = unclear();
  both.diagnosis.verdicts.push_back(deadline().diagnosis.verdicts.front());
  EXPECT_EQ(status(both), 1);
}

}  // namespace
}  // namespace unsnag::report
