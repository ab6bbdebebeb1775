// SPDX-License-Identifier: Apache-2.0
#include "base/quad_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace unsnag {
namespace {

/// How often bytes stand in a node's logs, with k_fold: of those with one high half, the share of those whose low half is among
/// eight, which are a byte of bits each.
class Shares {
 public:
  constexpr Shares() {
    constexpr std::string_view k_by_rank = " eion1ar:t2ls0dg\"4c.65f7-pmu8=39/v}b*khy|w{zx,j%q><)(&+'`?!#~;$";
    std::array<std::array<float, 16>, 16> often{};
    for (auto& row : often) row.fill(0.0001F);
    float share = 0.06F;
    for (const char c : k_by_rank) {
      const auto byte = static_cast<unsigned char>(c);
      often[byte >> 4U][byte & 15U] = share;
      share *= 0.95F;
    }
    for (std::size_t high = 0; high < 16; ++high)
      for (std::size_t lows = 1; lows < 256; ++lows) {
        const auto lowest = static_cast<std::size_t>(std::countr_zero(lows));
        shares_[high][0][lows] = shares_[high][0][lows & (lows - 1)] + often[high][lowest];
        shares_[high][1][lows] = shares_[high][1][lows & (lows - 1)] + often[high][lowest + 8];
      }
  }
  [[nodiscard]] float of(unsigned highs, unsigned lows) const {
    float share = 0;
    for (; highs != 0; highs &= highs - 1) {
      const auto& row = shares_[static_cast<std::size_t>(std::countr_zero(highs))];
      share += row[0][lows & 255U] + row[1][lows >> 8U];
    }
    return share;
  }

 private:
  std::array<std::array<std::array<float, 256>, 2>, 16> shares_{};
};
constexpr Shares k_shares;

/// Words that are looked for together.
struct Group {
  std::array<std::uint16_t, 4> high{}, low{};  // a bit for each half that occurs
  float share = 0;                             // of the places that pass

  void measure() {
    share = 1;
    for (std::size_t byte = 0; byte < 4; ++byte) share *= k_shares.of(high[byte], low[byte]);
  }
  [[nodiscard]] Group with(const Group& other) const {
    Group both;
    for (std::size_t byte = 0; byte < 4; ++byte) {
      both.high[byte] = high[byte] | other.high[byte];
      both.low[byte] = low[byte] | other.low[byte];
    }
    both.measure();
    return both;
  }
};

std::array<unsigned char, 4> bytes_of(std::uint32_t word) {
  std::array<unsigned char, 4> bytes{};
  std::memcpy(bytes.data(), &word, bytes.size());
  return bytes;
}

Group group_of(std::uint32_t word) {
  const auto bytes = bytes_of(word);
  Group group;
  for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
    group.high[byte] = static_cast<std::uint16_t>(1U << (bytes[byte] >> 4U));
    group.low[byte] = static_cast<std::uint16_t>(1U << (bytes[byte] & 15U));
  }
  group.measure();
  return group;
}

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Letters and digits in the bytes before `at`, the nearest one highest.
std::uint32_t alnum_before(std::string_view text, std::size_t at) {
  std::uint32_t bits = 0;
  for (std::size_t i = 1; i <= std::min<std::size_t>(at, 8); ++i) bits |= static_cast<std::uint32_t>(is_alnum(text[at - i])) << (32 - i);
  return bits;
}

}  // namespace

QuadScan::QuadScan(const std::vector<std::uint32_t>& words) {
  std::vector<Group> alone;
  alone.reserve(words.size());
  for (const auto word : words) alone.push_back(group_of(word));
  std::stable_sort(alone.begin(), alone.end(), [](const Group& a, const Group& b) { return a.share > b.share; });
  // Each to those beside whom it lets the fewest places pass.
  std::array<Group, 16> groups;
  for (const auto& one : alone) {
    const auto cost = [&](const Group& group) { return group.with(one).share - group.share; };
    auto& best = *std::min_element(groups.begin(), groups.end(), [&](const Group& a, const Group& b) { return cost(a) < cost(b); });
    best = best.with(one);
  }
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::size_t byte = 0; byte < k_bytes; ++byte)
      for (unsigned half = 0; half < 16; ++half) {
        const auto table = byte + (g < 8 ? 0 : k_bytes);
        tables_.high[table][half] |= static_cast<std::uint8_t>((groups[g].high[byte] >> half & 1U) << (g % 8));
        tables_.low[table][half] |= static_cast<std::uint8_t>((groups[g].low[byte] >> half & 1U) << (g % 8));
      }
#ifdef __x86_64__
  wide_ = __builtin_cpu_supports("avx2") != 0;
#else
  wide_ = false;
#endif
}

bool QuadScan::may_stand(std::string_view text, std::size_t at) const {
  unsigned first = 0xff, second = 0xff;
  for (std::size_t byte = 0; byte < k_bytes; ++byte) {
    const unsigned c = static_cast<unsigned char>(text[at + byte]) | 0x20U;
    first &= static_cast<unsigned>(tables_.high[byte][c >> 4U] & tables_.low[byte][c & 15U]);
    second &= static_cast<unsigned>(tables_.high[byte + k_bytes][c >> 4U] & tables_.low[byte + k_bytes][c & 15U]);
  }
  return (first | second) != 0;
}

std::size_t QuadScan::places_one_by_one(std::string_view text, std::size_t at, Places& places) const {
  places.fill(0);
  const auto count = std::min(text.size() - at, k_block);
  auto before = alnum_before(text, at);
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[at + i];
    const bool token = c == '.' && before >> 25U == 0x7eU;
    const bool place = c == '@' || c == '$' || token || text.size() - at - i < k_bytes || may_stand(text, at + i);
    places[i / 64] |= std::uint64_t{place} << (i % 64);
    before = before >> 1U | static_cast<std::uint32_t>(is_alnum(c)) << 31U;
  }
  return count;
}

#ifdef __x86_64__

namespace {

__attribute__((target("avx2"))) inline __m256i twice(const std::array<std::uint8_t, 16>& table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

/// Bits by half of a byte, twice.
struct Halves {
  __m256i high, low;
};
__attribute__((target("avx2"))) inline __m256i look_up(const Halves& halves, __m256i high, __m256i low) {
  return _mm256_and_si256(_mm256_shuffle_epi8(halves.high, high), _mm256_shuffle_epi8(halves.low, low));
}

/// Letters and digits: 0x30-39, 0x41-5a, 0x61-7a.
__attribute__((target("avx2"))) inline std::uint32_t alnum_in(__m256i text, __m256i low_half) {
  const auto high = twice({0, 0, 0, 1, 2, 4, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0});
  const auto low = twice({1 | 4, 7, 7, 7, 7, 7, 7, 7, 7, 7, 2 | 4, 2, 2, 2, 2, 2});
  const auto found = _mm256_and_si256(_mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(text, 4), low_half)),
                                      _mm256_shuffle_epi8(low, _mm256_and_si256(text, low_half)));
  return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256())));
}

/// Places with a dot behind a word of just six letters and digits.
inline std::uint32_t token_dots(std::uint32_t dots, std::uint32_t alnum, std::uint32_t alnum_before) {
  const auto all = std::uint64_t{alnum} << 32U | alnum_before;
  const auto two = all & all << 1U;
  const auto six = two & two << 2U & two << 4U;
  return dots & static_cast<std::uint32_t>((six << 1U & ~(all << 7U)) >> 32U);
}

}  // namespace

__attribute__((target("avx2"))) void QuadScan::by_32(const Tables& tables, std::string_view text, std::size_t at, std::size_t count,
                                                     Places& places) {
  std::array<Halves, 2 * k_bytes> halves{};
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = {twice(tables.high[i]), twice(tables.low[i])};
  const auto low_half = _mm256_set1_epi8(15);
  const auto fold = _mm256_set1_epi8(0x20);
  auto before = alnum_before(text, at);
  for (std::size_t done = 0; done < count; done += 32) {
    const char* bytes = text.data() + at + done;
    auto first = _mm256_set1_epi8(-1), second = first;
    for (std::size_t byte = 0; byte < k_bytes; ++byte) {
      const auto part = _mm256_or_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + byte)), fold);
      const auto h = _mm256_and_si256(_mm256_srli_epi16(part, 4), low_half);
      const auto l = _mm256_and_si256(part, low_half);
      first = _mm256_and_si256(first, look_up(halves[byte], h, l));
      second = _mm256_and_si256(second, look_up(halves[byte + k_bytes], h, l));
    }
    const auto none = _mm256_cmpeq_epi8(_mm256_or_si256(first, second), _mm256_setzero_si256());
    const auto part = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
    const auto signs = _mm256_or_si256(_mm256_cmpeq_epi8(part, _mm256_set1_epi8('@')), _mm256_cmpeq_epi8(part, _mm256_set1_epi8('$')));
    const auto dots = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(part, _mm256_set1_epi8('.'))));
    const auto alnum = alnum_in(part, low_half);
    const auto found = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none)) | static_cast<std::uint32_t>(_mm256_movemask_epi8(signs)) |
                       token_dots(dots, alnum, before);
    before = alnum;
    places[done / 64] |= std::uint64_t{found} << (done % 64);
  }
}

std::size_t QuadScan::places(std::string_view text, std::size_t at, Places& places) const {
  constexpr std::size_t k_step = 32;
  const auto left = text.size() - at;
  const auto count = std::min(left < k_step + k_bytes - 1 ? 0 : (left - (k_bytes - 1)) / k_step * k_step, k_block);
  if (!wide_ || count == 0) return places_one_by_one(text, at, places);
  places.fill(0);
  by_32(tables_, text, at, count, places);
  return count;
}

#else

void QuadScan::by_32(const Tables&, std::string_view, std::size_t, std::size_t, Places&) {}

std::size_t QuadScan::places(std::string_view text, std::size_t at, Places& places) const { return places_one_by_one(text, at, places); }

#endif

}  // namespace unsnag
