// SPDX-License-Identifier: Apache-2.0
// What the causes advise with `fix = "…"` is what there is: each cure is named by its cause, and with options that it has.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"
#include "catalogue/causes.h"
#include "remedy/action.h"
#include "remedy/cure.h"

namespace unsnag::remedy {
namespace {

struct Named {
  std::string command;
  bool lasts = false;
};

std::vector<Named> named_by(const catalogue::Cause& cause) {
  std::vector<Named> all;
  for (const auto& advice : cause.advice)
    if (advice.command.starts_with("unsnag fix ")) all.push_back({advice.command, advice.when == "for-good"});
  return all;
}

TEST(Advice, NamesTheCureOfEachCauseThatHasOne) {
  for (const auto& cause : catalogue::built_in_causes()) {
    const auto named = named_by(cause);
    const bool by_settings = find_cure(cause.id) != nullptr, by_action = find_action(cause.id) != nullptr;
    const auto has = [&](bool lasts) {
      return std::any_of(named.begin(), named.end(), [&](const Named& one) { return one.lasts == lasts; });
    };
    EXPECT_EQ(has(false), by_settings || by_action) << cause.id;
    EXPECT_EQ(has(true), by_settings) << cause.id << ": --print needs settings";
    EXPECT_EQ(contains(cause.fix, "unsnag fix " + cause.id), by_settings || by_action) << cause.id << ": its page";
  }
}

TEST(Advice, GivesOnlyOptionsThatTheCureHas) {
  for (const auto& cause : catalogue::built_in_causes())
    for (const auto& one : named_by(cause)) {
      const auto* cure = find_cure(cause.id);
      const auto* action = find_action(cause.id);
      if (cure == nullptr && action == nullptr) continue;  // the test above says so
      const auto& parameters = cure != nullptr ? cure->parameters : action->parameters;
      const auto words = split_words(one.command);
      ASSERT_GE(words.size(), 3U);
      EXPECT_EQ(words[2], cause.id);
      for (const auto word : words) {
        if (!word.starts_with("--") || word == "--print") continue;
        const auto is_it = [&](const Parameter& known) { return known.name == word.substr(2); };
        EXPECT_TRUE(std::any_of(parameters.begin(), parameters.end(), is_it)) << one.command;
      }
    }
}

}  // namespace
}  // namespace unsnag::remedy
