// SPDX-License-Identifier: Apache-2.0
#include "base/document.h"
#include "base/text.h"
#include "report/examples_for_tests.h"

namespace unsnag::report {
namespace {

using namespace examples;

Value parsed(const Example& example) {
  const auto text = to_json(example.findings());
  auto value = parse_json(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value ? *value : Value{};
}

std::string keys_of(const Value& value) {
  std::string keys;
  for (const auto& [key, inner] : value.entries) keys += (keys.empty() ? "" : " ") + key;
  return keys;
}

TEST(Json, IsTheDocumentedContract) {
  const auto report = parsed(deadline());
  EXPECT_EQ(keys_of(report), "format verdict verdicts pulls holes read");
  const auto& verdict = report["verdict"];
  EXPECT_EQ(keys_of(verdict),
            "cause title confidence summary explanation rule image image_as_given node pods containers runtime runtime_version "
            "kubelet_version platform failures proof "
            "secondary ruled_out alternatives bring advice timer next_retry next_retry_delay_s pull");
  EXPECT_EQ(keys_of(verdict["proof"].entries[0].second), "file line text program time count echo message");
  EXPECT_EQ(keys_of(verdict["ruled_out"].entries[0].second), "cause why by");
  EXPECT_EQ(keys_of(verdict["advice"].entries[0].second), "when platform text command file key value restart");
  EXPECT_EQ(keys_of(verdict["timer"]),
            "program setting limit_s limit_origin where layer doing silent_for_s enough_s enough_is_lower_bound note");
  const auto& pull = report["pulls"].entries[0].second;
  EXPECT_EQ(keys_of(pull), "image image_as_given node pods containers attempts");
  EXPECT_EQ(keys_of(pull["attempts"].entries[0].second), "begin end outcome phases samples");
  EXPECT_EQ(keys_of(pull["attempts"].entries[2].second["phases"].entries[0].second), "phase layer begin end outcome done total");
  EXPECT_EQ(keys_of(report["read"]), "files bytes lines understood unreadable interrupted");
}

TEST(Json, HoldsTheValues) {
  const auto report = parsed(deadline());
  const auto& verdict = report["verdict"];
  EXPECT_EQ(verdict["cause"].scalar, "progress-deadline");
  EXPECT_EQ(verdict["confidence"].scalar, "certain");
  EXPECT_EQ(verdict["timer"]["limit_s"].scalar, "60");
  EXPECT_EQ(verdict["next_retry"].scalar, "2020-03-18T06:23:31Z");
  EXPECT_EQ(verdict["pull"].scalar, "0");
  EXPECT_EQ(verdict["advice"].entries[1].second["when"].scalar, "for-good");
  const auto& proof = verdict["proof"].entries[0].second;
  EXPECT_EQ(proof["file"].scalar, "kubelet.log");
  EXPECT_EQ(proof["line"].scalar, "1842");
  EXPECT_EQ(proof["text"].scalar, deadline().diagnosis.verdicts[0].proof[0].text);  // the whole line
  const auto& attempt = report["pulls"].entries[0].second["attempts"].entries[2].second;
  EXPECT_EQ(attempt["outcome"].scalar, "cancelled");
  EXPECT_EQ(attempt["begin"].scalar, "2020-03-18T06:17:02Z");
  EXPECT_EQ(attempt["phases"].entries[4].second["layer"].scalar, "d25013272171");
}

TEST(Json, WhatIsUnknownIsNull) {
  const auto report = parsed(pasted());
  for (const auto* key : {"explanation", "timer", "next_retry", "pull", "runtime", "platform"}) EXPECT_FALSE(report["verdict"][key]) << key;
  EXPECT_EQ(report["verdict"]["ruled_out"].entries[0].second["by"].kind, Value::Kind::null);
}

TEST(Json, TheFirstVerdictIsTheVerdict) {
  const auto report = parsed(several());
  EXPECT_EQ(report["verdicts"].entries.size(), 13U);  // grouping is for people
  EXPECT_EQ(report["verdict"]["cause"].scalar, "disk-full");
  EXPECT_EQ(report["holes"].entries.size(), 1U);
  EXPECT_EQ(report["read"]["unreadable"].entries.size(), 1U);
}

TEST(Json, NoFailureIsAVerdict) {
  const auto report = parsed(healthy());
  EXPECT_EQ(report["verdict"]["cause"].scalar, "no-failure");
  EXPECT_EQ(report["verdict"]["confidence"].scalar, "certain");
  EXPECT_TRUE(contains(report["verdict"]["summary"].scalar, "812 lines of 3 files"));
}

TEST(Json, AMomentWithoutYearOrZoneDoesNotPretendToHaveThem) {
  auto example = pasted();
  auto& proof = example.diagnosis.verdicts[0].proof[0];
  std::string_view klog = "0820 05:41:26.087058 rest";
  proof.when = *take_klog_time(klog);
  EXPECT_EQ(parsed(example)["verdict"]["proof"].entries[0].second["time"].scalar, "--08-20T05:41:26.087058");
}

TEST(Json, HostileTextIsWholeButHarmless) {
  const auto example = hostile();
  const auto text = to_json(example.findings());
  for (const std::string_view bad : {"\x1B", "\x07", "\r", "\xE2\x80\xAE", "\xC2\x9B", "\xFF"}) EXPECT_FALSE(contains(text, bad)) << bad;
  const auto report = parsed(example);
  EXPECT_TRUE(contains(report["verdict"]["summary"].scalar, "\x1B]0;owned\x07"));
  EXPECT_TRUE(contains(report["verdict"]["summary"].scalar, "\xE2\x80\xAEgpj.exe \xC2\x9B"));
}

}  // namespace
}  // namespace unsnag::report
