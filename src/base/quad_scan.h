// SPDX-License-Identifier: Apache-2.0
// Where in a text one of some hundred words of four bytes may stand, in any case: the first and quickest sieve of
// redact_filter.cc. Words that look alike share one of sixteen groups. For each of a word's four bytes a group has the high
// halves and the low halves that occur there; a processor with AVX2 looks both up for 32 places of the text at once. What
// passes in all four is a place to look at: a few in a hundred of a log's, of which nearly all are no word.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace unsnag {

class QuadScan {
 public:
  static constexpr std::size_t k_block = 1024;  // bytes of text that are looked at in one go
  using Places = std::array<std::uint64_t, k_block / 64>;
  static constexpr std::uint32_t k_fold = 0x20202020;  // makes letters small; other bytes of the text too get the bit

  /// `words`: in the order of the text's bytes in memory, with k_fold.
  explicit QuadScan(const std::vector<std::uint32_t>& words);

  /// A bit for each place from `at` on, at most k_block of them, at which a word, an @, a $ or a kubeadm token's dot may
  /// stand. None is missing; many are too many. Nothing is read outside the text: a place with less than a word behind it
  /// is given. Returns how many places that were.
  std::size_t places(std::string_view text, std::size_t at, Places& places) const;
  /// The same, at one place after the other: for processors without AVX2, and for tests that hold one against the other.
  std::size_t places_one_by_one(std::string_view text, std::size_t at, Places& places) const;

 private:
  static constexpr std::size_t k_bytes = 4;
  /// A bit for each of eight groups, by half of a byte: [byte][half]; the second eight groups are behind the first.
  struct Tables {
    std::array<std::array<std::uint8_t, 16>, 2 * k_bytes> high{}, low{};
  };

  [[nodiscard]] bool may_stand(std::string_view text, std::size_t at) const;
  static void by_32(const Tables& tables, std::string_view text, std::size_t at, std::size_t count, Places& places);

  Tables tables_;
  bool wide_;
};

}  // namespace unsnag
