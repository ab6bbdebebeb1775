// SPDX-License-Identifier: Apache-2.0
#include "report/group.h"

#include "report/examples_for_tests.h"

namespace unsnag::report {
namespace {

using namespace examples;

TEST(Group, CauseRuleAndRegistryMakeAGroup) {
  auto a = not_found("registry.example/a:1", "x/a"), b = not_found("registry.example/b:1", "x/b");
  const auto groups_of = [](const std::vector<Verdict>& verdicts) { return group(verdicts).size(); };
  EXPECT_EQ(groups_of({a, b}), 1U);
  b.image = "other.example/b:1";
  EXPECT_EQ(groups_of({a, b}), 2U);
  b = a;
  b.rule = "image-not-found.registry-says-so";
  EXPECT_EQ(groups_of({a, b}), 2U);
}

TEST(Group, KeepsTheOrderOfFirstVerdicts) {
  const auto example = several();
  const auto groups = group(example.diagnosis.verdicts);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].first().cause, "disk-full");
  EXPECT_EQ(groups[1].members.size(), 12U);
}

TEST(Group, AHeadlineThatHoldsForOneOnlyGivesWayToTheTitle) {
  const std::vector<Verdict> verdicts{not_found("registry.example/a:1", "x/a"), not_found("registry.example/b:1", "x/b")};
  EXPECT_EQ(group(verdicts)[0].headline(), "The repository, tag or digest does not exist (2 images)");
  const std::vector<Verdict> same{not_found("registry.example/a:1", "x/a"), not_found("registry.example/a:1", "x/b")};
  EXPECT_EQ(group(same)[0].headline(), "registry.example/a:1 does not exist in registry.example");
}

TEST(Group, EveryMembersStrongestProofComesFirst) {
  std::vector<Verdict> verdicts;
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto verdict = not_found("registry.example/a:" + std::to_string(i), "x/a");
    verdict.proof = {proof("a", 10 * i + 1, "strong"), proof("a", 10 * i + 2, "weak"), proof("a", 99, "shared")};
    verdicts.push_back(verdict);
  }
  const auto groups = group(verdicts);
  const auto list = groups[0].proof(100);
  ASSERT_EQ(list.size(), 7U);
  EXPECT_EQ(list[2]->text, "strong");
  EXPECT_EQ(list[3]->text, "weak");
  EXPECT_EQ(list[6]->text, "shared");
  EXPECT_EQ(groups[0].proof(2).size(), 2U);
}

}  // namespace
}  // namespace unsnag::report
