// SPDX-License-Identifier: Apache-2.0
#include "readers/journal_export.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace unsnag::readers {
namespace {

struct Kept : timeline::Sink {
  std::vector<timeline::Event> events;
  void accept(const timeline::Event& event) noexcept override { events.push_back(event); }
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

TEST(JournalExport, ALengthBeyondTheEndEndsTheReading) {
  Kept kept;
  for (const std::uint64_t length : {std::uint64_t{1000}, ~std::uint64_t{0}, std::uint64_t{1} << 63})
    EXPECT_EQ(read_journal_export(k_head + binary_message(k_words, length), "x", kept), 0u) << length;
}

}  // namespace
}  // namespace unsnag::readers
