// SPDX-License-Identifier: Apache-2.0
#include "bundle/index.h"

#include <string>

#include <gtest/gtest.h>

#include "bundle/own_files.h"

namespace unsnag::bundle {
namespace {

const SysTime k_at = parse_rfc3339("2020-03-18T06:19:59.5Z")->at.value();

Index full() {
  Index index;
  auto& who = index.identity;
  who.tool = "unsnag 0.1.0";
  who.node = "ip-10-0-1-23";
  who.begun = k_at;
  who.since = "1h";
  who.since_at = k_at - std::chrono::hours(1);
  who.max_bytes = 200'000'000;
  who.uid = 0;
  who.root = "/host";
  who.privileges = "root";
  index.ended = k_at + std::chrono::seconds(2);
  IndexItem log;
  log.item = {"logs/kubelet.log", "kubelet's journal", "journal: unit kubelet.service", Kind::log, {}, {}, {}, {}};
  log.outcome = {
      Completeness::cut, "older than 1h", 5'000'000'000, 41'000, k_at - std::chrono::hours(1), k_at, {{"token", 3}, {"password", 1}}};
  log.bytes = 1234;
  log.lines = 17;
  log.sha256 = std::string(64, 'a');
  log.parts = {"logs/kubelet.log", "logs/kubelet.log.part2"};
  IndexItem config;
  config.item = {"config/etc/docker/daemon.json", "dockerd's configuration", "/etc/docker/daemon.json", Kind::config, 0600, 0, 7, k_at};
  config.outcome.completeness = Completeness::missing;
  config.outcome.note = "Permission denied";
  config.error = "permission denied";
  index.items = {log, config};
  return index;
}

TEST(Index, IsReadAsItWasWritten) {
  const auto text = write_index(full());
  EXPECT_EQ(own_file(text), OwnFile::index);
  const auto read = read_index(text);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(write_index(*read), text);
  const auto& log = read->items.front();
  EXPECT_EQ(log.outcome.redacted.at("token"), 3);
  EXPECT_EQ(log.outcome.dropped_bytes, 5'000'000'000);
  EXPECT_EQ(log.parts.size(), 2);
  EXPECT_TRUE(log.is_there());
  EXPECT_EQ(read->items.back().item.mode, 0600U);
  EXPECT_EQ(read->items.back().outcome.completeness, Completeness::missing);
  EXPECT_FALSE(read->items.back().is_there());
}

TEST(Index, AFileOfNoLogsTimeDoesNotSpoilTheIndex) {
  auto index = full();
  index.items.back().item.mtime = SysTime(std::chrono::hours(-24 * 365 * 60));
  const auto read = read_index(write_index(index));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->items.back().item.mtime, std::nullopt);
}

// docs/bundle.md promises these names.
TEST(Index, HasTheMembersOfTheContract) {
  const auto text = write_index(full());
  for (const auto* part : {R"("format": "unsnag-bundle")", R"("version": 1)", R"("node": "ip-10-0-1-23")", R"("since": "1h")",
                           R"("since_at": "2020-03-18T05:19:59.5Z")", R"("uid": 0)", R"("root": "/host")", R"("completeness": "cut")",
                           R"("dropped_bytes": 5000000000)", R"("mode": "0600")", R"("error": "permission denied")"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Index, WhatANewerUnsnagSaysBesideIsPassedOver) {
  const auto read = read_index(
      R"({"format":"unsnag-bundle","version":1,"begun":"2020-03-18T06:19:59Z","ended":"2020-03-18T06:20:59Z","mood":{"good":true},
    "items":[{"path":"a","kind":"dream","completeness":"folded","weight":[1]}]})");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->items.at(0).item.kind, Kind::other);
  EXPECT_EQ(read->items.at(0).outcome.completeness, Completeness::unknown);
}

TEST(Index, SaysInWhichLineItIsWrong) {
  const auto wrong = [](const std::string& items, const std::string& version = "1") {
    const auto read = read_index("{\"format\":\"unsnag-bundle\",\"version\":" + version +
                                 ",\"begun\":\"2020-03-18T06:19:59Z\",\"ended\":\"2020-03-18T06:20:59Z\",\n\"items\":" + items + "}");
    return read ? "read" : read.error().message();
  };
  EXPECT_EQ(wrong("[]"), "read");
  EXPECT_EQ(wrong("[]", "2"), "version 2 of the index, which this unsnag does not know");
  EXPECT_EQ(wrong("7"), "line 2: items is not a list");
  EXPECT_EQ(wrong("[{\"path\":\"../../etc/passwd\"}]"), "line 2: path is not a path inside the bundle");
  EXPECT_EQ(wrong("[{\"path\":\"/etc/passwd\"}]"), "line 2: path is not a path inside the bundle");
  EXPECT_EQ(wrong("[{\"path\":\"a\",\"parts\":[\"a/..\"]}]"), "line 2: a part is not a path inside the bundle");
  EXPECT_EQ(wrong("[{\"path\":\"a\",\"bytes\":-1}]"), "line 2: bytes is not a number");
  EXPECT_EQ(wrong("[{\"path\":\"a\",\"sha256\":\"xyz\"}]"), "line 2: sha256 is not a SHA-256");
  EXPECT_EQ(wrong("[{\"path\":\"a\",\"from\":\"yesterday\"}]"), "line 2: from is not a time (RFC 3339)");
  EXPECT_EQ(wrong("[{}]").substr(0, 5), "line ");
  EXPECT_FALSE(read_index("{}"));
  EXPECT_FALSE(read_index("[[[["));
}

TEST(OwnFiles, AreKnownByHowTheyBegin) {
  EXPECT_EQ(own_file("{\n  \"format\": 1,\n  \"verdict\": {"), OwnFile::verdict);
  EXPECT_EQ(own_file("{\"format\":\"unsnag-redaction\",\"version\":1"), OwnFile::redaction);
  EXPECT_EQ(own_file(std::string(k_verdict_heading) + "\n\n✗ kubelet cancelled"), OwnFile::verdict);
  EXPECT_EQ(own_file("{\"format\":1}"), std::nullopt);
  EXPECT_EQ(own_file("kubelet: unsnag-bundle"), std::nullopt);
  EXPECT_EQ(own_file(""), std::nullopt);
}

}  // namespace
}  // namespace unsnag::bundle
