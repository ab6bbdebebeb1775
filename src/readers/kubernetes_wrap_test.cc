// SPDX-License-Identifier: Apache-2.0
#include "readers/kubernetes_wrap.h"

#include <gtest/gtest.h>

namespace unsnag::readers::kubernetes {
namespace {

std::string joined(std::string_view text) {
  const Lines lines(text);
  const RowLines row{0, lines.size()};
  return join_row(lines, row, find_wrapping(lines, {row}));
}

TEST(WrappedRow, IsJoinedAsItWasBroken) {
  const std::string x(60, 'x');
  struct Case {
    const char* name;
    std::string text, want;
  };
  const Case k_cases[] = {
      {"cut at a width, twice", x + " ab\ncd" + x + "e\nf", x + " abcd" + x + "ef"},
      {"a blank at the cut", x + " ab\n cd" + x + "\nf", x + " ab cd" + x + "f"},
      {"broken at blanks", x + " pull access\ndenied, the repository does not exist, or may need some authorization\nfor it",
       x + " pull access denied, the repository does not exist, or may need some authorization for it"},
      {"hanging indentation", x + " pull access\n      denied", x + " pull access denied"},
      {"the message's own newline", x + x + x + " 403 Forbidden\ndenied: expired", x + x + x + " 403 Forbidden\ndenied: expired"},
      {"short lines behind a newline", x + x + " <html>\n<body>\n</body>", x + x + " <html>\n<body>\n</body>"},
      {"inside a quoted name", x + x + x + " image \"reg.exam\nple/a:1\": no", x + x + x + " image \"reg.example/a:1\": no"},
      {"in a frame, within a word", "\xe2\x94\x82 " + x + " repositor \xe2\x94\x82\n\xe2\x94\x82 y      \xe2\x94\x82",
       x + " repository      "},
      {"in a frame, at a blank", "\xe2\x94\x82 " + x + " error: \xe2\x94\x82\n\xe2\x94\x82  code    \xe2\x94\x82", x + " error: code    "},
      {"inside a digest", x + x + x + " sha256:ab\ncdef: no", x + x + x + " sha256:abcdef: no"},
  };
  for (const auto& c : k_cases) EXPECT_EQ(joined(c.text), c.want) << c.name;
}

TEST(Lines, LoseWhatAPasteAddsToThem) {
  const Lines lines(
      "> > a\r\n\x1b[31mred\x1b[0m\n\xe2\x94\x82 b \xe2\x94\x82\nc\xc2\xa0\xc2\xa0"
      "d\n  plain");
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "a");
  EXPECT_EQ(lines.raw(0), "> > a");
  EXPECT_EQ(lines[1], "red");
  EXPECT_EQ(lines[2], "b ");
  EXPECT_EQ(lines[3], "c  d");
  EXPECT_EQ(lines[4], "  plain");
}

TEST(Lines, AreCountedLikeATextEditorDoes) {
  struct Case {
    const char* text;
    std::vector<std::string> want;
  };
  static const Case k_cases[] = {
      {"", {}},
      {"a", {"a"}},
      {"a\n", {"a"}},
      {"\n", {""}},
      {"\n\n", {"", ""}},
      {"\r\na", {"", "a"}},
      {"a\n\n\n\nb\n\x1b[1mc\x1b[0m\r\n\nd\n\n", {"a", "", "", "", "b", "c", "", "d", ""}},
  };
  for (const auto& c : k_cases) {
    const Lines lines(c.text);
    std::vector<std::string> got;
    for (std::size_t i = 0; i < lines.size(); ++i) got.emplace_back(lines[i]);
    EXPECT_EQ(got, c.want) << c.text;
  }
}

TEST(Prompt, IsTheShellsAndNotProse) {
  struct Case {
    const char* line;
    const char* want;
  };
  static const Case k_cases[] = {
      {"$ kubectl -n shop describe pod x", "shop"},
      {"root@m1:~# kubectl get pods --namespace=a", "a"},
      {"kubectl get events -A", ""},
      {"PS C:\\> kubectl get pods", ""},
      {"sudo k3s kubectl get pods", ""},
      {"please run kubectl describe pod x", "none"},
      {"kubectl was slow today", "none"},
      {"E1124 1 x.go:1] try: kubectl get pods", "none"},
  };
  for (const auto& c : k_cases) {
    const auto prompt = parse_prompt(c.line);
    EXPECT_EQ(prompt ? std::string(prompt->name_space) : "none", c.want) << c.line;
  }
}

}  // namespace
}  // namespace unsnag::readers::kubernetes
