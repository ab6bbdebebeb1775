// SPDX-License-Identifier: Apache-2.0
#include "edit/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edit/test_support.h"

namespace unsnag::edit {
namespace {

TEST(Flag, IsReadInEveryForm) {
  EXPECT_EQ(get_flag("/k --a=1 --b=2", "b"), "2");
  EXPECT_EQ(get_flag("/k --a 1", "a"), "1");
  EXPECT_EQ(get_flag("-a=1", "a"), "1");
  EXPECT_EQ(get_flag("--a=1 --a=2", "a"), "2");
  EXPECT_EQ(get_flag("\"--a=x y\"", "a"), "x y");
  EXPECT_EQ(get_flag("--a=\"x y\"", "a"), "x y");
  EXPECT_EQ(get_flag("--a --b", "a"), "true");
  EXPECT_EQ(get_flag("--ab=1", "a"), std::nullopt);
}

TEST(SetFlag, KeepsTheFormOfTheFlag) {
  EXPECT_EQ(got(set_flag("/k --a=1  --b=2", "a", "9")), "/k --a=9  --b=2");
  EXPECT_EQ(got(set_flag("/k --a 1 --b", "a", "9")), "/k --a 9 --b");
  EXPECT_EQ(got(set_flag("-a=1", "a", "9")), "-a=9");
  EXPECT_EQ(got(set_flag("--a=1 --a=2", "a", "9")), "--a=1 --a=9");
  EXPECT_EQ(got(set_flag("\"--a=x y\" b", "a", "z")), "\"--a=z\" b");
  EXPECT_EQ(got(set_flag("--a='x y' b", "a", "z w")), "--a='z w' b");
  EXPECT_EQ(got(set_flag("--a --b", "a", "false")), "--a=false --b");
  EXPECT_EQ(got(set_flag("--a=1", "a", "x y")), "--a=\"x y\"");
  EXPECT_EQ(got(set_flag("--a=1", "a", "x y", Words::shell)), "--a='x y'");
}

TEST(SetFlag, IsAppended) {
  EXPECT_EQ(got(set_flag("", "a", "1")), "--a=1");
  EXPECT_EQ(got(set_flag("/k --b ", "a", "1")), "/k --b --a=1 ");
  EXPECT_EQ(got(set_flag("$KUBELET_ARGS", "a", "1")), "$KUBELET_ARGS --a=1");
}

TEST(SetFlag, WhatAShellPutsTogetherIsLeftAlone) {
  EXPECT_EQ(code(set_flag("--a=$X", "a", "1", Words::shell)), Errc::unsupported);
  EXPECT_EQ(got(set_flag("--a=$X --b=1", "b", "2", Words::shell)), "--a=$X --b=2");
  EXPECT_EQ(code(set_flag("--a='x", "b", "2", Words::shell)), Errc::malformed);
  EXPECT_EQ(code(set_flag("--a", "b", "2\n")), Errc::invalid_argument);
}

TEST(RemoveFlag, TakesAllOfThemAndTheirValues) {
  EXPECT_EQ(got(remove_flag("/k --a=1 --b --a 2", "a")), "/k --b");
  EXPECT_EQ(got(remove_flag("--a=1 --b", "a")), "--b");
  EXPECT_EQ(code(remove_flag("--b", "a")), Errc::not_found);
}

}  // namespace
}  // namespace unsnag::edit
