// SPDX-License-Identifier: Apache-2.0
// Every rule has an example, and the example makes that very rule the verdict: a rule that nothing can make fire,
// or that another one always shadows, fails here.
#include <gtest/gtest.h>

#include "catalogue/load_causes.h"
#include "diagnose/verdict.h"
#include "readers/read.h"
#include "timeline/timeline.h"

namespace unsnag {
namespace {

struct Example {
  std::string rule, lines;
};
void PrintTo(const Example& example, std::ostream* out) { *out << example.rule; }

std::vector<Example> examples() {
  std::vector<Example> all;
  const auto causes = catalogue::load_causes(UNSNAG_CAUSES);
  if (!causes) return all;
  for (const auto& cause : *causes)
    for (const auto& rule : cause.rules) all.push_back({rule.id, rule.example});
  return all;
}

class Rule : public ::testing::TestWithParam<Example> {};

TEST_P(Rule, ItsExampleMakesItTheVerdict) {
  timeline::Fold fold;
  readers::read_paste(GetParam().lines, fold);
  const auto diagnosis = diagnose::diagnose(fold.take());
  ASSERT_FALSE(diagnosis.verdicts.empty()) << "no verdict at all";
  EXPECT_EQ(diagnosis.verdicts.front().rule, GetParam().rule) << diagnosis.verdicts.front().summary;
  EXPECT_EQ(diagnosis.verdicts.front().summary.find('?'), std::string::npos)
      << "a word was not known: " << diagnosis.verdicts.front().summary;
}

INSTANTIATE_TEST_SUITE_P(All, Rule, ::testing::ValuesIn(examples()), [](const auto& param) {
  std::string name = param.param.rule;
  for (auto& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

TEST(Rules, ThereAreSome) { EXPECT_GT(examples().size(), 100U); }

}  // namespace
}  // namespace unsnag
