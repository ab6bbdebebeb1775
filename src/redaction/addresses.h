// SPDX-License-Identifier: Apache-2.0
// Addresses and their stand-ins. Private IPv4 addresses keep their range and their neighbourhood: two that share a prefix share
// one as long afterwards, so that a route, a proxy's exceptions and a node's address still say who is near whom. (The idea is
// Crypto-PAn's, Xu and others 2002.) Which is which hangs on a key that is made for the bundle and forgotten with it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace unsnag::redaction {

class Addresses {
 public:
  explicit Addresses(std::uint64_t key) : key_(key) {}

  /// The stand-in of `a.b.c.d`, of which `prefix` bits count (of a network; 32: of an address). Addresses that are the same
  /// everywhere (127.0.0.1, 169.254.169.254, 10.0.0.0/8) stay.
  std::uint32_t v4(std::uint32_t address, unsigned prefix = 32);
  /// Of an IPv6 address in any notation; empty: it is none, or stays.
  std::string v6(std::string_view text);
  /// Of six pairs of digits; the broadcast address and none stay: empty.
  std::string mac(std::string_view text);

 private:
  std::uint64_t key_;
  std::map<std::uint32_t, std::uint32_t> public_;
  std::map<std::array<unsigned char, 16>, std::uint32_t> v6_;
  std::map<std::string, std::uint32_t> macs_;
};

/// The address that `text` begins with, and its length; 0: none.
struct V4 {
  std::uint32_t address = 0;
  std::size_t length = 0;
};
V4 parse_v4(std::string_view text, char separator = '.');
std::string format_v4(std::uint32_t address, char separator = '.');

}  // namespace unsnag::redaction
