// SPDX-License-Identifier: Apache-2.0
#include "watch/backoff.h"

#include <vector>

#include <gtest/gtest.h>

namespace unsnag::watch {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const SysTime k_start{std::chrono::hours{24 * 365 * 56}};

TEST(BackOff, DoublesFromTenSecondsToFiveMinutes) {
  const std::vector<std::pair<unsigned, seconds>> cases{{0, seconds{0}},   {1, seconds{10}},  {2, seconds{20}},
                                                        {3, seconds{40}},  {4, seconds{80}},  {5, seconds{160}},
                                                        {6, seconds{300}}, {7, seconds{300}}, {4'000'000'000U, seconds{300}}};
  for (const auto& [failures, delay] : cases) EXPECT_EQ(delay_after(failures), delay) << failures;
}

TEST(BackOff, IsOverExactlyAfterItsDelay) {
  BackOff back_off;
  EXPECT_FALSE(back_off.is_in_back_off(k_start));
  back_off.next(k_start);
  EXPECT_TRUE(back_off.is_in_back_off(k_start + seconds{10} - nanoseconds{1}));
  EXPECT_FALSE(back_off.is_in_back_off(k_start + seconds{10}));
}

TEST(BackOff, StartsAgainAfterTwiceTheLongestDelay) {
  BackOff back_off;
  back_off.next(k_start);
  back_off.next(k_start + seconds{600});  // not more than 600 s
  EXPECT_EQ(back_off.delay(), seconds{20});
  back_off.next(k_start + seconds{1201});
  EXPECT_EQ(back_off.delay(), seconds{10});
  EXPECT_EQ(back_off.failures(), 1U);
}

TEST(BackOff, LongPullsKeepStartingItAgain) {
  // Each pull fails after 6 minutes, so that after a wait of 5 the last failure is 11 minutes ago.
  std::vector<SysTime> failures;
  SysTime now = k_start;
  BackOff back_off;
  for (int i = 0; i < 8; ++i) {
    now += minutes{6};
    failures.push_back(now);
    back_off.next(now);
    now += back_off.delay();
  }
  EXPECT_EQ(next_retry(failures)->delay, seconds{20});  // 10 20 40 80 160 300 | 10 20
}

TEST(NextRetry, SpansTheLooksOfTheRecordings) {
  // Seconds from a failure to the next pull: kubelet 1.34.4 and 1.36.3 (43 of 50 left out between the extremes), and
  // kubelet 1.20.15 with four failures in a row.
  struct Case {
    unsigned failures;
    milliseconds seen;
  };
  const std::vector<Case> cases{{1, milliseconds{10600}}, {1, milliseconds{12900}}, {1, milliseconds{14300}}, {1, milliseconds{15600}},
                                {1, milliseconds{16800}}, {1, milliseconds{17700}}, {2, milliseconds{25600}}, {1, milliseconds{17050}},
                                {2, milliseconds{23960}}, {3, milliseconds{41900}}};
  for (const auto& c : cases) {
    const auto next = next_retry(k_start, c.failures);
    EXPECT_LE(next.earliest, k_start + c.seen);
    EXPECT_GE(next.latest, k_start + c.seen);
  }
}

TEST(NextRetry, IsNeverEarlierThanTheDelayNorLaterThanOneMoreLook) {
  for (unsigned failures = 1; failures < 12; ++failures) {
    const auto next = next_retry(k_start, failures);
    EXPECT_EQ(next.earliest - k_start, next.delay);
    EXPECT_GT(next.latest, next.earliest);
    EXPECT_LE(next.latest - next.earliest, seconds{18});
  }
  // The first look after a failure is never within the first 10 s.
  EXPECT_EQ(next_retry(k_start, 1).latest - k_start, seconds{18});
  EXPECT_EQ(next_retry(k_start, 2).latest - k_start, seconds{36});
  EXPECT_EQ(next_retry(k_start, 0).delay, seconds{10});
}

TEST(NextRetry, OrderOfTimesDoesNotMatter) {
  EXPECT_FALSE(next_retry(std::vector<SysTime>{}));
  const auto next = next_retry({k_start + seconds{35}, k_start, k_start + seconds{12}});
  EXPECT_EQ(next->delay, seconds{40});
  EXPECT_EQ(next->earliest, k_start + seconds{75});
}

timeline::Attempt attempt(nanoseconds end, timeline::Outcome outcome) {
  timeline::Attempt result;
  result.end.at = k_start + end;
  result.outcome = outcome;
  return result;
}

TEST(NextRetry, CountsFailedAndCancelledAttemptsOfOnePod) {
  timeline::Pull pull;
  pull.pods = {"shop/cart"};
  pull.attempts = {attempt(seconds{0}, timeline::Outcome::failed), attempt(seconds{80}, timeline::Outcome::cancelled)};
  ASSERT_TRUE(next_retry(pull));
  EXPECT_EQ(next_retry(pull)->earliest, k_start + seconds{100});

  auto shared = pull;
  shared.pods.push_back("shop/cart-2");
  EXPECT_FALSE(next_retry(shared));  // each has its own back-off

  auto yearless = pull;
  yearless.attempts[1].end.year_known = false;
  EXPECT_FALSE(next_retry(yearless));

  auto healthy = pull;
  healthy.attempts = {attempt(seconds{0}, timeline::Outcome::ok)};
  EXPECT_FALSE(next_retry(healthy));
}

TEST(NextRetry, OnlyRowsOfFailuresCount) {
  using What = EventRow::What;
  const auto next = next_retry(EventRow{What::failed, 4, minutes{3}, k_start});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->delay, seconds{80});
  EXPECT_FALSE(next_retry(EventRow{What::back_off, 20, minutes{5}, k_start}));
  EXPECT_FALSE(next_retry(EventRow{What::pulling, 4, minutes{3}, k_start}));
  EXPECT_FALSE(next_retry(EventRow{What::failed, 0, minutes{3}, k_start}));
}

TEST(NextRetry, ARowThatStandsForManyFailuresCountsThemAll) {
  struct Case {
    std::uint32_t repeats;
    nanoseconds since_first;
    seconds delay;
  };
  for (const auto& c : {Case{1, {}, seconds{10}}, Case{2, seconds{15}, seconds{20}}, Case{3, seconds{45}, seconds{40}},
                        Case{2, minutes{11}, seconds{10}}, Case{6, minutes{30}, seconds{300}}}) {
    timeline::Pull pull;
    auto& attempt = pull.attempts.emplace_back();
    attempt.end.at = k_start;
    attempt.end.zone_known = false;
    attempt.outcome = timeline::Outcome::failed;
    auto& failed = pull.facts.emplace_back();
    failed.fact.name = "pull-failed";
    failed.scope.pod = "shop/cart";
    failed.first.at = k_start - c.since_first;
    failed.last.at = k_start;
    failed.repeats = c.repeats;
    const auto next = next_retry(pull);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->delay, c.delay) << c.repeats;
    EXPECT_FALSE(next->zone_known) << "as the failure's";
  }
}

TEST(NextRetry, FailuresOfAnUnknownYearCountAllTheSame) {
  timeline::Pull pull;
  for (const auto at : {seconds{0}, seconds{14}}) {
    auto& attempt = pull.attempts.emplace_back();
    attempt.end.at = k_start + at;
    attempt.end.year_known = false;
    attempt.outcome = timeline::Outcome::failed;
  }
  EXPECT_EQ(failures_in(pull), 2U);
  EXPECT_FALSE(next_retry(pull));
}

TEST(FailuresWithin, BoundsWhatOnlyBackOffRowsTell) {
  const auto short_ago = failures_within(seconds{5}, seconds{1});
  EXPECT_EQ(short_ago.least, 1U);
  EXPECT_EQ(short_ago.most, 1U);
  // Soonest failures at 0, 10, 30, 70, 150, 310 s; latest ones at 0, 20, 58, 118, 218, 398 s.
  const auto six_minutes = failures_within(minutes{6}, seconds{2});
  EXPECT_EQ(six_minutes.most, 6U);
  EXPECT_EQ(six_minutes.least, 5U);
  EXPECT_EQ(failures_within(seconds{-1}, seconds{1}).most, 0U);
  EXPECT_EQ(failures_within(nanoseconds::max() / 2, seconds{1}).most, k_most);
}

}  // namespace
}  // namespace unsnag::watch
