// SPDX-License-Identifier: Apache-2.0
#include "readers/repeats.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "readers/envelope.h"
#include "readers/log_reader.h"
#include "timeline/json_lines.h"

namespace unsnag::readers {
namespace {

struct Recorder : timeline::Sink {
  std::vector<timeline::Event> events;
  void accept(const timeline::Event& event) noexcept override { events.push_back(event); }
};

std::vector<std::string> read_together(const std::vector<std::string>& lines) {
  Recorder recorder;
  LogReader reader({"x.log", "", ""}, recorder);
  for (const auto& line : lines) reader.feed(line + "\n");
  std::vector<std::string> written;
  for (const auto& event : recorder.events) written.push_back(to_json_line(event));
  return written;
}

/// Each line by a reader of its own, which can remember nothing.
std::vector<std::string> read_apart(const std::vector<std::string>& lines) {
  std::vector<std::string> written;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Recorder recorder;
    LogReader reader({"x.log", "", ""}, recorder);
    reader.feed(lines[i] + "\n");
    for (auto& event : recorder.events) {
      event.origin.line = i + 1;
      written.push_back(to_json_line(event));
    }
  }
  return written;
}

struct LinesCase {
  const char* name;
  std::vector<std::string> lines;
};

void PrintTo(const LinesCase& c, std::ostream* out) { *out << c.name; }

class RepeatedLines : public ::testing::TestWithParam<LinesCase> {};

TEST_P(RepeatedLines, SayWhatEachOfThemSaysAlone) {
  const auto& lines = GetParam().lines;
  const auto apart = read_apart(lines);
  ASSERT_FALSE(apart.empty());
  EXPECT_EQ(read_together(lines), apart);
}

std::vector<std::string> at(const std::vector<std::string>& times, const std::string& before, const std::string& after) {
  std::vector<std::string> lines;
  for (const auto& time : times) lines.push_back(before + time + after);
  return lines;
}

const std::string k_back_off =
    R"( 4496 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"app\" with ImagePullBackOff: \"Back-off pulling image \\\"registry.example/app:1\\\"\"" pod="shop/app-1" podUID=1)";
const std::vector<std::string> k_klog_times{"1124 07:06:23.184511", "1124 07:06:33.000000", "1124 07:06:59.999999", "1231 23:59:59.123456"};
const std::string k_cancel = R"(" level=error msg="cancel pulling image registry.example/data/lake:9 because of no progress in 5m0s")";
const std::vector<std::string> k_full_times{"2026-11-24T06:57:13.554705904Z", "2026-11-24T06:58:13.554705905Z",
                                            "2026-11-25T00:00:00.000000001Z"};

INSTANTIATE_TEST_SUITE_P(
    Cases, RepeatedLines,
    ::testing::Values(
        LinesCase{"klog", at(k_klog_times, "E", k_back_off)}, LinesCase{"logfmt", at(k_full_times, "time=\"", k_cancel)},
        LinesCase{"journal_around_klog", at({"1124 07:06:23.184511", "1124 07:06:33.000000", "1124 07:06:43.000000"},
                                            "Nov 24 07:06:23 node-1 kubelet[19302]: E", k_back_off)},
        LinesCase{"journal_around_logfmt", at(k_full_times, "Nov 24 06:57:13 node-1 containerd[99]: time=\"", k_cancel)},
        LinesCase{"container_log_around_logfmt", at(k_full_times, "2026-11-24T06:57:14.1Z stderr F time=\"", k_cancel)},
        LinesCase{"a_time_that_is_none",
                  {"E1124 07:06:23.184511" + k_back_off, "E1124 07:06:24.184511" + k_back_off, "E1199 97:06:25.184511" + k_back_off}},
        LinesCase{
            "a_secret",
            at(k_full_times, "time=\"",
               R"(" level=error msg="failed to pull image: Get \"https://user:hunter22@registry.example/v2/\": dial tcp 10.0.0.1:443: connect: connection refused")")},
        LinesCase{"another_level",
                  {"E1124 07:06:23.184511" + k_back_off, "E1124 07:06:23.184511" + k_back_off, "W1124 07:06:23.184511" + k_back_off}}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Repeats, ALineThatDiffersBesidesItsTimeIsAnother) {
  Repeats repeats;
  const std::string first = "E1124 07:06:23.184511 17 a.go:1] one", later = "E1124 08:00:00.000000 17 a.go:1] one",
                    other = "E1124 07:06:23.184511 17 a.go:1] two";
  const auto a = read_timed(first), b = read_timed(later), c = read_timed(other);
  ASSERT_TRUE(a && b && c);
  EXPECT_FALSE(repeats.seen(*a));
  EXPECT_TRUE(repeats.seen(*b));
  repeats.learn(*a, {}, true, true);
  EXPECT_NE(repeats.find(*b), nullptr);
  EXPECT_EQ(repeats.find(*c), nullptr);
}

TEST(Repeats, ItsTimeIsTheOneThatPeelWouldChoose) {
  for (const std::string line : {"E1124 07:06:23.184511    4496 a.go:1] x", R"(time="2026-11-24T06:57:13.5+01:00" level=info msg=x)",
                                 "Nov 24 07:06:23 node-1 kubelet[1]: E1124 07:06:24.184511    4496 a.go:1] x",
                                 R"(Nov 24 07:06:23 node-1 containerd[1]: time="2026-11-24T06:57:13.5Z" level=info msg=x)",
                                 "2026-11-24T06:57:13+0000 node-1 kubelet[1]: E1124 07:06:24.184511    4496 a.go:1] x"}) {
    const auto timed = read_timed(line);
    ASSERT_TRUE(timed) << line;
    EXPECT_EQ(timed->when.at, peel(line).when.at) << line;
  }
}

TEST(Repeats, LinesWithoutATimeAreNotRemembered) {
  EXPECT_FALSE(read_timed("Back-off pulling image"));
  EXPECT_FALSE(read_timed(""));
  EXPECT_FALSE(read_timed("E1124 07:06:23.184511 " + std::string(100'000, 'x')));
}

}  // namespace
}  // namespace unsnag::readers
