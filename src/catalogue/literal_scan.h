// SPDX-License-Identifier: Apache-2.0
// Finds any of a few thousand literals in a text: what keeps a gigabyte of logs from being parsed. Wu and Manber's
// shift table ("A fast algorithm for multi-pattern searching", 1994) over four-byte blocks: most of the text is
// jumped over. The few short literals would shorten every jump, so they have a table of their own.
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

  /// Appends every occurrence, in order of place.
  void find(std::string_view text, std::vector<Hit>& hits) const;

 private:
  static constexpr std::size_t k_block = 4;
  static constexpr std::size_t k_long = 10;  // from here on a literal is a long one

  struct Entry {
    std::string literal;
    std::uint32_t id;
    std::uint32_t skip;  // where in the literal the indexed window begins: its rarest stretch
    std::uint32_t head;  // the window's first four bytes
  };
  struct Table {
    std::size_t window = 0;
    unsigned hash_bits = 0;
    std::vector<std::uint8_t> shift;
    std::vector<std::uint32_t> bucket;  // slot → first entry; one more at the end
    std::vector<Entry> entries;

    void build(const std::vector<std::string_view>& literals, const std::vector<std::uint32_t>& ids, unsigned bits);
    void find(std::string_view text, std::vector<Hit>& hits) const;
    [[nodiscard]] std::uint32_t slot(const char* block) const;
  };
  Table long_, short_;
};

}  // namespace unsnag::catalogue
