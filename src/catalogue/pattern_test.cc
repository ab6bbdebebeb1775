// SPDX-License-Identifier: Apache-2.0
#include "catalogue/pattern.h"

#include <gtest/gtest.h>

namespace unsnag::catalogue {
namespace {

struct MatchCase {
  const char* name;
  const char* pattern;
  const char* text;
  const char* matched;   // nullptr: no match
  const char* captures;  // "a=b;c=d"
};

void PrintTo(const MatchCase& c, std::ostream* out) { *out << c.name; }

class PatternMatch : public ::testing::TestWithParam<MatchCase> {};

TEST_P(PatternMatch, TakesWhatThePatternSays) {
  const auto& c = GetParam();
  const auto pattern = Pattern::parse(c.pattern);
  ASSERT_TRUE(pattern) << pattern.error().message();
  const std::string_view text = c.text;
  Pattern::Match match;
  bool found = false;
  for (auto at = text.find(pattern->anchor()); at != std::string_view::npos && !found; at = text.find(pattern->anchor(), at + 1))
    found = pattern->match_around(text, at, match);
  ASSERT_EQ(found, c.matched != nullptr);
  if (!found) return;
  EXPECT_EQ(text.substr(match.begin, match.end - match.begin), c.matched);
  std::string captures;
  for (const auto& capture : match.captures)
    captures += (captures.empty() ? "" : ";") + std::string(capture.name) + "=" + std::string(capture.text);
  EXPECT_EQ(captures, c.captures);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PatternMatch,
    ::testing::Values(MatchCase{"plain", "pull QPS exceeded", "err: pull QPS exceeded now", "pull QPS exceeded", ""},
                      MatchCase{"image", "cancel pulling image {image:image} because of no progress in {limit:duration}",
                                "cancel pulling image r.example:5000/a/b:1 because of no progress in 5m0s",
                                "cancel pulling image r.example:5000/a/b:1 because of no progress in 5m0s",
                                "image=r.example:5000/a/b:1;limit=5m0s"},
                      MatchCase{"quote", "Failed to pull image \"{image}\"", R"(Failed to pull image "nginx")",
                                R"(Failed to pull image "nginx")", "image=nginx"},
                      MatchCase{"escaped_quote", "Failed to pull image \"{image}\"", R"(err="Failed to pull image \"nginx\"")",
                                R"(Failed to pull image \"nginx\")", "image=nginx"},
                      MatchCase{"twice_escaped_quote", "Failed to pull image \"{image}\"", R"(Failed to pull image \\\"nginx\\\" x)",
                                R"(Failed to pull image \\\"nginx\\\")", "image=nginx"},
                      MatchCase{"colon_after_image", "{image:image}: not found", "resolve: docker.io/library/x:1: not found",
                                "docker.io/library/x:1: not found", "image=docker.io/library/x:1"},
                      MatchCase{"path_before_anchor", "write {path:path}: no space left on device",
                                "copy: write /var/lib/x: no space left on device", "write /var/lib/x: no space left on device",
                                "path=/var/lib/x"},
                      MatchCase{"word_stops_at_escaped_quote", "plugin {plugin:word}", R"(\"plugin ecr\" x)", "plugin ecr", "plugin=ecr"},
                      MatchCase{"trailing_punctuation", "Retrying in {after:duration}", "Retrying in 5s.", "Retrying in 5s", "after=5s"},
                      MatchCase{"rest", "reason: {words:rest}", "reason: all the rest", "reason: ", "words=all the rest"},
                      MatchCase{"several_blanks", "DiskPressure {value:word} since", "DiskPressure     True  since",
                                "DiskPressure     True  since", "value=True"},
                      MatchCase{"digest_must_be_one", "blob {digest:digest} unknown here", "blob abc unknown here", nullptr, ""},
                      MatchCase{"no_crossing_of_quotes", "image \"{image:image}\" failed", R"(image "a b" failed)", nullptr, ""},
                      MatchCase{"any_is_bounded_by_line", "begin{x}finish", "begin\nfinish", nullptr, ""}),
    [](const auto& param) { return param.param.name; });

TEST(Pattern, IsRefusedWithWordsForItsAuthor) {
  EXPECT_EQ(Pattern::parse("{a}{b} together").error().detail, "two captures need a literal between them");
  EXPECT_EQ(Pattern::parse("text {x:nonsense}").error().detail, "unknown capture type 'nonsense'");
  EXPECT_EQ(Pattern::parse("{r:rest} more text").error().detail, "{…:rest} must be the last thing in a pattern");
  EXPECT_NE(Pattern::parse("EOF {x}").error().detail.find("at least 5"), std::string::npos);
}

TEST(Pattern, LongHostileTextIsLinear) {
  const auto pattern = Pattern::parse("image {a}: failed {b} because {c:path}: no space left");
  ASSERT_TRUE(pattern);
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "image x: failed y because /p: no space lef";
  Pattern::Match match;
  std::size_t tried = 0;
  for (auto at = text.find(pattern->anchor()); at != std::string::npos; at = text.find(pattern->anchor(), at + 1), ++tried)
    EXPECT_FALSE(pattern->match_around(text, at, match));
}

}  // namespace
}  // namespace unsnag::catalogue
