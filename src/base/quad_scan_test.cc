// SPDX-License-Identifier: Apache-2.0
#include "base/quad_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace unsnag {
namespace {

std::uint32_t word_of(std::string_view four) {
  std::uint32_t word = 0;
  std::memcpy(&word, four.data(), sizeof word);
  return word | QuadScan::k_fold;
}

std::string places_of(const QuadScan& scan, std::string_view text, bool one_by_one) {
  std::string marks;
  for (std::size_t at = 0; at < text.size();) {
    QuadScan::Places places;
    const auto count = one_by_one ? scan.places_one_by_one(text, at, places) : scan.places(text, at, places);
    for (std::size_t i = 0; i < count; ++i) marks += (places[i / 64] >> (i % 64) & 1U) != 0 ? '^' : ' ';
    at += count;
  }
  return marks;
}

TEST(QuadScan, FindsEachWordInAnyCaseAtAnyPlace) {
  const QuadScan scan({word_of("pass"), word_of("akia"), word_of("-u \n"), word_of("ghp_")});
  for (std::size_t before = 0; before < 100; ++before)
    for (const std::string_view word : {"pass", "PASS", "PasS", "AKIA", "-u \n", "ghp_", "@", "$"}) {
      const auto text = std::string(before, 'x') + std::string(word) + std::string(100 - before, ' ');
      EXPECT_EQ(places_of(scan, text, false)[before], '^') << before << word;
    }
}

TEST(QuadScan, OfDotsOnlyThoseOfKubeadmTokensArePlaces) {
  const QuadScan scan({word_of("pass")});
  const auto marks = [&](const std::string& text) { return places_of(scan, text + std::string(40, ' '), false).substr(0, text.size()); };
  EXPECT_EQ(marks("x abcdef.0123456789abcdef"), "        ^                ");
  EXPECT_EQ(marks("abcdef.0123456789abcdef"), "      ^                ");
  EXPECT_EQ(marks("abcdefg.x 1.2.3 12345.x 1234567.8"), std::string(33, ' '));
  EXPECT_EQ(marks(std::string(31, ' ') + "abcdef.x"), std::string(37, ' ') + "^ ");
}

TEST(QuadScan, ManyPlacesAtOnceAndOneByOneAreTheSame) {
  std::mt19937 random(20261124);  // NOLINT(cert-msc51-cpp): the same each time
  const auto below = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random); };
  const std::string letters = "abcdefgh.0123@$AKIApass-_u \n\t:\"\xff\x80Q~";
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> words;
    for (auto left = below(100); left > 0; --left) {
      std::string word;
      while (word.size() < 4) word += letters[below(letters.size())];
      words.push_back(word_of(word));
    }
    const QuadScan scan(words);
    std::string text;
    const bool any_byte = round % 3 == 0;
    for (auto left = below(3000); left > 0; --left) text += any_byte ? static_cast<char>(below(256)) : letters[below(letters.size())];
    // The last places of a call may be left to the next one, where less than a word stands behind them.
    EXPECT_EQ(places_of(scan, text, false), places_of(scan, text, true)) << round;
    const auto marks = places_of(scan, text, false);
    for (std::size_t at = 0; at + 4 <= text.size(); ++at)
      if (std::find(words.begin(), words.end(), word_of(text.substr(at, 4))) != words.end()) {
        EXPECT_EQ(marks[at], '^') << at;
      }
  }
}

}  // namespace
}  // namespace unsnag
