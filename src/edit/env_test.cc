// SPDX-License-Identifier: Apache-2.0
#include "edit/env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edit/test_support.h"

namespace unsnag::edit {
namespace {

TEST(Env, IsReadAsSystemdReadsIt) {
  EXPECT_EQ(get_env("A=b c  \n", "A"), "b c");
  EXPECT_EQ(get_env("A=\"b\\\"c\\$d\\x\"\n", "A"), "b\"c$d\\x");
  EXPECT_EQ(get_env("A='b\nc'\n", "A"), "b\nc");
  EXPECT_EQ(get_env("A=b\\\nc\n", "A"), "bc");
  EXPECT_EQ(get_env("# A=1\n; A=2\n  A=3\n", "A"), "3");
  EXPECT_EQ(get_env("A=1\nA=2\n", "A"), "2");
  EXPECT_EQ(get_env("A=\"x\" 'y'\n", "A"), "xy");
  EXPECT_EQ(get_env("A=1\n", "B"), std::nullopt);
}

TEST(SetEnv, KeepsTheQuotesAndExport) {
  EXPECT_EQ(got(set_env("A=1\nB=2\n", "A", "x")), "A=x\nB=2\n");
  EXPECT_EQ(got(set_env("A=1\n", "A", "x y")), "A=\"x y\"\n");
  EXPECT_EQ(got(set_env("A=\"1\"\n", "A", "x")), "A=\"x\"\n");
  EXPECT_EQ(got(set_env("A='1'\n", "A", "x")), "A='x'\n");
  EXPECT_EQ(got(set_env("A='1'\n", "A", "it's")), "A=\"it's\"\n");
  EXPECT_EQ(got(set_env("export A=1\n", "A", "x")), "export A=x\n");
  EXPECT_EQ(got(set_env("A=--a --b\n", "A", "--a --c")), "A=--a --c\n");
  EXPECT_EQ(got(set_env("A=\n", "A", "x")), "A=x\n");
  EXPECT_EQ(got(set_env("A=1\r\nB=2\r\n", "B", "x")), "A=1\r\nB=x\r\n");
  EXPECT_EQ(got(set_env("A=1 \\\n  2\nB=2\n", "A", "x")), "A=x\nB=2\n");
}

TEST(SetEnv, WhatAShellExpandsStays) {
  EXPECT_EQ(got(set_env("A=\"$A --a\"\n", "A", "$A --b")), "A=\"$A --b\"\n");
  EXPECT_EQ(got(set_env("A=\"x\"\n", "A", "$A")), "A=\"\\$A\"\n");
  EXPECT_EQ(got(set_env("", "A", "a$b")), "A=\"a\\$b\"\n");
}

TEST(SetEnv, IsAddedAtTheEnd) {
  EXPECT_EQ(got(set_env("", "A", "x")), "A=x\n");
  EXPECT_EQ(got(set_env("B=1", "A", "x")), "B=1\nA=x");
  EXPECT_EQ(got(set_env("export B=1\n", "A", "x y")), "export B=1\nexport A=\"x y\"\n");
}

TEST(SetEnv, WhatShellsAndSystemdReadDifferentlyIsLeftAlone) {
  EXPECT_EQ(code(set_env("A=1 # one\n", "A", "2")), Errc::unsupported);
  EXPECT_EQ(code(set_env("# c:\\\nA=1\n", "A", "2")), Errc::unsupported);
  EXPECT_EQ(code(set_env("A=\"1\n", "B", "2")), Errc::unsupported) << "a quote without an end swallows what follows";
  EXPECT_EQ(code(set_env("", "A B", "2")), Errc::invalid_argument);
}

TEST(RemoveEnv, TakesAllOfThem) {
  EXPECT_EQ(got(remove_env("A=1\nB=2\nexport A=3\n", "A")), "B=2\n");
  EXPECT_EQ(code(remove_env("B=2\n", "A")), Errc::not_found);
}

TEST(QuoteEnv, ComesBackAsItWas) {
  for (const std::string value : {"", "a", "a b", "a\"b", "a\\", "$x`y`", "'", "\n", " x ", "#", "a=b", "é", "\ttab"})
    EXPECT_EQ(unquote_env(quote_env(value)), value) << quote_env(value);
}

}  // namespace
}  // namespace unsnag::edit
