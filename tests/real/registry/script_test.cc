// SPDX-License-Identifier: Apache-2.0
#include "real/registry/script.h"

#include <fstream>

#include <gtest/gtest.h>

namespace fake {
namespace {

TEST(FaultScript, EachRequestTakesAStepAndTheLastIsForEver) {
  const auto path = ::testing::TempDir() + "fault-script-test";
  std::ofstream(path) << "# a comment\nregistry.example/shop/web manifest=503*2->ok tag=big\n";
  Faults faults;
  std::string why;
  ASSERT_TRUE(faults.load(path, why)) << why;
  std::string seen;
  for (int i = 0; i < 5; ++i) seen += faults.next("registry.example/shop/web", "manifest").act == Step::Act::status ? 'x' : '.';
  EXPECT_EQ(seen, "xx...");
  EXPECT_EQ(faults.next("registry.example/shop/web", "blob").act, Step::Act::ok);
  EXPECT_EQ(faults.setting("registry.example/shop/web", "tag"), "big");
}

TEST(FaultScript, APingFindsTheAuthOfItsHostOnly) {
  const auto path = ::testing::TempDir() + "fault-script-auth-test";
  std::ofstream(path) << "a.example/x auth=basic\nab.example/y tag=z\n";
  Faults faults;
  std::string why;
  ASSERT_TRUE(faults.load(path, why)) << why;
  EXPECT_EQ(faults.auth_of_host("a.example"), "basic");
  EXPECT_EQ(faults.auth_of_host("ab.example"), "");
  EXPECT_EQ(faults.auth_of_host("a.exampl"), "");
}

TEST(FaultScript, NumbersAndUrlsAreTaken) {
  const auto steps = parse_script("cut(20000)->redirect(https://blobs.example:1)->429");
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 3U);
  EXPECT_EQ((*steps)[0].number, 20000);
  EXPECT_EQ((*steps)[1].text, "https://blobs.example:1");
  EXPECT_EQ((*steps)[2].number, 429);
}

TEST(FaultScript, WhatIsNoScriptIsRefused) {
  for (const auto* text : {"", "okay", "200", "cut", "cut()", "cut(x)", "503*0", "503*", "ok->", "->ok", "flip(-1)"})
    EXPECT_FALSE(parse_script(text)) << text;
}

}  // namespace
}  // namespace fake
