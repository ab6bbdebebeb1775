// SPDX-License-Identifier: Apache-2.0
#include "report/cause_page.h"

#include <gtest/gtest.h>

namespace unsnag::report {
namespace {

const diagnose::CausePage k_page{"disk-full", "No space on the file system that matters",
                                 "A pull writes twice:\nthe blob, then the files.\n\n- one\n- two", "df -h", ""};

TEST(CausePage, TextWrapsAndLeavesOutWhatIsEmpty) {
  EXPECT_EQ(page_to_text(k_page, Style{}),
            "disk-full\n  No space on the file system that matters\n\n  what it is\n    A pull writes twice: the blob, then the files.\n\n "
            "   - one\n    - two\n\n  how to tell\n    df -h\n");
}

TEST(CausePage, MarkdownKeepsTheTextAsWritten) {
  const auto text = page_to_markdown(k_page);
  EXPECT_EQ(text.substr(0, 55), "# disk-full\n\nNo space on the file system that matters.\n");
  EXPECT_NE(text.find("the blob, then the files.\n\n- one\n- two"), std::string::npos);
  EXPECT_EQ(text.find("What to do"), std::string::npos);
  EXPECT_NE(text.find("causes/disk-full.toml"), std::string::npos);
}

TEST(CausePage, ListsAreAligned) {
  const std::vector<diagnose::CausePage> pages{{"a", "First", "", "", ""}, {"image-verification-of-credentials", "Second", "", "", ""}};
  EXPECT_EQ(pages_to_text(pages, Style{}), "a                         First\nimage-verification-of-credentials\n  Second\n");
  EXPECT_NE(pages_to_markdown(pages).find("| [a](a.md) | First |"), std::string::npos);
}

}  // namespace
}  // namespace unsnag::report
