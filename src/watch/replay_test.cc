// SPDX-License-Identifier: Apache-2.0
// Real streams: what Docker told kubelet, and what kubelet's watchdog made of it. tests/data/watch/README.md.
#include <charconv>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "watch/watchdog.h"

namespace unsnag::watch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

nanoseconds parse_seconds(std::string_view text) {
  const auto dot = text.find('.');
  std::int64_t whole = 0, thousandths = 0;
  std::from_chars(text.data(), text.data() + dot, whole);
  std::from_chars(text.data() + dot + 1, text.data() + text.size(), thousandths);
  return seconds{whole} + milliseconds{thousandths};
}

/// The pulls of one recording, by number.
std::map<int, Stream> load(const std::string& name) {
  std::ifstream file(std::string(UNSNAG_TEST_DATA "/watch/") + name + ".tsv");
  EXPECT_TRUE(file.good()) << name;
  std::map<int, Stream> pulls;
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    const auto first = line.find('\t'), second = line.find('\t', first + 1);
    Stream& stream = pulls[std::stoi(line.substr(0, first))];
    const auto at = parse_seconds(std::string_view(line).substr(first + 1, second - first - 1));
    const std::string_view text = std::string_view(line).substr(second + 1);
    if (text.starts_with("> ")) {
      stream.begin = at;
    } else if (text.starts_with("= ")) {
      stream.end = at;
      if (stream.ending == Ending::open) stream.ending = text == "= complete" ? Ending::finished : Ending::cancelled;
    } else if (text.starts_with("! ")) {
      if (text != "! context canceled") stream.ending = Ending::failed;
    } else {
      // The reporter starts when Docker answers, which it does with its first message.
      if (stream.reports.empty()) stream.begin = at;
      stream.reports.push_back(parse_docker_progress(text, at));
    }
  }
  return pulls;
}

Rule dockershim(std::string_view version, nanoseconds limit) {
  Rule rule = rule_for("kubelet", version).value();
  rule.limit = limit;
  return rule;
}

constexpr std::string_view k_full = "ffbe58723881: Extracting [==================================================>]  86.72MB/86.72MB";

struct Cancelled {
  const char* name;
  int pull;
  const char* version;
  seconds limit;
  std::uint64_t look;
  milliseconds silent;     // as truth.json of the recording says, to 0.1 s
  std::string_view words;  // kubelet's "latest progress"
};

TEST(Replay, DockershimCancelsAtTheLookWhereKubeletDid) {
  const std::vector<Cancelled> cases{
      {"001-ranker-default-deadline", 1, "v1.20.15", seconds{60}, 13, milliseconds{66000}, k_full},
      {"001-ranker-default-deadline", 2, "v1.20.15", seconds{60}, 13, milliseconds{60500}, k_full},
      {"004-ranker-20s", 1, "v1.20.15", seconds{20}, 9, milliseconds{22500}, k_full},
      {"004-ranker-20s", 2, "v1.20.15", seconds{20}, 2, milliseconds{20000}, "2f79e20ea2f4: Already exists "},
      {"007-ranker-and-mailer", 1, "v1.20.15", seconds{60}, 16, milliseconds{69900}, k_full},
      {"012-detector-2m", 1, "v1.20.15", seconds{120}, 24, milliseconds{122700}, k_full},
      {"302-detector-117", 1, "v1.17.5", seconds{60}, 14, milliseconds{60800}, k_full},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.name << " pull " << c.pull);
    const Stream stream = load(c.name).at(c.pull);
    const Verdict verdict = judge(stream, dockershim(c.version, c.limit), stream.end);
    ASSERT_EQ(verdict.fate, Fate::cancelled);
    EXPECT_EQ(verdict.look, c.look);
    // kubelet hung up within k_jitter of that look.
    EXPECT_LE(*verdict.cancels_at, stream.end);
    EXPECT_GE(*verdict.cancels_at + k_jitter, stream.end);
    EXPECT_LE(verdict.silent_for, c.silent + milliseconds{60});
    EXPECT_GE(verdict.silent_for, c.silent - milliseconds{60});
    ASSERT_TRUE(verdict.last_report);
    EXPECT_EQ(stream.reports.at(*verdict.last_report).words, c.words);
    // Only the second pull of 004 was equally long silent as the limit allows.
    EXPECT_EQ(verdict.on_the_edge, c.silent == c.limit);
  }
}

struct Survived {
  const char* name;
  int pull;
  seconds limit;
};

TEST(Replay, DockershimSparesWhatKubeletSpared) {
  const std::vector<Survived> cases{
      {"007-ranker-and-mailer", 6, seconds{60}},   {"012-detector-2m", 2, seconds{120}},     {"121-sensor-hub", 1, seconds{60}},
      {"121-sensor-hub", 2, seconds{60}},          {"124-tileserver", 1, seconds{60}},       {"124-tileserver", 2, seconds{60}},
      {"127-runner-cut", 1, seconds{60}},          {"127-runner-cut", 2, seconds{60}},       {"133-runner-trickle", 1, seconds{60}},
      {"137-runner-redirect", 1, seconds{60}},     {"201-detector-healthy", 1, seconds{60}}, {"204-detector-10m", 1, seconds{600}},
      {"210-detector-late-start", 1, seconds{60}}, {"302-detector-117", 2, seconds{60}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.name << " pull " << c.pull);
    const Stream stream = load(c.name).at(c.pull);
    const Verdict verdict = judge(stream, dockershim("1.20", c.limit), stream.end);
    EXPECT_EQ(verdict.fate, Fate::ended);
    EXPECT_FALSE(verdict.cancels_at);
  }
}

TEST(Replay, TheCuredPullWouldHaveDiedUnderTheDefault) {
  const Stream stream = load("204-detector-10m").at(1);
  const Verdict verdict = judge(stream, dockershim("1.23", seconds{60}), stream.end);
  EXPECT_EQ(verdict.fate, Fate::cancelled);
  // 88.88 s of silence, of which the last look before its end found 86.59 s.
  const Deadline deadline = smallest_deadline(stream, dockershim("1.23", seconds{600}), stream.end);
  EXPECT_EQ(deadline.kind, Deadline::Kind::enough);
  EXPECT_EQ(deadline.value, seconds{87});
  EXPECT_EQ(deadline.for_any_looks, seconds{89});
  ASSERT_TRUE(deadline.before);
  EXPECT_EQ(stream.reports.at(*deadline.before).words, k_full);
}

TEST(Replay, CriDockerdsSpareSavesWhatDockershimCancels) {
  for (const char* name : {"001-ranker-default-deadline", "007-ranker-and-mailer", "302-detector-117"}) {
    const Stream stream = load(name).at(1);
    Rule before = rule_for("cri-dockerd", "0.3.14").value();
    Rule since = rule_for("cri-dockerd", "0.3.15").value();
    EXPECT_EQ(judge(stream, before, stream.end).fate, Fate::cancelled) << name;
    EXPECT_EQ(judge(stream, since, stream.end).fate, Fate::ended) << name;
  }
}

TEST(Replay, ACutPullGivesALowerBoundThatGrowsWithWhatIsKnownAfterwards) {
  const Stream stream = load("001-ranker-default-deadline").at(1);
  const Rule rule = dockershim("1.20", seconds{60});
  const Deadline at_cancel = smallest_deadline(stream, rule, stream.end);
  EXPECT_EQ(at_cancel.kind, Deadline::Kind::at_least);
  EXPECT_EQ(at_cancel.value, seconds{67});
  // dockerd logged "Layer … cleaned up" 37.7 s after the cancel: it had still been writing.
  const Deadline afterwards = smallest_deadline(stream, rule, stream.end + milliseconds{37700});
  EXPECT_EQ(afterwards.kind, Deadline::Kind::at_least);
  EXPECT_EQ(afterwards.value, seconds{97});
  EXPECT_EQ(afterwards.for_any_looks, seconds{104});
}

TEST(Replay, TheSmallestDeadlineIsTheSmallest) {
  for (const char* name :
       {"001-ranker-default-deadline", "004-ranker-20s", "007-ranker-and-mailer", "012-detector-2m", "124-tileserver", "127-runner-cut",
        "133-runner-trickle", "137-runner-redirect", "204-detector-10m", "210-detector-late-start", "302-detector-117"}) {
    for (const auto& [number, stream] : load(name)) {
      SCOPED_TRACE(testing::Message() << name << " pull " << number);
      const Deadline deadline = smallest_deadline(stream, dockershim("1.20", seconds{60}), stream.end);
      if (deadline.value == seconds{0}) continue;
      EXPECT_EQ(judge(stream, dockershim("1.20", deadline.value), stream.end).fate, Fate::ended);
      EXPECT_EQ(judge(stream, dockershim("1.20", deadline.silence - milliseconds{1}), stream.end).fate, Fate::cancelled);
      EXPECT_GE(deadline.for_any_looks, deadline.value);
      // A look cannot miss more of a silence than one interval.
      EXPECT_LE(deadline.for_any_looks, deadline.value + seconds{11});
    }
  }
}

TEST(Replay, EveryMomentOfARecordingForetellsTheSameCancel) {
  const Stream stream = load("302-detector-117").at(1);
  const Rule rule = dockershim("1.17", seconds{60});
  // From the last message on, the cancel is only a matter of time.
  for (seconds later{0}; later < seconds{60}; later += seconds{5}) {
    const Verdict verdict = judge(stream, rule, stream.reports.back().at + later);
    ASSERT_EQ(verdict.fate, Fate::running);
    EXPECT_EQ(verdict.look, 14U);
    EXPECT_EQ(*verdict.cancels_at, stream.begin + seconds{140});
  }
  // Before it, it was not foreseen.
  const Verdict early = judge(stream, rule, stream.begin + seconds{1});
  EXPECT_EQ(early.fate, Fate::running);
  EXPECT_LT(*early.cancels_at, stream.begin + seconds{140});
}

}  // namespace
}  // namespace unsnag::watch
