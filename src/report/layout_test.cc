// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/layout.h"

namespace unsnag::report {
namespace {

using testing::ElementsAre;

TEST(Layout, CountsColumnsNotBytes) {
  const struct {
    const char* text;
    std::size_t width;
  } cases[] = {{"", 0}, {"abc", 3}, {"é", 1}, {"…", 1}, {"日本", 4}, {"e\xCC\x81", 1}, {"\xFF", 1}, {"█▒", 2}};
  for (const auto& one : cases) EXPECT_EQ(columns(one.text), one.width) << one.text;
}

TEST(Layout, ShortensInTheMiddleAndKeepsMoreOfTheEnd) {
  EXPECT_EQ(shorten("abcdefghij", 10, "…"), "abcdefghij");
  EXPECT_EQ(shorten("abcdefghijk", 10, "…"), "abc…fghijk");
  EXPECT_EQ(shorten("abcdefghijk", 2, "..."), "ab");
  EXPECT_EQ(columns(shorten("日本語日本語日本語", 7, "…")), 7U);
  for (std::size_t width = 0; width < 12; ++width) EXPECT_LE(columns(shorten("日本語abc日本語", width, "…")), width);
}

TEST(Layout, KeepsWordsWholeWhereThatCostsLittle) {
  const std::string text = "Cancel pulling image because of no progress for one minute, latest progress was Extracting";
  EXPECT_EQ(shorten_between_words(text, 60, "…"), "Cancel … one minute, latest progress was Extracting");
  EXPECT_EQ(columns(shorten_between_words(std::string(200, 'a'), 60, "…")), 60U);
  for (std::size_t width = 1; width < 100; ++width) EXPECT_LE(columns(shorten_between_words(text, width, "…")), width);
}

TEST(Layout, WrapsAtBlanksElseAnywhere) {
  EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("abcdefghij", 4), ElementsAre("abcd", "efgh", "ij"));
  EXPECT_THAT(wrap("", 4), ElementsAre(""));
  EXPECT_THAT(wrap("ab cd", 5), ElementsAre("ab cd"));
  EXPECT_THAT(wrap("ab   cd", 4), ElementsAre("ab", "cd"));
  EXPECT_THAT(wrap("日本語", 1), ElementsAre("日", "本", "語"));  // wider than the line: one each
}

TEST(Layout, JoinsLinesOfAParagraph) {
  EXPECT_THAT(paragraphs("a\nb\n\n- c\n  d\n- e\nf\n\n\n"), ElementsAre("a b", "", "- c", "  d", "- e f"));
}

TEST(Ink, SpellsInAsciiWhatIsNotAscii) {
  Style style;
  style.unicode = false;
  EXPECT_EQ(Ink(style).clean("a… → “b” – ü"), "a... -> \"b\" - ?");
}

TEST(Ink, CleansToOneLine) { EXPECT_EQ(Ink(Style{}).clean(" a\nb\tc\x1B[2J "), "a b c\xEF\xBF\xBD[2J"); }

TEST(Ink, PaintsOnlyInColour) {
  Style style;
  EXPECT_EQ(Ink(style).red("x"), "x");
  style.colour = true;
  EXPECT_EQ(Ink(style).red("x"), "\x1B[1;31mx\x1B[0m");
  EXPECT_EQ(Ink(style).red(""), "");
}

}  // namespace
}  // namespace unsnag::report
