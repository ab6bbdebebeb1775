// SPDX-License-Identifier: Apache-2.0
#include "cli/surroundings.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/commands.h"

namespace unsnag::cli {
namespace {

TEST(Surroundings, ColourFollowsTheOptionThenTheTerminal) {
  Surroundings surroundings;
  const struct {
    const char* option;
    bool may, expected;
  } cases[] = {{"auto", false, false}, {"auto", true, true}, {"always", false, true}, {"never", true, false}};
  for (const auto& one : cases) {
    surroundings.may_colour = one.may;
    EXPECT_EQ(style_for(surroundings, one.option, false).colour, one.expected) << one.option;
  }
}

TEST(Complaint, HasTheHousesFivePartsAndLeavesOutWhatIsEmpty) {
  std::string err;
  Surroundings surroundings;
  surroundings.err = [&](std::string_view text) { err += text; };
  EXPECT_EQ(complain(surroundings, {"can't read a.tar", "truncated", "a.tar", "", "fetch it again"}), k_wrong_use);
  EXPECT_EQ(err, "unsnag: can't read a.tar\n  why     truncated\n  where   a.tar\n  next    fetch it again\n");
}

}  // namespace
}  // namespace unsnag::cli
