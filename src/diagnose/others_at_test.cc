// SPDX-License-Identifier: Apache-2.0
#include "diagnose/others_at.h"

#include <random>

#include <gtest/gtest.h>

namespace unsnag::diagnose {
namespace {

SysTime second(int n) { return SysTime(std::chrono::seconds(n)); }

TEST(OthersAt, BothEndsOfAStretchBelongToIt) {
  const std::vector<Stretch> stretches{{second(10), second(20), 7}};
  const std::vector<Question> questions{{second(9)}, {second(10)}, {second(20)}, {second(21)}};
  EXPECT_EQ(others_at(stretches, questions, Pick::first), (std::vector<std::size_t>{k_no_pull, 7, 7, k_no_pull}));
}

TEST(OthersAt, WhoAsksIsNoAnswer) {
  const std::vector<Stretch> stretches{{second(0), second(9), 1}, {second(0), second(5), 1}, {second(0), second(9), 2}};
  const std::vector<Question> questions{{second(3), 1}, {second(3), 2}, {second(3), 3}};
  EXPECT_EQ(others_at(stretches, questions, Pick::first), (std::vector<std::size_t>{2, 1, 1}));
  EXPECT_EQ(others_at(stretches, questions, Pick::last), (std::vector<std::size_t>{2, 1, 2}));
}

TEST(OthersAt, AnswersAsLookingAtAllOfThemDoes) {
  std::mt19937 random(20261124);
  const auto below = [&](unsigned limit) { return random() % limit; };
  for (int round = 0; round < 200; ++round) {
    std::vector<Stretch> stretches;
    for (auto n = below(12); n > 0; --n) {
      const auto from = static_cast<int>(below(20));
      stretches.push_back({second(from), second(from + static_cast<int>(below(8))), below(5)});
    }
    std::vector<Question> questions;
    for (auto n = below(12); n > 0; --n) questions.push_back({second(static_cast<int>(below(30))), below(6)});
    const auto first = others_at(stretches, questions, Pick::first), last = others_at(stretches, questions, Pick::last);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      auto want_first = k_no_pull, want_last = k_no_pull;
      for (std::size_t pull = 0; pull < 5; ++pull)
        for (const auto& stretch : stretches)
          if (stretch.pull == pull && pull != questions[i].pull && stretch.from <= questions[i].moment &&
              questions[i].moment <= stretch.to) {
            want_last = pull;
            if (want_first == k_no_pull) want_first = pull;
          }
      EXPECT_EQ(first[i], want_first);
      EXPECT_EQ(last[i], want_last);
    }
  }
}

}  // namespace
}  // namespace unsnag::diagnose
