// SPDX-License-Identifier: Apache-2.0
#include "catalogue/literal_scan.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace unsnag::catalogue {
namespace {

using Hits = std::multiset<std::pair<std::uint32_t, std::size_t>>;

Hits scan(const std::vector<std::string_view>& literals, std::string_view text) {
  Hits hits;
  std::vector<LiteralScan::Hit> found;
  LiteralScan(literals).find(text, found);
  for (const auto& hit : found) hits.insert({hit.id, hit.at});
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
  return hits;
}

Hits naive(const std::vector<std::string_view>& literals, std::string_view text) {
  Hits hits;
  for (std::uint32_t id = 0; id < literals.size(); ++id)
    for (auto at = text.find(literals[id]); at != std::string_view::npos; at = text.find(literals[id], at + 1)) hits.insert({id, at});
  return hits;
}

TEST(LiteralScan, FindsOverlappingLiteralsAndThoseAtBothEnds) {
  const std::vector<std::string_view> literals{"abcde", "cdefg", "a much longer literal", "zzzzz"};
  const std::string_view text = "abcdefg and a much longer literal, zzzzzzz";
  EXPECT_EQ(scan(literals, text), naive(literals, text));
  EXPECT_EQ(scan(literals, text).size(), 6U);
}

TEST(LiteralScan, AgreesWithANaiveSearchOnRandomText) {
  std::mt19937 random(20261124);
  std::uniform_int_distribution<int> letter('a', 'c');
  const auto word = [&](std::size_t size) {
    std::string text(size, ' ');
    for (auto& c : text) c = static_cast<char>(letter(random));
    return text;
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> words;
    for (int i = 0; i < 40; ++i) words.push_back(word(5 + static_cast<std::size_t>(i) % 9));
    const std::set<std::string> distinct(words.begin(), words.end());
    const std::vector<std::string_view> literals(distinct.begin(), distinct.end());
    const auto text = word(3000);
    EXPECT_EQ(scan(literals, text), naive(literals, text));
  }
}

TEST(LiteralScan, FindsALiteralWhereverItStands) {
  // Each length has its table and its window; each place its share in the steps.
  for (std::size_t size = 5; size < 24; ++size) {
    const auto literal = std::string("xq#zk%wj&vpyhgbfmculdrns").substr(0, size);
    const LiteralScan scan_for({literal});
    for (std::size_t before = 0; before < 80; ++before)
      for (const std::size_t after : {0U, 1U, 50U}) {
        const auto text = std::string(before, ' ') + literal + std::string(after, ' ');
        std::vector<LiteralScan::Hit> found;
        scan_for.find(text, found);
        ASSERT_EQ(found.size(), 1U) << size << ' ' << before << ' ' << after;
        EXPECT_EQ(found.front().at, before);
      }
  }
}

TEST(LiteralScan, ShortAndEmptyTextsHoldNothing) {
  EXPECT_TRUE(scan({"abcde"}, "").empty());
  EXPECT_TRUE(scan({"abcde"}, "abcd").empty());
  EXPECT_TRUE(scan({}, "abcde").empty());
}

}  // namespace
}  // namespace unsnag::catalogue
