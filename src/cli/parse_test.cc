// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::cli {
namespace {

using testing::ElementsAre;

Arguments parsed(const std::vector<std::string>& words) {
  auto arguments = parse(*find_command("why"), words);
  EXPECT_TRUE(arguments.has_value()) << (arguments ? "" : arguments.error().detail);
  return arguments ? *arguments : Arguments{};
}

TEST(Parse, OptionsMayStandAnywhereAndInEveryForm) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"-o", "json", "a", "b"},
                                                                 {"a", "-ojson", "b"},
                                                                 {"a", "b", "--output=json"},
                                                                 {"a", "--output", "json", "b"},
                                                                 {"-o", "md", "a", "b", "-o", "json"}}) {
    const auto arguments = parsed(words);
    EXPECT_EQ(arguments.get("output", "text"), "json");
    EXPECT_THAT(arguments.targets, ElementsAre("a", "b"));
  }
}

TEST(Parse, ADashIsStandardInput) { EXPECT_THAT(parsed({"-", "-v"}).targets, ElementsAre("-")); }

TEST(Parse, AfterTwoDashesEverythingIsATarget) {
  const auto arguments = parsed({"-v", "a", "--", "-o", "--", "json"});
  EXPECT_TRUE(arguments.has("verbose"));
  EXPECT_FALSE(arguments.has("output"));
  EXPECT_THAT(arguments.targets, ElementsAre("a", "-o", "--", "json"));
}

TEST(Parse, WhatWasNotGivenIsNotThere) {
  const auto arguments = parsed({});
  EXPECT_FALSE(arguments.has("verbose"));
  EXPECT_EQ(arguments.get("output", "text"), "text");
  EXPECT_TRUE(arguments.targets.empty());
}

TEST(Parse, RefusesUnknownOptions) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"--frobnicate"}, {"-x"}, {"--verbose=maybe"}, {"-o"}})
    EXPECT_FALSE(parse(*find_command("why"), words).has_value()) << words.front();
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string_view> words{"why", "explain", "completion", "help", "progress-deadline"};
  const struct {
    const char* word;
    const char* meant;
  } cases[] = {{"wyh", "why"},
               {"why", "why"},
               {"explian", "explain"},
               {"completon", "completion"},
               {"comp", "completion"},
               {"hepl", "help"},
               {"progress_deadline", "progress-deadline"},
               {"xyz", ""},
               {"", ""},
               {"pull", ""}};
  for (const auto& one : cases) EXPECT_EQ(nearest(one.word, words), one.meant) << one.word;
}

}  // namespace
}  // namespace unsnag::cli
