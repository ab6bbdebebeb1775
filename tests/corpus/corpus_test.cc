// SPDX-License-Identifier: Apache-2.0
// How often the diagnosis names the true cause of incidents whose cause is known, and that what it calls certain is
// never wrong. The floors are the project's promise; falling below one is a bug.
#include "corpus/corpus.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace unsnag::corpus {
namespace {

namespace fs = std::filesystem;

void expect_at_least(double floor, const Score& score) {
  fmt::print("{} of {} right ({:.1f} %), {} certain\n", score.right, score.all, 100 * score.share(), score.certain);
  EXPECT_GE(score.share(), floor) << fmt::format("{}", fmt::join(score.wrong, "\n"));
  EXPECT_TRUE(score.certain_and_wrong.empty()) << fmt::format("{}", fmt::join(score.certain_and_wrong, "\n"));
  EXPECT_GT(score.all, 50);
}

class Pasted : public ::testing::TestWithParam<const char*> {};

TEST_P(Pasted, IncidentsAreExplainedInEveryEnvelope) {
  expect_at_least(0.97, measure(incidents(), [&](const Case& one) { return diagnose_paste(in_envelope(one.lines, GetParam())); }));
}

INSTANTIATE_TEST_SUITE_P(Envelopes, Pasted, ::testing::Values("plain", "crlf", "quoted", "journal", "journal-json", "docker-json"),
                         [](const auto& param) {
                           std::string name = param.param;
                           for (auto& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

/// Unpacks the recordings once for all tests of the suite.
class Recorded : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto name = (fs::temp_directory_path() / "unsnag-corpus-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    scratch_ = name;
    cases_ = recorded(scratch_);
  }
  static void TearDownTestSuite() { fs::remove_all(scratch_); }

  static std::string text_of(const Case& one, std::initializer_list<const char*> names) {
    std::string text;
    for (const auto* name : names) {
      std::ifstream in(fs::path(one.folder) / name, std::ios::binary);
      text.append(std::istreambuf_iterator<char>(in), {});
    }
    return text;
  }

  static std::string scratch_;
  static std::vector<Case> cases_;
};
std::string Recorded::scratch_;
std::vector<Case> Recorded::cases_;

TEST_F(Recorded, WholeFoldersAreExplained) {
  expect_at_least(0.97, measure(cases_, [](const Case& one) { return diagnose_target(one.folder); }));
}

TEST_F(Recorded, DescribeAloneIsExplainedWhereItSuffices) {
  auto cases = cases_;
  cases.erase(std::remove_if(cases.begin(), cases.end(), [](const Case& one) { return !one.describe_suffices; }), cases.end());
  expect_at_least(0.99, measure(cases, [](const Case& one) { return diagnose_paste(text_of(one, {"describe.txt"})); }));
}

TEST_F(Recorded, LogsAloneAreExplainedWhereTheySuffice) {
  const auto logs = [](const Case& one) {
    return text_of(one, {"kubelet.log", "containerd.log", "dockerd.log", "crio.log", "cri-dockerd.log", "dmesg.txt"});
  };
  auto cases = cases_;
  cases.erase(std::remove_if(cases.begin(), cases.end(), [&](const Case& one) { return !one.logs_suffice || logs(one).empty(); }),
              cases.end());
  expect_at_least(0.97, measure(cases, [&](const Case& one) { return diagnose_paste(logs(one)); }));
}

}  // namespace
}  // namespace unsnag::corpus
