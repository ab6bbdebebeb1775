// SPDX-License-Identifier: Apache-2.0
// Finds any of a few thousand literals in a text, in one pass: what keeps a gigabyte of logs from being parsed.
// Wu and Manber's shift table ("A fast algorithm for multi-pattern searching", 1994) over four-byte blocks.
// Ours and not a library's: Vectorscan is faster still, but compiling its database costs more at each start
// than reading a pasted `describe` may take, and Debian and Ubuntu package it differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::catalogue {

class LiteralScan {
 public:
  /// Every literal has at least k_block + 1 bytes; its index is its id.
  explicit LiteralScan(const std::vector<std::string_view>& literals);

  /// Calls on_hit(id, offset) for every occurrence, in order of the end of each literal's indexed window.
  template <typename OnHit>
  void scan(std::string_view text, OnHit&& on_hit) const {
    if (window_ == 0 || text.size() < window_) return;
    const char* const data = text.data();
    std::size_t end = window_;                       // one past the window under the table
    while (end <= text.size()) {
      const auto slot = hash(data + end - k_block);
      const auto shift = shift_[slot];
      if (shift != 0) {
        end += shift;
        continue;
      }
      const auto first = end - window_;
      for (auto i = bucket_[slot]; i < bucket_[slot + 1]; ++i) {
        const auto& entry = entries_[i];
        if (first < entry.skip) continue;
        const auto at = first - entry.skip;
        if (text.size() - at >= entry.literal.size() && text.compare(at, entry.literal.size(), entry.literal) == 0)
          on_hit(entry.id, at);
      }
      ++end;
    }
  }

 private:
  static constexpr std::size_t k_block = 4;
  static constexpr unsigned k_hash_bits = 15;
  static std::uint32_t hash(const char* block) {
    std::uint32_t word;
    __builtin_memcpy(&word, block, sizeof word);
    return (word * 0x9E3779B1U) >> (32U - k_hash_bits);
  }

  struct Entry {
    std::string literal;
    std::uint32_t id;
    std::uint32_t skip;      // where in the literal the indexed window begins: its rarest stretch
  };
  std::size_t window_ = 0;
  std::vector<std::uint8_t> shift_;
  std::vector<std::uint32_t> bucket_;      // slot → first entry; one more at the end
  std::vector<Entry> entries_;
};

}  // namespace unsnag::catalogue
