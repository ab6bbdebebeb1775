// SPDX-License-Identifier: Apache-2.0
// Over journals that the real programs wrote (tests/data/journals/README.md).
#include "evidence/journals.h"

#include <iterator>

#include "base/text.h"
#include "evidence/evidence_test_support.h"

namespace unsnag::evidence {
namespace {

class JournalsInEvidence : public Evidence {
 protected:
  void SetUp() override {
    Evidence::SetUp();
    ASSERT_EQ(shell("mkdir -p var/log/journal/abc && cd var/log/journal/abc && xz -dc '" + data("odd.journal.xz") +
                    "' > system@1.journal && xz -dc '" + data("crashed.journal.xz") + "' > system.journal"),
              0);
  }
  static std::string data(const std::string& name) { return std::string(UNSNAG_TEST_DATA) + "/journals/" + name; }
  static std::string lines(const std::string& name) {
    std::ifstream in(data(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(JournalsInEvidence, AFolderOfThemIsOneText) {
  write("a.log", "one");
  ASSERT_TRUE(walk_all(folder_.string()));
  ASSERT_EQ(files_.size(), 2U);
  const auto& text = files_["var/log/journal/abc/system.journal"];
  EXPECT_TRUE(text.ends_with(lines("crashed.txt")));
  EXPECT_TRUE(contains(text, "grüße")) << "and the rotated one before it";
  EXPECT_TRUE(contains(text, "10%\r20%\rdone")) << "what journalctl calls blob data is text to us";
  EXPECT_TRUE(unreadable_.empty());
}

TEST_F(JournalsInEvidence, OneIsReadWhateverItsName) {
  fs::rename(folder_ / "var/log/journal/abc/system.journal", folder_ / "saved.bin");
  const auto path = (folder_ / "saved.bin").string();
  ASSERT_TRUE(walk_all(path));
  EXPECT_EQ(files_[path], lines("crashed.txt"));
}

TEST_F(JournalsInEvidence, InAnArchiveTheyAreReadToo) {
  ASSERT_EQ(shell("gzip var/log/journal/abc/system@1.journal && tar -cJf j.tar.xz var && rm -r var"), 0);
  ASSERT_TRUE(walk_all((folder_ / "j.tar.xz").string()));
  ASSERT_EQ(files_.size(), 1U);
  EXPECT_TRUE(files_["var/log/journal/abc/system.journal"].ends_with(lines("crashed.txt")));
  EXPECT_GT(files_["var/log/journal/abc/system.journal"].size(), 20'000U);
  EXPECT_TRUE(unreadable_.empty());
  files_.clear();
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_.count("j.tar.xz:var/log/journal/abc/system.journal"), 1U);
}

TEST_F(JournalsInEvidence, OneThatBreaksOffInABrokenArchiveIsReadAndTold) {
  ASSERT_EQ(shell("cd var/log/journal/abc && gzip -c system.journal > /dev/null && head -c 8000000 system.journal | gzip > "
                  "../../../../x.gz && rm -r "
                  "../../../../var"),
            0);
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_["x.gz"], lines("crashed.txt"));
  EXPECT_TRUE(contains(unreadable_["x.gz"], "breaks off")) << unreadable_["x.gz"];
}

TEST_F(JournalsInEvidence, GarbageIsNamed) {
  write("g/system.journal", "LPKSHHRH" + std::string(5000, '\0'));
  ASSERT_TRUE(walk_all((folder_ / "g").string()));
  EXPECT_TRUE(contains(unreadable_["system.journal"], "damaged")) << unreadable_["system.journal"];
}

}  // namespace
}  // namespace unsnag::evidence
