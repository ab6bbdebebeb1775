// SPDX-License-Identifier: Apache-2.0
#include "pull/schedule.h"

#include <gtest/gtest.h>

namespace unsnag::pull {
namespace {

using namespace std::chrono_literals;
using content::k_block;
using content::Range;

constexpr std::uint64_t k_mb = 1U << 20U;
const Clock::time_point k_now{1h};

Broken reset() { return {{Errc::io, "connection reset"}}; }
Broken absent() { return {{Errc::not_found, "no such blob"}, false}; }
Broken asked(std::chrono::milliseconds pause) { return {{Errc::server, "429"}, true, pause, true}; }

/// All pieces that there are to do now, taken by as many connections as want them.
std::vector<Piece> all(Schedule& schedule, Clock::time_point now = k_now, double rate = 0) {
  std::vector<Piece> out;
  while (const auto next = schedule.take(now, rate).piece) out.push_back(*next);
  return out;
}

TEST(ASchedule, GivesALargeBlobToSeveralConnectionsAndItsFrontFirst) {
  Schedule schedule(1, 4);
  schedule.add(100 * k_mb, {{0, 100 * k_mb}});
  const auto pieces = all(schedule);
  ASSERT_EQ(pieces.size(), 4U) << "as many as a host may have";
  EXPECT_EQ(pieces[0].range, (Range{0, 4 * k_mb}));
  EXPECT_EQ(pieces[3].range, (Range{12 * k_mb, 16 * k_mb}));
  schedule.ended(pieces[1], pieces[1].range.end, {}, k_now);
  EXPECT_EQ(schedule.take(k_now, 0).piece->range, (Range{16 * k_mb, 20 * k_mb}));
}

TEST(ASchedule, MakesPiecesAsLargeAsAConnectionBringsInTwoSeconds) {
  Schedule schedule(1, 9);
  schedule.add(1000 * k_mb, {{0, 1000 * k_mb}});
  EXPECT_EQ(schedule.take(k_now, 5.0 * k_mb).piece->range.end, 10 * k_mb);
  EXPECT_EQ(schedule.take(k_now, 10).piece->range, (Range{10 * k_mb, 11 * k_mb})) << "not less than 1 MiB";
  EXPECT_EQ(schedule.take(k_now, 1e9).piece->range, (Range{11 * k_mb, 43 * k_mb})) << "not more than 32 MiB";
}

TEST(ASchedule, FetchesOnlyWhatIsMissing) {
  Schedule schedule(1, 4);
  schedule.add(10 * k_mb, {{k_mb, 2 * k_mb}, {9 * k_mb, 10 * k_mb}});
  const auto pieces = all(schedule);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].range, (Range{9 * k_mb, 10 * k_mb}));
  for (const auto& piece : pieces) schedule.ended(piece, piece.range.end, {}, k_now);
  EXPECT_TRUE(schedule.done());
}

TEST(ASchedule, GoesOnWhereATransferBrokeOff) {
  Schedule schedule(1, 4);
  schedule.add(3 * k_mb, {{0, 3 * k_mb}});
  const auto piece = *schedule.take(k_now, 0).piece;
  schedule.ended(piece, k_mb + 7, reset(), k_now);
  const auto next = schedule.take(k_now, 0);
  ASSERT_TRUE(next.piece) << "what brings bytes is not paused for a reset";
  EXPECT_EQ(next.piece->range, (Range{k_mb, 3 * k_mb}));
}

TEST(ASchedule, LeavesAFailingHostAloneForLongerEachTimeAndAsksTheNextOne) {
  Schedule schedule(2, 4);
  schedule.add(k_mb, {{0, k_mb}});
  auto piece = *schedule.take(k_now, 0).piece;
  EXPECT_EQ(piece.host, 0U);
  schedule.ended(piece, 0, reset(), k_now);
  piece = *schedule.take(k_now, 0).piece;
  EXPECT_EQ(piece.host, 1U);
  schedule.ended(piece, 0, reset(), k_now);
  const auto next = schedule.take(k_now, 0);
  EXPECT_FALSE(next.piece);
  EXPECT_EQ(next.not_before, k_now + 200ms);
  piece = *schedule.take(k_now + 200ms, 0).piece;
  EXPECT_EQ(piece.host, 0U);
  schedule.ended(piece, 0, reset(), k_now + 200ms);
  EXPECT_EQ(schedule.paused(0, k_now + 200ms), k_now + 600ms);
}

TEST(ASchedule, AsksNoHostAgainThatHasNotGotTheBlob) {
  Schedule schedule(2, 4);
  const auto blob = schedule.add(k_mb, {{0, k_mb}});
  schedule.ended(*schedule.take(k_now, 0).piece, 0, absent(), k_now);
  const auto piece = *schedule.take(k_now, 0).piece;
  EXPECT_EQ(piece.host, 1U);
  EXPECT_FALSE(schedule.failure());
  schedule.ended(piece, 0, absent(), k_now);
  ASSERT_TRUE(schedule.failure());
  EXPECT_EQ(schedule.failure()->blob, blob);
  EXPECT_EQ(schedule.failure()->tried.size(), 2U);
  EXPECT_FALSE(schedule.take(k_now, 0).piece);
}

TEST(ASchedule, GivesUpAfterTriesInARowThatBringNothing) {
  Schedule schedule(1, 1);
  schedule.add(10 * k_mb, {{0, 10 * k_mb}});
  auto now = k_now;
  unsigned tries = 0;
  while (!schedule.failure() && tries < 100) {
    const auto next = schedule.take(now, 0);
    if (!next.piece) {
      now = *next.not_before;
      continue;
    }
    // Each third one brings a block: as long as that goes on nobody gives up.
    ++tries;
    schedule.ended(*next.piece, next.piece->range.begin + (tries < 60 && tries % 3 == 0 ? k_block : 0), reset(), now);
  }
  ASSERT_TRUE(schedule.failure());
  EXPECT_EQ(tries, 57U + 6U);
  EXPECT_LT(now - k_now, 60s);
}

TEST(ASchedule, DoesAsARegistrySaysThatWantsToBeLeftAlone) {
  Schedule schedule(1, 4);
  schedule.add(100 * k_mb, {{0, 100 * k_mb}});
  const auto pieces = all(schedule);
  ASSERT_EQ(pieces.size(), 4U);
  for (const auto& piece : pieces) schedule.ended(piece, piece.range.begin, asked(30s), k_now);
  EXPECT_EQ(schedule.take(k_now, 0).not_before, k_now + 30s);
  EXPECT_EQ(all(schedule, k_now + 30s).size(), 2U) << "and with half as many connections";
  EXPECT_FALSE(schedule.failure()) << "four answers to four connections at once are one failure";
}

TEST(ASchedule, DoesNotWaitLongerThanAnybodyWants) {
  Schedule schedule(1, 4);
  schedule.add(k_mb, {{0, k_mb}});
  schedule.ended(*schedule.take(k_now, 0).piece, 0, asked(6h), k_now);
  EXPECT_TRUE(schedule.failure());
}

TEST(ASchedule, AsksAHostWithoutRangesForWholeBlobsByOneConnectionEach) {
  Schedule schedule(1, 4);
  schedule.add(100 * k_mb, {{50 * k_mb, 100 * k_mb}});
  schedule.add(7 * k_mb, {{0, 7 * k_mb}});
  schedule.no_ranges(0);
  const auto pieces = all(schedule);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].range, (Range{0, 100 * k_mb}));
  schedule.ended(pieces[0], 60 * k_mb, reset(), k_now);
  EXPECT_EQ(schedule.take(k_now, 0).piece->range, (Range{0, 100 * k_mb}));
}

TEST(ASchedule, BlamesNoHostForOurDisk) {
  Schedule schedule(3, 4);
  schedule.add(k_mb, {{0, k_mb}});
  Broken full{{Errc::io, "No space left on device"}};
  full.ours = true;
  schedule.ended(*schedule.take(k_now, 0).piece, 0, full, k_now);
  ASSERT_TRUE(schedule.failure());
  EXPECT_EQ(schedule.failure()->error.detail, "No space left on device");
  EXPECT_TRUE(schedule.failure()->tried.empty());
}

}  // namespace
}  // namespace unsnag::pull
