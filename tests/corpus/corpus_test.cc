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

/// Bundles are never whole. Without one of its files a case may stay unexplained, but what is said must be true.
TEST_F(Recorded, AMissingFileMakesNothingCertainAndWrong) {
  int asked = 0, right = 0;
  for (const auto& one : cases_)
    for (const auto& entry : std::vector<fs::directory_entry>(fs::directory_iterator(one.folder), {})) {
      const auto aside = fs::path(scratch_) / "aside";
      fs::rename(entry.path(), aside);
      const auto score = measure({one}, [](const Case& left) { return diagnose_target(left.folder); });
      fs::rename(aside, entry.path());
      ++asked;
      right += score.right;
      // docker-007 has a second image, whose name is wrong: that remains when kubelet's log is gone.
      const bool other_image = one.name == "docker-007-ranker-and-mailer" && entry.path().filename() == "kubelet.log";
      EXPECT_TRUE(other_image || score.certain_and_wrong.empty())
          << entry.path() << ": " << fmt::format("{}", fmt::join(score.certain_and_wrong, "\n"));
    }
  EXPECT_GT(asked, 900);
  EXPECT_GE(right, asked * 97 / 100);
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
