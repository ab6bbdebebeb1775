// SPDX-License-Identifier: Apache-2.0
// What is collected is redacted before it is written. That must not cost the verdict: every incident and every recorded folder
// is explained afterwards as it was before, and with stand-ins for names and addresses by the same cause.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "base/redact.h"
#include "corpus/corpus.h"
#include "redaction/redactor.h"

namespace unsnag::corpus {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> verdicts(const diagnose::Diagnosis& diagnosis) {
  std::vector<std::string> said;
  for (const auto& verdict : diagnosis.verdicts)
    said.push_back(fmt::format("{} ({})", verdict.cause, diagnose::to_string(verdict.confidence)));
  return said;
}

std::vector<std::string> causes(const diagnose::Diagnosis& diagnosis) {
  std::vector<std::string> said;
  for (const auto& verdict : diagnosis.verdicts) said.push_back(verdict.cause);
  return said;
}

std::string in_lines(const Case& one) { return in_envelope(one.lines, "plain"); }

TEST(Redacted, IncidentsAreExplainedAsBefore) {
  for (const auto& one : incidents()) {
    const auto text = in_lines(one);
    EXPECT_EQ(verdicts(diagnose_paste(redaction::redact_text(text))), verdicts(diagnose_paste(text))) << one.name;
  }
}

TEST(Redacted, IncidentsWithStandInsHaveTheSameCause) {
  for (const auto& one : incidents()) {
    const auto text = in_lines(one);
    redaction::StandIns stand_ins;
    // A paste that a terminal broke at its width may be put together less surely when its names have other lengths.
    EXPECT_EQ(causes(diagnose_paste(redaction::redact_text(text, {&stand_ins}))), causes(diagnose_paste(text))) << one.name;
  }
}

class RedactedFolders : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto name = (fs::temp_directory_path() / "unsnag-redacted-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    scratch_ = name;
    cases_ = recorded(scratch_);
  }
  static void TearDownTestSuite() { fs::remove_all(scratch_); }

  /// The folder's copy as it is collected.
  static std::string copy(const Case& one, redaction::Options options) {
    const auto target = fs::path(scratch_) / "copy";
    fs::remove_all(target);
    for (const auto& entry : fs::recursive_directory_iterator(one.folder)) {
      if (!entry.is_regular_file()) continue;
      const auto path = fs::relative(entry.path(), one.folder);
      fs::create_directories((target / path).parent_path());
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text(std::istreambuf_iterator<char>(in), {});
      std::ofstream(target / path, std::ios::binary) << redaction::redact_text(text, options, "/" + path.string());
    }
    return target.string();
  }

  static std::string scratch_;
  static std::vector<Case> cases_;
};
std::string RedactedFolders::scratch_;
std::vector<Case> RedactedFolders::cases_;

TEST_F(RedactedFolders, WhatIsPassedOverHoldsNoSecretAndCutsAnywhereChangeNothing) {
  std::mt19937 random(20261124);  // NOLINT(cert-msc51-cpp): the same each time
  const auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(1, most)(random); };
  for (const auto& one : cases_)
    for (const auto& entry : fs::recursive_directory_iterator(one.folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text(std::istreambuf_iterator<char>(in), {});
      for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = std::string_view(text).substr(at, end - at);
        if (next_suspect(line) == std::string_view::npos) {
          EXPECT_FALSE(has_secret_unfiltered(line)) << line;
        }
        // So that what the filter sees begins and ends anywhere.
        const auto rest = line.substr(std::min(line.size(), up_to(40)));
        if (next_suspect(rest) == std::string_view::npos) {
          EXPECT_FALSE(has_secret_unfiltered(rest)) << rest;
        }
        at = end + 1;
      }
      std::string pieces;
      redaction::Redactor redactor;
      const auto most = up_to(1 + text.size());
      for (std::size_t at = 0; at < text.size();) {
        const auto piece = std::string_view(text).substr(at, up_to(most));
        redactor.feed(piece, pieces);
        at += piece.size();
      }
      redactor.end(pieces);
      EXPECT_TRUE(pieces == redaction::redact_text(text)) << entry.path();
    }
}

TEST_F(RedactedFolders, AreExplainedAsBefore) {
  for (const auto& one : cases_) EXPECT_EQ(verdicts(diagnose_target(copy(one, {}))), verdicts(diagnose_target(one.folder))) << one.name;
}

TEST_F(RedactedFolders, WithStandInsAreExplainedAsBefore) {
  for (const auto& one : cases_) {
    redaction::StandIns stand_ins;
    EXPECT_EQ(verdicts(diagnose_target(copy(one, {&stand_ins}))), verdicts(diagnose_target(one.folder))) << one.name;
  }
}

}  // namespace
}  // namespace unsnag::corpus
