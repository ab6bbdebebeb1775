// SPDX-License-Identifier: Apache-2.0
#include "readers/journal_export.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace unsnag::readers {
namespace {

struct Kept : timeline::Sink {
  std::vector<timeline::Event> events;
  void accept(const timeline::Event& event) noexcept override { events.push_back(event); }
  [[nodiscard]] std::size_t holes() const {
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [](const timeline::Event& event) {
      const auto* note = std::get_if<timeline::Note>(&event.what);
      return note != nullptr && note->fact.name == "evidence-hole";
    }));
  }
};

const std::string k_head =
    "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1700000000000000\n_BOOT_ID=b\n_HOSTNAME=node-1\nSYSLOG_IDENTIFIER=kubelet\n";
const std::string k_words = "Failed to pull image \"registry.example/app:1\": dial tcp 10.0.0.1:443: connect: connection refused";

/// MESSAGE as the journal writes it when it holds newlines: name, 64-bit little-endian length, bytes.
std::string binary_message(const std::string& message, std::uint64_t length) {
  std::string text = "MESSAGE\n";
  for (int shift = 0; shift < 64; shift += 8) text += static_cast<char>((length >> shift) & 0xff);
  return text + message + "\n";
}

TEST(JournalExport, ReadsMessagesWrittenEitherWay) {
  Kept kept;
  const auto two_lines = k_words + "\nand more";
  EXPECT_EQ(
      read_journal_export(k_head + "MESSAGE=" + k_words + "\n\n" + k_head + binary_message(two_lines, two_lines.size()) + "\n", "x", kept),
      2u);
  ASSERT_FALSE(kept.events.empty());
  EXPECT_EQ(kept.events.front().scope.node, "node-1");
}

// Cut in a name, the last row reads as the beginning of a binary value that lies behind the text's end.
TEST(JournalExport, CutAnywhereItKeepsWhatCameBefore) {
  const auto whole = k_head + "MESSAGE=" + k_words + "\n\n" + k_head + binary_message(k_words, k_words.size());
  const auto first_ends = k_head.size() + k_words.size() + 9;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    Kept kept;
    const auto understood = read_journal_export(std::string(whole, 0, size), "x", kept);
    EXPECT_GE(understood, size >= first_ends ? 1u : 0u) << size;
  }
}

TEST(JournalExport, PiecesCutAnywhereSayTheSameWithTheirLines) {
  const auto two_lines = k_words + "\nand more";
  const auto whole = k_head + binary_message(two_lines, two_lines.size()) + "EMPTY\n" + std::string(8, '\0') + "\nX=y\n\n" + k_head +
                     "MESSAGE=" + k_words + "\n\n";
  for (const std::size_t size : {1, 2, 3, 7, 8, 64, 100000}) {
    Kept kept;
    JournalExportReader reader("x", kept);
    for (std::size_t at = 0; at < whole.size(); at += size) reader.feed(std::string_view(whole).substr(at, size));
    reader.finish();
    EXPECT_EQ(reader.understood(), 2u) << size;
    ASSERT_FALSE(kept.events.empty()) << size;
    EXPECT_EQ(kept.events.front().origin.line, 6u) << size;
    EXPECT_EQ(kept.events.back().origin.line, 18u) << size;
    ASSERT_TRUE(kept.events.back().when.at) << size;
  }
}

// COREDUMP= of systemd-coredump holds up to hundreds of megabytes.
TEST(JournalExport, AHugeValueIsPassedOverAndTheRestIsRead) {
  Kept kept;
  JournalExportReader reader("x", kept);
  constexpr std::uint64_t k_pieces = 64, k_piece = std::uint64_t{1} << 20U;
  auto head = k_head + binary_message("", k_pieces * k_piece);
  head.pop_back();
  head.replace(head.find("MESSAGE"), 7, "COREDUMP");
  reader.feed(head);
  for (std::uint64_t i = 0; i < k_pieces; ++i) reader.feed(std::string(k_piece, 'x'));
  reader.feed("\nMESSAGE=" + k_words + "\n\n");
  reader.finish();
  EXPECT_EQ(reader.understood(), 1u);
}

TEST(JournalExport, ALengthBeyondTheEndIsAHole) {
  for (const std::uint64_t length : {std::uint64_t{1000}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    Kept kept;
    EXPECT_EQ(read_journal_export(k_head + binary_message(k_words, length), "x", kept), 0u) << length;
    ASSERT_EQ(kept.holes(), 1u) << length;
    EXPECT_EQ(kept.events.back().origin.line, 6u) << length;
  }
}

TEST(JournalExport, ARowThatIsNoFieldIsPassedOver) {
  for (const std::string row : {"garbage line", "Hint: You are currently not seeing messages from other users.", "\x80\xff", "lower"}) {
    Kept kept;
    EXPECT_EQ(read_journal_export(k_head + "MESSAGE=a\n\n" + row + "\n\n" + k_head + "MESSAGE=" + k_words + "\n\n", "x", kept), 1u) << row;
    EXPECT_EQ(read_journal_export(k_head + row + "\nMESSAGE=" + k_words + "\n\n", "x", kept), 1u) << row;
    EXPECT_EQ(kept.holes(), 0u) << row;
  }
}

// Text behind a name would be a length of exabytes; one that is a little wrong ends within a line.
TEST(JournalExport, BehindABrokenValueTheNextRecordIsRead) {
  const auto next = k_head + "MESSAGE=" + k_words + "\n\n";
  for (const std::string& broken :
       {std::string("MESSAGE\n\n"), std::string("MESSAGE\nwords of a text\n\n"), binary_message("twelve bytes", ~std::uint64_t{0}) + "\n",
        binary_message("twelve bytes", 5) + "\n", binary_message("twelve bytes", 14) + "X=y\n\n"}) {
    for (const std::size_t size : {1, 3, 100000}) {
      Kept kept;
      JournalExportReader reader("x", kept);
      const auto text = k_head + broken + next;
      for (std::size_t at = 0; at < text.size(); at += size) reader.feed(std::string_view(text).substr(at, size));
      reader.finish();
      EXPECT_EQ(reader.understood(), 1u) << broken << size;
      EXPECT_EQ(kept.holes(), 1u) << broken << size;
      EXPECT_EQ(kept.events.back().origin.line, std::uint64_t(std::count(text.begin(), text.end(), '\n')) - 1) << broken << size;
    }
  }
}

}  // namespace
}  // namespace unsnag::readers
