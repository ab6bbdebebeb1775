// SPDX-License-Identifier: Apache-2.0
// Which part of a node's text logs gets into the bundle, and which of it the diagnosis reads.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "codec/compressor.h"
#include "collect/logs.h"
#include "node/root_for_tests.h"

namespace unsnag::collect {
namespace {

namespace fs = std::filesystem;

std::string gzipped(std::string_view text) {
  const auto compressor = codec::gzip_compressor(6);
  std::string out;
  compressor->add(text, out);
  compressor->end(out);
  return out;
}

/// So many lines, each of twenty bytes, of a beginning of its own.
std::string lines(int count, char letter) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{} line {:012}\n", letter, i);
  return text;
}

class TextLogs : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "unsnag-text-logs-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Collects at most so many bytes into a folder; 0: all. `diagnosed_` is what the diagnosis got.
  void collect(std::uint64_t most) {
    const auto root = scratch_.root();
    auto seen = survey(root);
    ASSERT_TRUE(seen);
    auto writer = bundle::Writer::create({bundle::Target::Form::folder, (folder_ / "out").string()}, {"unsnag", "node"});
    ASSERT_TRUE(writer);
    Pace pace({std::chrono::steady_clock::now, [](auto) {}, [] { return std::nullopt; }, [] { return std::uint64_t{0}; }});
    Tap tap;
    std::jthread diagnosis([&] {
      evidence::Visitor visitor;
      visitor.file = [&](const evidence::File&, evidence::Bytes& bytes) {
        std::string buffer(4096, '\0');
        while (const auto got = *bytes.read(buffer.data(), buffer.size())) diagnosed_.append(buffer, 0, got);
      };
      tap.walk(visitor);
    });
    Sink sink({*writer, tap, pace});
    Room room(most);
    Lacks lacks;
    EXPECT_TRUE(text_logs(*seen, {}, room, sink, lacks));
    tap.close();
    diagnosis.join();
    EXPECT_TRUE(writer->finish({}));
  }
  [[nodiscard]] std::string read(const std::string& path) const {
    std::ifstream in(folder_ / "out" / path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::string index() const { return read("index.json"); }

  node::ScratchRoot scratch_;
  fs::path folder_;
  std::string diagnosed_;
};

constexpr auto k_rotated = "logs/var/log/messages-20261122";

TEST_F(TextLogs, ARotatedGzipIsThereAsTextWhole) {
  const auto text = lines(50'000, 'a');
  scratch_.write("/var/log/messages-20261122.gz", gzipped(text));
  collect(10'000'000);
  EXPECT_EQ(read(k_rotated), text);
  EXPECT_EQ(diagnosed_, text);
}

TEST_F(TextLogs, OfAGzipThatIsTooLargeTheNewestLinesAreThere) {
  const auto text = lines(50'000, 'a');
  scratch_.write("/var/log/messages-20261122.gz", gzipped(text));
  collect(100'000);
  const auto read_back = read(k_rotated);
  EXPECT_TRUE(text.ends_with(read_back));
  EXPECT_LE(read_back.size(), 100'000);
  EXPECT_GT(read_back.size(), 90'000);
}

TEST_F(TextLogs, SeveralGzipsInOneFileWhoseEndTellsOfTheLastAloneAreThereWhole) {
  const auto text = lines(40'000, 'a'), more = lines(30'000, 'b');
  scratch_.write("/var/log/messages-20261122.gz", gzipped(text) + gzipped(more));
  collect(10'000'000);
  EXPECT_TRUE(read(k_rotated) == text + more);
}

TEST_F(TextLogs, AGzipThatHoldsMoreThanItSaysDoesNotTakeMoreThanThereIs) {
  const auto text = lines(40'000, 'a'), more = lines(30'000, 'b');
  scratch_.write("/var/log/messages-20261122.gz", gzipped(text) + gzipped(more));
  collect(900'000);
  EXPECT_TRUE(read(k_rotated) == (text + more).substr(0, 900'000));
  EXPECT_NE(index().find("it holds more than its end says"), std::string::npos);
}

TEST_F(TextLogs, AGzipThatWasCutOffIsThereAsFarAsItGoes) {
  const auto text = lines(50'000, 'a');
  auto cut = gzipped(text);
  cut.resize(cut.size() / 2);
  scratch_.write("/var/log/messages-20261122.gz", cut);
  collect(10'000'000);
  const auto read_back = read(k_rotated);
  EXPECT_TRUE(text.starts_with(read_back));
  EXPECT_GT(read_back.size(), text.size() / 4);
  EXPECT_NE(index().find("partial"), std::string::npos);
}

TEST_F(TextLogs, TheDiagnosisReadsTheEndsOfLargeLogsAndIsBounded) {
  const auto large = lines(1'500'000, 'a');  // 30 MB
  for (const auto* name : {"/var/log/messages", "/var/log/syslog", "/var/log/kubelet.log"}) scratch_.write(name, large);
  collect(0);
  EXPECT_EQ(read("logs/var/log/messages").size(), large.size());
  EXPECT_LE(diagnosed_.size(), std::size_t{64} << 20U);
  EXPECT_GT(diagnosed_.size(), std::size_t{60} << 20U);
  EXPECT_TRUE(large.ends_with(diagnosed_.substr(diagnosed_.size() - 1'000'000)));
  EXPECT_TRUE(diagnosed_.starts_with("a line "));
}

}  // namespace
}  // namespace unsnag::collect
