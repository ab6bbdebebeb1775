// SPDX-License-Identifier: Apache-2.0
#include "collect/tap.h"

#include <array>
#include <map>
#include <thread>

#include <gtest/gtest.h>

namespace unsnag::collect {
namespace {

std::string all_of(evidence::Bytes& bytes) {
  std::string text;
  std::array<char, 7> buffer{};
  while (const auto got = *bytes.read(buffer.data(), buffer.size())) text.append(buffer.data(), got);
  return text;
}

evidence::Visitor visitor_of(std::function<void(const evidence::File&, evidence::Bytes&)> file) {
  evidence::Visitor visitor;
  visitor.file = std::move(file);
  return visitor;
}

TEST(Tap, WhatIsReadIsWhatWasWrittenThoughTheQueueIsSmall) {
  Tap tap(16);
  std::map<std::string, std::string> read;
  std::jthread reader(
      [&] { tap.walk(visitor_of([&](const evidence::File& file, evidence::Bytes& bytes) { read[file.path] = all_of(bytes); })); });
  const std::string large(100'000, 'x');
  tap.begin("logs/kubelet.log");
  for (std::size_t at = 0; at < large.size(); at += 1000) tap.add(large.substr(at, 1000));
  tap.end();
  tap.begin("system/empty.txt");
  tap.end();
  tap.close();
  reader.join();
  EXPECT_EQ(read, (std::map<std::string, std::string>{{"logs/kubelet.log", large}, {"system/empty.txt", ""}}));
}

TEST(Tap, AReaderThatWantsNoMoreOfAFileGetsTheNext) {
  Tap tap(16);
  std::vector<std::string> seen;
  std::jthread reader([&] {
    tap.walk(visitor_of([&](const evidence::File& file, evidence::Bytes& bytes) {
      seen.push_back(file.path);
      if (file.path == "b") seen.push_back(all_of(bytes));
    }));
  });
  tap.begin("a");
  for (int i = 0; i < 100; ++i) tap.add("binary");
  tap.end();
  tap.begin("b");
  tap.add("text");
  tap.end();
  tap.close();
  reader.join();
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b", "text"}));
}

TEST(Tap, CollectingGoesOnWhenReadingStopped) {
  Tap tap(16);
  auto visitor = visitor_of([](const evidence::File&, evidence::Bytes&) {});
  visitor.stop = [] { return true; };
  std::jthread reader([&] { tap.walk(visitor); });
  for (int i = 0; i < 100; ++i) {
    tap.begin("a");
    tap.add("more than the queue holds");
    tap.end();
  }
  tap.close();
}

TEST(Tap, CollectingThatBreaksOffEndsTheFile) {
  Tap tap;
  std::string read;
  std::jthread reader([&] { tap.walk(visitor_of([&](const evidence::File&, evidence::Bytes& bytes) { read = all_of(bytes); })); });
  tap.begin("a");
  tap.add("half a li");
  tap.close();
  reader.join();
  EXPECT_EQ(read, "half a li");
}

}  // namespace
}  // namespace unsnag::collect
