// SPDX-License-Identifier: Apache-2.0
// That the build refuses knowledge files which contradict themselves.
#include "catalogue/load.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"
#include "catalogue/load_causes.h"

namespace unsnag::catalogue {
namespace {

class Knowledge : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (std::filesystem::temp_directory_path() / "unsnag-load-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    write("facts.toml", R"(
[[fact]]
name = "broken"
means = "x"
attributes = ["how: a b", "path"]
failure = "step"
)");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ + "/" + name) << text; }

  /// All problems in one text; "" when there are none.
  std::string problems() const {
    const auto files = load_catalogue(folder_);
    if (!files) return files.error().message();
    const auto catalogue = Catalogue::make(files->messages);
    if (!catalogue) return catalogue.error().message();
    std::string all;
    for (const auto& problem : check(*files, *catalogue)) all += problem + "\n";
    return all;
  }

  std::string folder_;
};

constexpr const char* k_good = R"(
program = "p"
[[message]]
id = "p.good"
source = "a.go"
text = 'write {path:path}: broken pipe dream'
establishes = 'broken(how=a, path={path})'
samples = ['write /x: broken pipe dream']
)";

TEST_F(Knowledge, AWholeFileHasNoProblem) {
  write("p.toml", k_good);
  EXPECT_EQ(problems(), "");
}

TEST_F(Knowledge, TwoMessagesThatClaimTheSameSampleAreRefused) {
  write("p.toml", k_good);
  write("q.toml", R"(
[[message]]
id = "q.same"
source = "b.go"
text = 'write {where:path}: broken pipe dream'
establishes = 'broken(how=b)'
samples = ['write /x: broken pipe dream']
)");
  EXPECT_TRUE(contains(problems(), "p.good and q.same both claim a stretch"));
}

struct BadCase {
  const char* name;
  const char* replace;
  const char* with;
  const char* says;
};
void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }
class BadMessage : public Knowledge, public ::testing::WithParamInterface<BadCase> {};

TEST_P(BadMessage, IsRefused) {
  std::string text = k_good;
  const auto at = text.find(GetParam().replace);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(GetParam().replace).size(), GetParam().with);
  write("p.toml", text);
  EXPECT_TRUE(contains(problems(), GetParam().says)) << problems();
}

INSTANTIATE_TEST_SUITE_P(Cases, BadMessage,
                         ::testing::Values(BadCase{"no_sample", "samples = ['write /x: broken pipe dream']", "", "has no sample"},
                                           BadCase{"sample_of_another", "['write /x: broken pipe dream']", "['something else']",
                                                   "its sample is not taken for it"},
                                           BadCase{"unknown_fact", "broken(how=a", "nonsense(how=a", "which no [[fact]] declares"},
                                           BadCase{"unknown_attribute", "how=a", "why=a", "has no attribute 'why'"},
                                           BadCase{"unknown_word", "how=a", "how=c", "knows no word 'c'"},
                                           BadCase{"unknown_capture", "path={path}", "path={pth}", "which none of its patterns captures"},
                                           BadCase{"unknown_key", "source =", "sauce =", "unknown key 'sauce'"},
                                           BadCase{"bad_toml", "program =", "program", "p.toml"}),
                         [](const auto& param) { return param.param.name; });

TEST(Causes, RulesThatOutrankEachOtherAreRefused) {
  Cause a, b;
  a.id = "a", a.file = "a.toml", b.id = "b", b.file = "b.toml";
  Rule rule;
  rule.id = "a.x", rule.outranks = {"b"};
  a.rules.push_back(rule);
  rule.id = "b.y", rule.outranks = {"a.x"};
  b.rules.push_back(rule);
  std::string all;
  for (const auto& problem : check_causes({a, b}, {})) all += problem + "\n";
  EXPECT_TRUE(contains(all, "a.x and b.y outrank each other"));
}

TEST_F(Knowledge, AdviceToUseFixHasItsWordsFromUsAndNotItsOwnToo) {
  const std::string head = "id = \"slow\"\ntitle = \"t\"\nwhat = \"w\"\ntell = \"t\"\nfix = \"Wait.\\n\"\n";
  write("slow.toml", head + "[[advice]]\nwhen = \"now\"\nfix = \"--n {n}\"\n[[advice]]\nwhen = \"for-good\"\nfix = \"\"\n");
  std::filesystem::remove(folder_ + "/facts.toml");
  const auto causes = load_causes(folder_);
  ASSERT_TRUE(causes) << causes.error().message();
  const auto& slow = causes->front();
  EXPECT_EQ(slow.advice[0].command, "unsnag fix slow --n {n}");
  EXPECT_EQ(slow.advice[1].command, "unsnag fix slow --print PLATFORM");
  EXPECT_TRUE(contains(slow.fix, "Wait.\n\n`unsnag fix slow` shows it on the node")) << slow.fix;
  write("slow.toml", head + "[[advice]]\nwhen = \"now\"\ntext = \"or so\"\nfix = \"\"\n");
  EXPECT_FALSE(load_causes(folder_));
}

TEST(Causes, ACauseWithoutAPageOrARuleWithoutAnExampleIsRefused) {
  Cause cause;
  cause.id = "a", cause.file = "a.toml", cause.title = "A", cause.what = "w", cause.tell = "t", cause.fix = "f";
  Rule rule;
  rule.id = "a.x", rule.needs = {{*parse_term("broken()")}}, rule.confidence = "likely", rule.says = "it broke", rule.example = "broken";
  cause.rules.push_back(rule);
  cause.advice.emplace_back().when = "now";
  cause.bring.emplace_back();
  FactKind broken;
  broken.name = "broken";
  const auto problems = [&] {
    std::string all;
    for (const auto& problem : check_causes({cause}, {broken})) all += problem + "\n";
    return all;
  };
  EXPECT_EQ(problems(), "");
  cause.tell.clear();
  EXPECT_TRUE(contains(problems(), "needs title, what, tell and fix"));
  cause.tell = "t";
  cause.bring.clear();
  EXPECT_TRUE(contains(problems(), "needs bring"));
  cause.advice.clear();
  EXPECT_TRUE(contains(problems(), "needs advice"));
  cause.rules[0].example.clear();
  EXPECT_TRUE(contains(problems(), "a.x: has no example"));
}

TEST(Causes, TermsParse) {
  const auto term = parse_term("http-status(role!=proxy|mirror, status>=500, url~/v2/)");
  ASSERT_TRUE(term);
  EXPECT_EQ(term->fact, "http-status");
  ASSERT_EQ(term->tests.size(), 3U);
  EXPECT_EQ(term->tests[0].kind, Term::Test::Kind::not_equal);
  EXPECT_EQ(term->tests[0].values, (std::vector<std::string>{"proxy", "mirror"}));
  EXPECT_EQ(term->tests[1].kind, Term::Test::Kind::at_least);
  EXPECT_EQ(term->tests[2].kind, Term::Test::Kind::contains);
  EXPECT_FALSE(parse_term("x(y)"));
  EXPECT_FALSE(parse_term("x(y=1"));
}

}  // namespace
}  // namespace unsnag::catalogue
