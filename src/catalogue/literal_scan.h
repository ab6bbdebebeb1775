// SPDX-License-Identifier: Apache-2.0
// Finds any of a few thousand literals in a text: what keeps a gigabyte of logs from being parsed. Of each literal a
// short window is indexed by the blocks at its first few offsets; the text is then looked at in steps of as many
// bytes, so that every occurrence is met exactly once. A step costs two loads and a multiplication, and no step waits for the one before it (a shift table, as Wu and Manber's, jumps
// further, but each jump waits for the last one's load). Most literals are long and go by blocks of 8 bytes in steps of
// 4; the few short ones have a table of their own, with blocks of 4 bytes in steps of 2.
// Ours and not a library's: Vectorscan is faster still, but compiling its database costs more at each start than
// reading a pasted `describe` may take, and Debian and Ubuntu package it differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::catalogue {

class LiteralScan {
 public:
  struct Hit {
    std::size_t at;
    std::uint32_t id;
  };

  /// Every literal has at least 5 bytes; its index is its id.
  explicit LiteralScan(const std::vector<std::string_view>& literals);

  /// Appends every occurrence, in order of place, then of id. Linear in the text. Any thread.
  void find(std::string_view text, std::vector<Hit>& hits) const;

 private:
  /// `Word` is the block, `k_step` the bytes between two looks.
  template <typename Word, std::size_t k_step>
  class Table {
   public:
    static constexpr std::size_t k_window = sizeof(Word) + k_step - 1;
    void build(const std::vector<std::string_view>& literals, const std::vector<std::uint32_t>& ids, unsigned filter_bits,
               unsigned slot_bits);
    void find(std::string_view text, std::vector<Hit>& hits) const;

   private:
    struct Entry {
      Word block;
      std::uint32_t literal;  // index into literals_
      std::uint32_t offset;   // of the block in the literal
    };
    struct Literal {
      std::string text;
      std::uint32_t id;
    };
    void look(std::string_view text, std::size_t at, std::vector<Hit>& hits) const;

    unsigned filter_shift_ = 0, slot_shift_ = 0;
    std::vector<std::uint8_t> filter_;   // 1: a literal has a block with this hash
    std::vector<std::uint32_t> bucket_;  // slot → its first entry; one more at the end
    std::vector<Entry> entries_;
    std::vector<Literal> literals_;
  };
  Table<std::uint64_t, 4> long_;
  Table<std::uint32_t, 2> short_;
};

}  // namespace unsnag::catalogue
