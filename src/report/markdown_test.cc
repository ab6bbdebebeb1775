// SPDX-License-Identifier: Apache-2.0
#include "report/markdown.h"
#include "base/text.h"
#include "report/examples_for_tests.h"

namespace unsnag::report {
namespace {

using namespace examples;

TEST(Markdown, LooksAsAccepted) {
  expect_golden("deadline.md", to_markdown(deadline().findings()));
  expect_golden("insufficient.md", to_markdown(unclear().findings()));
  expect_golden("several-causes.md", to_markdown(several().findings()));
}

TEST(Markdown, EscapesProse) {
  EXPECT_EQ(markdown_prose("a_b *c* <i> [x](y) `z` #1 & a|b"), "a\\_b \\*c\\* \\<i\\> \\[x\\](y) \\`z\\` \\#1 \\& a\\|b");
  EXPECT_EQ(markdown_prose("one\ntwo"), "one two");
}

TEST(Markdown, CodeCannotBeBrokenOutOf) {
  const struct {
    const char* text;
    const char* expected;
  } cases[] = {{"", ""}, {"a", "`a`"}, {"a`b", "``a`b``"}, {"`a`", "`` `a` ``"}, {"a```b", "````a```b````"}, {"a\nb", "`a b`"}};
  for (const auto& one : cases) EXPECT_EQ(markdown_code(one.text), one.expected);
  EXPECT_EQ(markdown_block("a\n```\nb", "text"), "````text\na\n```\nb\n````\n");
}

TEST(Markdown, HostileTextStaysText) {
  const auto text = to_markdown(hostile().findings());
  for (const std::string_view bad : {"\x1B", "\x07", "\r", "\xE2\x80\xAE", "\xC2\x9B", "\xFF"}) EXPECT_FALSE(contains(text, bad)) << bad;
  // Every fence that opens closes, and the evidence's own heading stays inside of one.
  std::string fence;
  for (const auto line : split(text, '\n')) {
    const auto ticks = line.substr(0, line.find_first_not_of('`') == std::string_view::npos ? line.size() : line.find_first_not_of('`'));
    if (fence.empty() && ticks.size() >= 3 &&
        (line.size() == ticks.size() || line.substr(ticks.size()) == "text" || line.substr(ticks.size()) == "sh"))
      fence = ticks;
    else if (!fence.empty() && line == fence) fence.clear();
    else EXPECT_TRUE(!fence.empty() || line.substr(0, 3) != "# h") << line;
  }
  EXPECT_TRUE(fence.empty());
}

}  // namespace
}  // namespace unsnag::report
