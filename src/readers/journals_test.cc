// SPDX-License-Identifier: Apache-2.0
#include "readers/journals.h"

#include <gtest/gtest.h>

namespace unsnag::readers {
namespace {

TEST(Journals, OneIsNamedWithItsCommand) {
  Journals journals;
  journals.add("abc/system.journal", "logs/abc/system.journal");
  const auto all = journals.take();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(to_string(all.front()),
            "abc/system.journal: a binary file of the journal, which only journalctl can read: "
            "journalctl --file logs/abc/system.journal | unsnag why");
}

TEST(Journals, AFolderOfThemIsNamedOnce) {
  Journals journals;
  journals.add("abc/system.journal", "/var/log/journal/abc/system.journal");
  journals.add("abc/system@1.journal", "/var/log/journal/abc/system@1.journal");
  const auto all = journals.take();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(to_string(all.front()),
            "abc: 2 binary files of the journal, which only journalctl can read: "
            "journalctl -D /var/log/journal/abc | unsnag why");
}

TEST(Journals, InAnArchiveItMustBeUnpackedFirst) {
  Journals journals;
  journals.add("b/system.journal", "");
  const auto all = journals.take();
  EXPECT_EQ(all.front().why.detail, "a binary file of the journal, which only journalctl can read, once it is unpacked");
  EXPECT_EQ(all.front().command, "journalctl --file FILE | unsnag why");
}

TEST(Journals, ANameThatAShellObeysIsInNoCommand) {
  Journals journals;
  journals.add("x/$(id).journal", "x/$(id).journal");
  journals.add("y/-z.journal", "-z.journal");
  for (const auto& unread : journals.take()) EXPECT_EQ(unread.command, "journalctl --file FILE | unsnag why");
}

}  // namespace
}  // namespace unsnag::readers
