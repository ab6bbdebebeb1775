// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "base/text.h"
#include "report/examples_for_tests.h"
#include "report/setting.h"

namespace unsnag::report {
namespace {

using namespace examples;

Style plain(std::size_t width = 80) {
  Style style;
  style.width = width;
  return style;
}

struct Golden {
  const char* name;
  Example (*make)();
  std::size_t width;
  bool unicode, verbose;
};

TEST(Text, LooksAsAccepted) {
  const Golden cases[] = {{"deadline.txt", deadline, 80, true, false},        {"deadline-60.txt", deadline, 60, true, false},
                          {"deadline-120.txt", deadline, 120, true, false},   {"deadline-ascii.txt", deadline, 80, false, false},
                          {"deadline-verbose.txt", deadline, 80, true, true}, {"pasted-not-found.txt", pasted, 80, true, false},
                          {"insufficient.txt", unclear, 80, true, false},     {"several-causes.txt", several, 80, true, false},
                          {"no-failure.txt", healthy, 80, true, false}};
  for (const auto& one : cases) {
    auto style = plain(one.width);
    style.unicode = one.unicode;
    style.verbose = one.verbose;
    SCOPED_TRACE(one.name);
    expect_golden(one.name, to_text(one.make().findings(), style));
  }
}

/// The lines that are there to be pasted, which are never broken.
std::set<std::string> pasteable(const Example& example, const Ink& ink) {
  std::set<std::string> lines;
  const auto add = [&](const std::string& command) {
    for (const auto line : split(command, '\n')) lines.insert(std::string(trim(ink.clean_lines(line))));
  };
  for (const auto& verdict : example.diagnosis.verdicts) {
    for (const auto& advice : verdict.advice) {
      add(advice.command);
      for (const auto& line : setting_lines(advice.file, advice.key, advice.value)) add(line);
    }
    for (const auto& next : verdict.bring) add(next.command);
  }
  return lines;
}

TEST(Text, KeepsToTheWidthButForCommands) {
  for (const std::size_t width : {60U, 80U, 120U})
    for (const auto make : {deadline, pasted, unclear, several, healthy, hostile})
      for (const bool unicode : {true, false}) {
        auto style = plain(width);
        style.unicode = unicode;
        const auto example = make();
        const auto commands = pasteable(example, Ink(style));
        const auto text = to_text(example.findings(), style);
        for (const auto line : split(text, '\n'))
          EXPECT_TRUE(columns(line) <= width || commands.count(std::string(trim(line))) != 0) << width << ": " << line;
      }
}

TEST(Text, TheAnswerIsTheFirstLine) {
  const auto text = to_text(deadline().findings(), plain());
  EXPECT_EQ(text.substr(0, text.find('\n')), "✗ kubelet cancelled the pull while Docker was still unpacking it");
}

TEST(Text, HasNoEscapeSequencesWithoutColour) {
  for (const auto make : {deadline, several, unclear, hostile})
    EXPECT_EQ(to_text(make().findings(), plain()).find('\x1B'), std::string::npos);
}

TEST(Text, ColourChangesNothingButColour) {
  auto coloured = plain();
  coloured.colour = true;
  auto text = to_text(deadline().findings(), coloured);
  EXPECT_NE(text.find("\x1B["), std::string::npos);
  for (auto at = text.find('\x1B'); at != std::string::npos; at = text.find('\x1B')) text.erase(at, text.find('m', at) - at + 1);
  EXPECT_EQ(text, to_text(deadline().findings(), plain()));
}

TEST(Text, HostileTextReachesNoTerminal) {
  for (const bool verbose : {false, true}) {
    auto style = plain();
    style.verbose = verbose;
    const auto text = to_text(hostile().findings(), style);
    EXPECT_TRUE(contains(text, "owned"));  // it is shown, as text
    for (const std::string_view bad : {"\x1B", "\x07", "\r", "\xE2\x80\xAE", "\xC2\x9B", "\xFF"}) EXPECT_FALSE(contains(text, bad)) << bad;
  }
}

TEST(Text, WithoutUnicodeEverythingIsAscii) {
  for (const auto make : {deadline, several, unclear, hostile, healthy}) {
    auto style = plain();
    style.unicode = false;
    const auto text = to_text(make().findings(), style);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) << text;
  }
}

TEST(Text, OneCauseIsOneBlockHoweverManyImages) {
  const auto text = to_text(several().findings(), plain());
  std::size_t blocks = 0;
  for (const auto line : split(text, '\n')) blocks += line.substr(0, std::string_view("✗").size()) == "✗" ? 1U : 0U;
  EXPECT_EQ(blocks, 2U);
  EXPECT_TRUE(contains(text, "12 images"));
  EXPECT_TRUE(contains(text, "and 2 more (-v lists all)"));
}

TEST(Text, ManyCausesAreListedFirst) {
  auto example = several();
  auto other = example.diagnosis.verdicts.front();
  for (const auto* cause : {"inodes-exhausted", "dns-failure", "rate-limited"}) {
    other.cause = cause;
    example.diagnosis.verdicts.push_back(other);
  }
  EXPECT_EQ(to_text(example.findings(), plain()).substr(0, 40), "5 different failures, the worst first:\n ");
}

TEST(Text, SaysThatItWasInterrupted) {
  auto example = deadline();
  example.input.stopped = true;
  EXPECT_TRUE(contains(to_text(example.findings(), plain()), "Interrupted"));
}

TEST(Text, AnImageOf4000LettersIsShortenedUnlessVerbose) {
  auto example = pasted();
  auto& verdict = example.diagnosis.verdicts.front();
  verdict.image = verdict.image_as_given = "registry.example/" + std::string(4000, 'a');
  EXPECT_LT(to_text(example.findings(), plain()).size(), 3000U);
  auto verbose = plain();
  verbose.verbose = true;
  EXPECT_GT(to_text(example.findings(), verbose).size(), 4000U);
}

TEST(Text, WhatWasNotReadIsNamedWithItsCommandToPasteAndTakesTheTickAway) {
  auto example = healthy();
  example.input.unreadable = {{"/var/log/journal/abc/*.journal: Permission denied", "sudo unsnag why"}};
  const auto text = to_text(example.findings(), Style{});
  EXPECT_EQ(text.substr(0, 2), "? ") << text;
  EXPECT_TRUE(contains(text, "\n      sudo unsnag why\n")) << text;
  EXPECT_TRUE(contains(to_markdown(example.findings()), "`sudo unsnag why`"));
  EXPECT_TRUE(contains(to_json(example.findings()), "Permission denied: sudo unsnag why\""));
}

TEST(Text, BinaryFilesAreNamedButTakeNoTickAway) {
  auto example = healthy();
  example.input.passed_over = {{"wtmp: a binary file, no text"}, {"btmp: a binary file, no text"}};
  const auto text = to_text(example.findings(), Style{});
  EXPECT_NE(text.substr(0, 2), "? ");
  EXPECT_TRUE(contains(text, "2 binary files")) << text;
  EXPECT_TRUE(contains(to_json(example.findings()), "btmp: a binary file"));
}

}  // namespace
}  // namespace unsnag::report
