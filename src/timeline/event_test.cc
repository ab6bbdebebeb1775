// SPDX-License-Identifier: Apache-2.0
#include "timeline/event.h"

#include <gtest/gtest.h>

namespace unsnag::timeline {
namespace {

TEST(Fact, AttributesAreSortedAndReplaced) {
  Fact fact{"unreachable", {}};
  fact.set("how", "refused");
  fact.set("addr", "10.0.0.1:443");
  fact.set("how", "timeout");
  EXPECT_EQ(fact.to_string(), "unreachable(addr=10.0.0.1:443, how=timeout)");
  fact.set("addr", "");
  EXPECT_EQ(fact.to_string(), "unreachable(how=timeout)");
  EXPECT_EQ(fact.get("gone"), "");
}

TEST(Words, GoThereAndBack) {
  for (const auto phase : {Phase::queue, Phase::resolve, Phase::auth, Phase::download, Phase::verify, Phase::unpack, Phase::commit})
    EXPECT_EQ(parse_phase(to_string(phase)), phase);
  for (const auto outcome : {Outcome::ok, Outcome::cached, Outcome::failed, Outcome::cancelled})
    EXPECT_EQ(parse_outcome(to_string(outcome)), outcome);
  EXPECT_FALSE(parse_phase("lunch"));
}

}  // namespace
}  // namespace unsnag::timeline
