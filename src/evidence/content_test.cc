// SPDX-License-Identifier: Apache-2.0
#include "evidence/content.h"

#include <filesystem>
#include <map>

#include "base/text.h"
#include "evidence/evidence_test_support.h"

namespace unsnag::evidence {
namespace {

using Texts = std::map<std::string, std::string>;

class Content : public Evidence {};

TEST_F(Content, ATarIsReadInPlaceHoweverItIsCompressed) {
  write("bundle/kubelet/kubelet.log", "hello\n");
  ASSERT_EQ(
      shell("tar -cf a.tar bundle && tar -czf a.tar.gz bundle && tar -cJf a.tar.xz bundle && tar -cjf a.tar.bz2 bundle && rm -r bundle"),
      0);
  for (const auto* name : {"a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"}) {
    files_.clear();
    ASSERT_TRUE(walk_all((folder_ / name).string())) << name;
    EXPECT_EQ(files_, (Texts{{"bundle/kubelet/kubelet.log", "hello\n"}})) << name;
  }
}

TEST_F(Content, ACompressedLogIsReadUnderItsOwnName) {
  write("kubelet.log.1", "rotated\n");
  ASSERT_EQ(shell("gzip kubelet.log.1"), 0);
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_, (Texts{{"kubelet.log.1.gz", "rotated\n"}}));
  files_.clear();
  const auto path = (folder_ / "kubelet.log.1.gz").string();
  ASSERT_TRUE(walk_all(path));
  EXPECT_EQ(files_, (Texts{{path, "rotated\n"}}));
}

TEST_F(Content, ARotatedLogInABundleIsRead) {
  write("b/kubelet.log", "now\n");
  write("b/kubelet.log.1", "then\n");
  write("b/kubelet.log.2", "before\n");
  ASSERT_EQ(shell("gzip b/kubelet.log.1 && xz b/kubelet.log.2 && tar -czf b.tar.gz b && rm -r b"), 0);
  ASSERT_TRUE(walk_all((folder_ / "b.tar.gz").string()));
  EXPECT_EQ(files_, (Texts{{"b/kubelet.log", "now\n"}, {"b/kubelet.log.1.gz", "then\n"}, {"b/kubelet.log.2.xz", "before\n"}}));
  EXPECT_TRUE(unreadable_.empty());
}

TEST_F(Content, AnArchiveInAnArchiveIsRead) {
  write("n/a.log", "one");
  write("o.txt", "two");
  ASSERT_EQ(shell("gzip n/a.log && tar -czf node.tar.gz n && tar -cJf all.tar.xz node.tar.gz o.txt && rm -r n node.tar.gz o.txt"), 0);
  ASSERT_TRUE(walk_all((folder_ / "all.tar.xz").string()));
  EXPECT_EQ(files_, (Texts{{"node.tar.gz:n/a.log.gz", "one"}, {"o.txt", "two"}}));
  files_.clear();
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_, (Texts{{"all.tar.xz:node.tar.gz:n/a.log.gz", "one"}, {"all.tar.xz:o.txt", "two"}}));
}

TEST_F(Content, ArchivesWithoutEndAreNotFollowed) {
  write("a.log", "one");
  ASSERT_EQ(shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do gzip -c a.log > b && mv b a.log; done"), 0);
  const auto walked = walk_all((folder_ / "a.log").string());
  ASSERT_FALSE(walked);
  EXPECT_TRUE(contains(walked.error().detail, "too deep"));
}

// Made with Python's zipfile: a.log, stored.
TEST_F(Content, AZipIsRead) {
  const std::string_view zip(
      "PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00\x86\xa6\x10"
      "6\x05\x00\x00\x00\x05\x00\x00\x00\x05\x00\x00\x00"
      "a.loghello"
      "PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x00\x00!\x00\x86\xa6\x10"
      "6\x05\x00\x00\x00\x05\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00"
      "a.log"
      "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"
      "3\x00\x00\x00(\x00\x00\x00\x00\x00",
      113);
  write("a.zip", std::string(zip));
  ASSERT_TRUE(walk_all((folder_ / "a.zip").string()));
  EXPECT_EQ(files_, (Texts{{"a.log", "hello"}}));
}

TEST_F(Content, ATextThatBeginsLikeAnArchiveIsAText) {
  write("a.log", "BZhello, a text\n");
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_, (Texts{{"a.log", "BZhello, a text\n"}}));
  EXPECT_TRUE(unreadable_.empty()) << unreadable_.begin()->second;
}

TEST_F(Content, WhatNothingHereUnpacksIsNamedWithWhatDoes) {
  write("b.7z", "7z\xbc\xaf\x27\x1c and more");
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_TRUE(files_.empty());
  EXPECT_TRUE(contains(unreadable_["b.7z"], "7z x")) << unreadable_["b.7z"];
}

TEST_F(Content, ACutArchiveIsReadAsFarAsItGoes) {
  write("bundle/a.log", std::string(200'000, 'a'));
  write("bundle/b.log", std::string(200'000, 'b'));
  ASSERT_EQ(shell("tar --sort=name -cf whole.tar bundle && head -c 300000 whole.tar > cut.tar"), 0);
  ASSERT_TRUE(walk_all((folder_ / "cut.tar").string()));
  EXPECT_EQ(files_["bundle/a.log"].size(), 200'000U);
  EXPECT_GT(files_["bundle/b.log"].size(), 90'000U);
  EXPECT_FALSE(unreadable_.empty());
}

TEST_F(Content, ACutLogIsReadToItsLastByte) {
  std::string text;
  for (std::size_t i = 0; text.size() < 3'000'000; ++i) text += "line " + std::to_string(i * 7919 % 100003) + "\n";
  write("a.log", text);
  ASSERT_EQ(shell("gzip a.log && head -c -1000 a.log.gz > cut.gz && head -c 300 a.log.gz > short.gz"), 0);
  ASSERT_TRUE(walk_all((folder_ / "cut.gz").string()));
  auto got = files_.begin()->second;
  EXPECT_GT(got.size(), text.size() - 20'000) << "deflate holds back no more than a block's end";
  EXPECT_EQ(text.substr(0, got.size()), got);
  files_.clear();
  ASSERT_TRUE(walk_all((folder_ / "short.gz").string()));
  got = files_.begin()->second;
  EXPECT_GT(got.size(), 100U);
  EXPECT_EQ(text.substr(0, got.size()), got);
}

TEST_F(Content, GzipInPartsAndWithPaddingIsReadWhole) {
  write("a.log", "one\n");
  write("b.log", "two\n");
  ASSERT_EQ(shell("gzip a.log b.log && { cat a.log.gz b.log.gz; head -c 700 /dev/zero; } > c.gz && rm a.log.gz b.log.gz"), 0);
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_EQ(files_, (Texts{{"c.gz", "one\ntwo\n"}}));
}

TEST_F(Content, AnEmptyCompressedLogIsEmpty) {
  write("a.log", "");
  write("b.log", "");
  ASSERT_EQ(shell("gzip a.log && xz b.log"), 0);
  ASSERT_TRUE(walk_all(folder_.string()));
  EXPECT_TRUE(unreadable_.empty()) << unreadable_.begin()->second;
}

TEST_F(Content, ABudgetIsForAllPartsOfABomb) {
  Budget budget{3, 1000};
  ASSERT_TRUE(budget.take(600));
  ASSERT_FALSE(budget.take(600));
  EXPECT_FALSE(budget.take(1)) << "what was too much stays too much";
}

}  // namespace
}  // namespace unsnag::evidence
