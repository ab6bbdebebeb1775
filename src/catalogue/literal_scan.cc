// SPDX-License-Identifier: Apache-2.0
#include "catalogue/literal_scan.h"

#include <algorithm>
#include <cstring>
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

std::uint32_t load(const char* bytes) {
  std::uint32_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace

LiteralScan::LiteralScan(const std::vector<std::string_view>& literals) {
  std::vector<std::uint32_t> long_ids, short_ids;
  for (std::uint32_t id = 0; id < literals.size(); ++id) (literals[id].size() >= k_long ? long_ids : short_ids).push_back(id);
  // 128 KiB of shifts stay in a core's second cache; the short table in its first.
  long_.build(literals, long_ids, 17);
  short_.build(literals, short_ids, 12);
}

std::uint32_t LiteralScan::Table::slot(const char* block) const { return (load(block) * 0x9E3779B1U) >> (32U - hash_bits); }

void LiteralScan::Table::build(const std::vector<std::string_view>& literals, const std::vector<std::uint32_t>& ids, unsigned bits) {
  if (ids.empty()) return;
  hash_bits = bits;
  window = std::numeric_limits<std::size_t>::max();
  for (const auto id : ids) window = std::min(window, literals[id].size());
  const std::size_t slots = std::size_t{1} << bits;
  shift.assign(slots, static_cast<std::uint8_t>(std::min<std::size_t>(255, window - k_block + 1)));
  bucket.assign(slots + 1, 0);
  std::vector<std::uint32_t> slot_of(ids.size()), skip_of(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto literal = literals[ids[i]];
    const auto skip = rarest_window(literal, window);
    skip_of[i] = static_cast<std::uint32_t>(skip);
    for (std::size_t end = k_block; end <= window; ++end) {
      const auto at = slot(literal.data() + skip + end - k_block);
      shift[at] = std::min(shift[at], static_cast<std::uint8_t>(std::min<std::size_t>(255, window - end)));
      if (end == window) slot_of[i] = at;
    }
    ++bucket[slot_of[i] + 1];
  }
  for (std::size_t at = 0; at < slots; ++at) bucket[at + 1] += bucket[at];
  entries.resize(ids.size());
  auto next = bucket;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto literal = literals[ids[i]];
    entries[next[slot_of[i]]++] = {std::string(literal), ids[i], skip_of[i], load(literal.data() + skip_of[i])};
  }
}

void LiteralScan::Table::find(std::string_view text, std::vector<Hit>& hits) const {
  if (window == 0 || text.size() < window) return;
  const char* const data = text.data();
  for (std::size_t end = window; end <= text.size();) {  // one past the window under the table
    const auto at_slot = slot(data + end - k_block);
    const auto jump = shift[at_slot];
    if (jump != 0) {
      end += jump;
      continue;
    }
    const auto first = end - window;
    const auto head = load(data + first);
    for (auto i = bucket[at_slot]; i < bucket[at_slot + 1]; ++i) {
      const auto& entry = entries[i];
      if (entry.head != head || first < entry.skip) continue;
      const auto at = first - entry.skip;
      const auto size = entry.literal.size();
      if (text.size() - at >= size && std::memcmp(data + at, entry.literal.data(), size) == 0) hits.push_back({at, entry.id});
    }
    ++end;
  }
}

void LiteralScan::find(std::string_view text, std::vector<Hit>& hits) const {
  const auto before = hits.size();
  long_.find(text, hits);
  short_.find(text, hits);
  std::sort(hits.begin() + static_cast<std::ptrdiff_t>(before), hits.end(),
            [](const Hit& a, const Hit& b) { return a.at != b.at ? a.at < b.at : a.id < b.id; });
}

}  // namespace unsnag::catalogue
