// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace unsnag::cli {
namespace {

using namespace std::chrono_literals;

struct Shown {
  std::string err;
  std::chrono::steady_clock::time_point now;
  Surroundings surroundings;
  explicit Shown(bool terminal) {
    surroundings.errors_are_terminal = terminal;
    surroundings.err = [this](std::string_view text) { err += text; };
  }
  ProgressLine::Now clock() {
    return [this] { return now; };
  }
};

TEST(ProgressLine, IsSilentForASecondThenRewritesOneLineAndClearsIt) {
  Shown shown(true);
  {
    ProgressLine line(shown.surroundings, shown.clock());
    shown.now += 900ms;
    line.show("a.log", 1000);
    EXPECT_EQ(shown.err, "");
    shown.now += 200ms;
    line.show("a.log", 412'000'000);
    EXPECT_EQ(shown.err, "\r\x1B[Kreading 412 MB  a.log");
    shown.now += 50ms;
    line.show("b.log", 413'000'000);  // too soon
    EXPECT_FALSE(contains(shown.err, "b.log"));
    shown.now += 100ms;
    line.show("c\x1B[2J.log", 414'000'000);
    EXPECT_FALSE(contains(shown.err, "\x1B[2J"));
  }
  EXPECT_EQ(shown.err.substr(shown.err.size() - 4), "\r\x1B[K");
}

TEST(ProgressLine, WritesNothingWhereNobodyLooks) {
  Shown shown(false);
  {
    ProgressLine line(shown.surroundings, shown.clock());
    shown.now += 10s;
    line.show("a.log", 1000);
  }
  EXPECT_EQ(shown.err, "");
}

TEST(ProgressLine, LeavesNoTraceOfAShortRead) {
  Shown shown(true);
  { ProgressLine line(shown.surroundings, shown.clock()); }
  EXPECT_EQ(shown.err, "");
}

}  // namespace
}  // namespace unsnag::cli
