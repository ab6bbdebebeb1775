// SPDX-License-Identifier: Apache-2.0
#include "redaction/addresses.h"

#include <arpa/inet.h>

#include <algorithm>

#include <fmt/format.h>

namespace unsnag::redaction {
namespace {

constexpr std::uint32_t v4_of(unsigned a, unsigned b, unsigned c, unsigned d) { return (a << 24U) | (b << 16U) | (c << 8U) | d; }

struct Range {
  std::uint32_t base;
  unsigned bits;
  [[nodiscard]] constexpr bool holds(std::uint32_t address) const { return bits == 0 || (address >> (32 - bits)) == (base >> (32 - bits)); }
};
// Private networks: their stand-ins lie in the same one.
constexpr std::array<Range, 4> k_private = {
    {{v4_of(10, 0, 0, 0), 8}, {v4_of(172, 16, 0, 0), 12}, {v4_of(192, 168, 0, 0), 16}, {v4_of(100, 64, 0, 0), 10}}};
// Said of nobody: this host, link-local and the clouds' metadata, multicast, examples.
constexpr std::array<Range, 7> k_anybodys = {{{v4_of(0, 0, 0, 0), 8},
                                              {v4_of(127, 0, 0, 0), 8},
                                              {v4_of(169, 254, 0, 0), 16},
                                              {v4_of(224, 0, 0, 0), 3},
                                              {v4_of(192, 0, 2, 0), 24},
                                              {v4_of(198, 51, 100, 0), 24},
                                              {v4_of(203, 0, 113, 0), 24}}};
// Public addresses get one of the network for benchmarks (RFC 2544), and, when it is used up, of the one behind.
constexpr std::uint32_t k_stand_in_network = v4_of(198, 18, 0, 0);

std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

bool in(const auto& ranges, std::uint32_t address) {
  return std::any_of(ranges.begin(), ranges.end(), [address](const Range& range) { return range.holds(address); });
}

/// The number of the name, a new one for a new name.
template <typename Map>
std::uint32_t number_of(Map& map, const typename Map::key_type& name) {
  return map.try_emplace(name, static_cast<std::uint32_t>(map.size() + 1)).first->second;
}

}  // namespace

std::uint32_t Addresses::v4(std::uint32_t address, unsigned prefix) {
  if (in(k_anybodys, address)) return address;
  const auto* range = std::find_if(k_private.begin(), k_private.end(), [address](const Range& one) { return one.holds(address); });
  if (range == k_private.end()) return k_stand_in_network + number_of(public_, address);
  std::uint32_t out = address;
  for (unsigned bit = range->bits; bit < prefix; ++bit) {
    const std::uint64_t before = address >> (32U - bit);
    out ^= static_cast<std::uint32_t>(mix(key_ ^ mix((before << 8U) | bit)) & 1U) << (31U - bit);
  }
  return out;
}

std::string Addresses::v6(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) return {};
  const bool nothing = std::all_of(bytes.begin(), bytes.end() - 1, [](unsigned char b) { return b == 0; });
  if ((nothing && bytes[15] <= 1) || bytes[0] == 0xff || (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8))
    return {};
  const auto number = number_of(v6_, bytes);
  const auto* network = bytes[0] == 0xfe ? "fe80" : (bytes[0] & 0xfeU) == 0xfc ? "fd00" : "2001:db8";
  return fmt::format("{}::{:x}:{:x}", network, (number >> 16U) + 1, number & 0xffffU);
}

std::string Addresses::mac(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c; });
  if (lower == "00:00:00:00:00:00" || lower == "ff:ff:ff:ff:ff:ff") return {};
  const auto number = number_of(macs_, lower);
  return fmt::format("02:00:00:{:02x}:{:02x}:{:02x}", (number >> 16U) & 0xffU, (number >> 8U) & 0xffU, number & 0xffU);
}

V4 parse_v4(std::string_view text, char separator) {
  V4 found;
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (at >= text.size() || text[at] != separator) return {};
      ++at;
    }
    unsigned value = 0;
    const auto begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at - begin < 3)
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    if (at == begin || value > 255) return {};
    found.address = (found.address << 8U) | value;
  }
  found.length = at;
  return found;
}

std::string format_v4(std::uint32_t address, char separator) {
  return fmt::format("{}{}{}{}{}{}{}", address >> 24U, separator, (address >> 16U) & 255U, separator, (address >> 8U) & 255U, separator,
                     address & 255U);
}

}  // namespace unsnag::redaction
