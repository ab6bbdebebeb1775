// SPDX-License-Identifier: Apache-2.0
// Names and addresses that are nobody's business, replaced on request by stand-ins of the same kind: an address stays an
// address, a host a host, an image an image, so that what explains a pull explains it still. The same name has the same
// stand-in in all files of a bundle, two names never have one, and which stands for which is written nowhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::redaction {

enum class StandInKind : std::uint8_t { account, address, mac, host, email };
inline constexpr std::size_t k_stand_in_kinds = 5;
std::string_view to_string(StandInKind kind);
/// Whether a report's kind is one of these.
bool is_stand_in(std::string_view kind);
using StandInCounts = std::array<std::uint32_t, k_stand_in_kinds>;

class StandIns {
 public:
  /// `hosts`: names that the caller knows to be private, as the node's, its cluster's and its domain's.
  explicit StandIns(const std::vector<std::string>& hosts = {});
  StandIns(StandIns&&) noexcept;
  StandIns& operator=(StandIns&&) noexcept;
  StandIns(const StandIns&) = delete;
  StandIns& operator=(const StandIns&) = delete;
  ~StandIns();

  /// The line with what is private replaced; once, since a stand-in is replaced like any other name. Any thread.
  std::string apply(std::string_view line, StandInCounts& counts);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace unsnag::redaction
