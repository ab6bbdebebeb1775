// SPDX-License-Identifier: Apache-2.0
#include "catalogue/literal_scan.h"

#include <algorithm>
#include <array>
#include <limits>

namespace unsnag::catalogue {
namespace {

/// How common a byte is in logs, roughly: the window of a literal is put where these add up to the least.
unsigned commonness(char c) {
  static constexpr std::string_view k_order = "etaoinsrl dcumpgfh0123456789:-=\"./bvkwy";
  const auto rank = k_order.find(c);
  return rank == std::string_view::npos ? 1 : static_cast<unsigned>(k_order.size() - rank) + 4;
}

std::size_t rarest_window(std::string_view literal, std::size_t width) {
  std::size_t best = 0;
  unsigned best_cost = std::numeric_limits<unsigned>::max();
  for (std::size_t at = 0; at + width <= literal.size(); ++at) {
    unsigned cost = 0;
    for (std::size_t i = 0; i < width; ++i) cost += commonness(literal[at + i]);
    if (cost < best_cost) {
      best_cost = cost;
      best = at;
    }
  }
  return best;
}

}  // namespace

LiteralScan::LiteralScan(const std::vector<std::string_view>& literals) {
  if (literals.empty()) return;
  window_ = std::numeric_limits<std::size_t>::max();
  for (const auto literal : literals) window_ = std::min(window_, literal.size());
  const std::size_t slots = std::size_t{1} << k_hash_bits;
  shift_.assign(slots, static_cast<std::uint8_t>(window_ - k_block + 1));
  std::vector<std::uint32_t> slot_of(literals.size());
  std::vector<std::uint32_t> skip_of(literals.size());
  bucket_.assign(slots + 1, 0);
  for (std::size_t id = 0; id < literals.size(); ++id) {
    const auto skip = rarest_window(literals[id], window_);
    skip_of[id] = static_cast<std::uint32_t>(skip);
    for (std::size_t end = k_block; end <= window_; ++end) {
      const auto slot = hash(literals[id].data() + skip + end - k_block);
      shift_[slot] = std::min(shift_[slot], static_cast<std::uint8_t>(window_ - end));
      if (end == window_) slot_of[id] = slot;
    }
    ++bucket_[slot_of[id] + 1];
  }
  for (std::size_t slot = 0; slot < slots; ++slot) bucket_[slot + 1] += bucket_[slot];
  entries_.resize(literals.size());
  auto next = bucket_;
  for (std::size_t id = 0; id < literals.size(); ++id)
    entries_[next[slot_of[id]]++] = {std::string(literals[id]), static_cast<std::uint32_t>(id), skip_of[id]};
}

}  // namespace unsnag::catalogue
