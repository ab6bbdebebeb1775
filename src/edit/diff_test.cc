// SPDX-License-Identifier: Apache-2.0
#include "edit/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

namespace unsnag::edit {
namespace {

TEST(UnifiedDiff, IsWhatDiffPrints) {
  EXPECT_EQ(unified_diff("a\n", "a\n", "x"), "");
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n", "etc/x"),
            "--- a/etc/x\n+++ b/etc/x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("", "a\n", "/etc/x"), "--- /dev/null\n+++ /etc/x\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a\n", "", "/etc/x"), "--- /etc/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
  EXPECT_EQ(unified_diff("a", "a\n", "x"), "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
  EXPECT_EQ(unified_diff("a\nb", "c\nb", "x"), "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n");
  EXPECT_EQ(unified_diff("1\n2\n3\n", "1\n2\nx\n3\n", "x", 0), "--- a/x\n+++ b/x\n@@ -2,0 +3 @@\n+x\n");
}

TEST(UnifiedDiff, ChangesFarApartAreHunksOfTheirOwn) {
  std::string before, after;
  for (int i = 0; i < 20; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 2 || i == 10 || i == 16 ? "x" : std::to_string(i)) + "\n";
  }
  const auto diff = unified_diff(before, after, "x");
  EXPECT_THAT(diff, ::testing::HasSubstr("@@ -1,6 +1,6 @@"));
  EXPECT_THAT(diff, ::testing::HasSubstr("@@ -8,13 +8,13 @@"));
}

void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

TEST(UnifiedDiff, PatchMakesTheNewFileOfTheOldOne) {
  if (std::system("command -v patch > /dev/null 2>&1") != 0) GTEST_SKIP() << "patch is not installed";
  const auto folder = std::filesystem::temp_directory_path() / ("unsnag-diff-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  std::mt19937 random(4);
  for (int round = 0; round < 40; ++round) {
    std::string before, after;
    const auto lines = static_cast<int>(1 + random() % 60);
    for (int i = 0; i < lines; ++i) {
      const std::string line = std::to_string(random() % 5) + "\n";
      if (random() % 8 != 0) before += line;
      if (random() % 8 != 0) after += line;
    }
    if (random() % 3 == 0 && !before.empty()) before.pop_back();
    if (random() % 3 == 0 && !after.empty()) after.pop_back();
    if (before.empty() || after.empty() || before == after) continue;
    write(folder / "file", before);
    write(folder / "diff", unified_diff(before, after, "file"));
    const auto command = "cd " + folder.string() + " && patch -s -p1 < diff";
    ASSERT_EQ(std::system(command.c_str()), 0) << unified_diff(before, after, "file");
    std::stringstream made;
    made << std::ifstream(folder / "file", std::ios::binary).rdbuf();
    ASSERT_EQ(made.str(), after);
  }
  std::filesystem::remove_all(folder);
}

TEST(UnifiedDiff, FilesThatHaveNothingInCommonDoNotTakeForever) {
  std::string before, after;
  for (int i = 0; i < 20000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  EXPECT_THAT(unified_diff(before, after, "x"), ::testing::HasSubstr("@@ -1,20000 +1,20000 @@"));
}

}  // namespace
}  // namespace unsnag::edit
