// SPDX-License-Identifier: Apache-2.0
#include "catalogue/literal_scan.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace unsnag::catalogue {
namespace {

/// How common a byte is in logs, roughly: the window of a literal is put where these add up to the least.
constexpr std::array<std::uint8_t, 256> k_commonness = [] {
  constexpr std::string_view k_order = "etaoinsrl dcumpgfh0123456789:-=\"./bvkwy";
  std::array<std::uint8_t, 256> table{};
  for (auto& cost : table) cost = 1;
  for (std::size_t rank = 0; rank < k_order.size(); ++rank)
    table[static_cast<unsigned char>(k_order[rank])] = static_cast<std::uint8_t>(k_order.size() - rank + 4);
  return table;
}();

/// What healthy logs of kubelets and runtimes are full of (measured on tests/data/recorded.tar.xz): a window that
/// holds a piece of it is asked for all the time.
constexpr std::array<std::string_view, 26> k_everywhere{"containerd",
                                                        "io.containerd.grpc.v1.",
                                                        "error while reading ",
                                                        "readlink /proc/1/fd/",
                                                        ": permission denied",
                                                        " flags.go:",
                                                        "FLAG: --",
                                                        "loading plugin ",
                                                        "time=\"2026-11-24T0",
                                                        "T0",
                                                        " level=info msg=\"",
                                                        " level=debug msg=\"",
                                                        "_manager.go:",
                                                        "snapshotter",
                                                        "could not ",
                                                        "status.go:",
                                                        "Capacity",
                                                        "volume ",
                                                        "failed to ",
                                                        "v1\ntime=",
                                                        " path: \"",
                                                        "Loaded ",
                                                        " missing",
                                                        "-v1.",
                                                        " image ",
                                                        "kubelet"};

template <typename Word>
Word load(const char* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Fibonacci hashing: the upper bits of the product depend on all of the block.
template <typename Word>
std::uint64_t mix(Word block) {
  return std::uint64_t{block} * 0x9E3779B97F4A7C15U;
}

/// Counts how many literals hold a block, near enough: what many messages say is what logs are full of.
template <typename Word>
class Census {
 public:
  explicit Census(const std::vector<std::string_view>& literals, const std::vector<std::uint32_t>& ids)
      : counts_(std::size_t{1} << k_bits) {
    for (const auto id : ids)
      for (std::size_t at = 0; at + sizeof(Word) <= literals[id].size(); ++at) {
        auto& count = counts_[slot(literals[id].data() + at)];
        if (count < k_most) ++count;
      }
    for (const auto text : k_everywhere)
      for (std::size_t at = 0; at + sizeof(Word) <= text.size(); ++at) counts_[slot(text.data() + at)] = k_most;
  }
  [[nodiscard]] unsigned of(const char* block) const { return counts_[slot(block)]; }

 private:
  static constexpr unsigned k_bits = 16;
  static constexpr std::uint16_t k_most = 1000;
  static std::size_t slot(const char* block) { return static_cast<std::size_t>(mix(load<Word>(block)) >> (64U - k_bits)); }
  std::vector<std::uint16_t> counts_;
};

template <typename Word>
std::size_t rarest_window(std::string_view literal, std::size_t width, const Census<Word>& census) {
  constexpr unsigned k_shared = 16;  // one more literal with the same block weighs as much as a common letter
  std::size_t best = 0;
  unsigned best_cost = std::numeric_limits<unsigned>::max();
  for (std::size_t at = 0; at + width <= literal.size(); ++at) {
    unsigned cost = 0;
    for (std::size_t i = 0; i < width; ++i) cost += k_commonness[static_cast<unsigned char>(literal[at + i])];
    for (std::size_t i = 0; i + sizeof(Word) <= width; ++i) cost += k_shared * census.of(literal.data() + at + i);
    if (cost < best_cost) {
      best_cost = cost;
      best = at;
    }
  }
  return best;
}

bool before(const LiteralScan::Hit& a, const LiteralScan::Hit& b) { return a.at != b.at ? a.at < b.at : a.id < b.id; }

/// Hits come in order of their window, so that none is far from its place: never further than the hits that one
/// literal's length can hold.
void settle(std::vector<LiteralScan::Hit>& hits, std::size_t from) {
  for (auto i = from + 1; i < hits.size(); ++i) {
    const auto hit = hits[i];
    auto to = i;
    for (; to > from && before(hit, hits[to - 1]); --to) hits[to] = hits[to - 1];
    hits[to] = hit;
  }
}

}  // namespace

template <typename Word, std::size_t k_step>
void LiteralScan::Table<Word, k_step>::build(const std::vector<std::string_view>& literals, const std::vector<std::uint32_t>& ids,
                                             unsigned filter_bits, unsigned slot_bits) {
  if (ids.empty()) return;
  const Census<Word> census(literals, ids);
  filter_shift_ = 64U - filter_bits;
  slot_shift_ = 64U - slot_bits;
  filter_.assign(std::size_t{1} << filter_bits, 0);
  bucket_.assign((std::size_t{1} << slot_bits) + 1, 0);
  std::vector<Entry> entries;
  for (const auto id : ids) {
    const auto literal = literals[id];
    const auto begin = rarest_window(literal, k_window, census);
    for (auto offset = begin; offset < begin + k_step; ++offset) {
      const auto block = load<Word>(literal.data() + offset);
      const auto hash = mix(block);
      filter_[hash >> filter_shift_] = 1;
      ++bucket_[(hash >> slot_shift_) + 1];
      entries.push_back({block, static_cast<std::uint32_t>(literals_.size()), static_cast<std::uint32_t>(offset)});
    }
    literals_.push_back({std::string(literal), id});
  }
  for (std::size_t slot = 0; slot + 1 < bucket_.size(); ++slot) bucket_[slot + 1] += bucket_[slot];
  entries_.resize(entries.size());
  auto next = bucket_;
  for (const auto& entry : entries) entries_[next[mix(entry.block) >> slot_shift_]++] = entry;
}

template <typename Word, std::size_t k_step>
void LiteralScan::Table<Word, k_step>::look(std::string_view text, std::size_t at, std::vector<Hit>& hits) const {
  const auto block = load<Word>(text.data() + at);
  const auto slot = mix(block) >> slot_shift_;
  for (auto i = bucket_[slot]; i < bucket_[slot + 1]; ++i) {
    const auto& entry = entries_[i];
    if (entry.block != block || at < entry.offset) continue;
    const auto& literal = literals_[entry.literal];
    const auto begin = at - entry.offset;
    if (text.size() - begin >= literal.text.size() && std::memcmp(text.data() + begin, literal.text.data(), literal.text.size()) == 0)
      hits.push_back({begin, literal.id});
  }
}

template <typename Word, std::size_t k_step>
void LiteralScan::Table<Word, k_step>::find(std::string_view text, std::vector<Hit>& hits) const {
  if (entries_.empty() || text.size() < k_window) return;
  const char* const data = text.data();
  const auto* const filter = filter_.data();
  const auto shift = filter_shift_;
  const auto may_be = [data, filter, shift](std::size_t at) -> unsigned { return filter[mix(load<Word>(data + at)) >> shift]; };
  constexpr std::size_t k_looks = 8;  // at once: the branch is seldom taken, so it is asked seldom
  std::size_t at = 0;
  for (; at + (k_looks - 1) * k_step + sizeof(Word) <= text.size(); at += k_looks * k_step) {
    unsigned some = 0;
    for (unsigned i = 0; i < k_looks; ++i) some |= may_be(at + i * k_step) << i;
    for (; some != 0; some &= some - 1) look(text, at + static_cast<unsigned>(__builtin_ctz(some)) * k_step, hits);
  }
  for (; at + sizeof(Word) <= text.size(); at += k_step)
    if (may_be(at) != 0) look(text, at, hits);
}

LiteralScan::LiteralScan(const std::vector<std::string_view>& literals) {
  std::vector<std::uint32_t> long_ids, short_ids;
  for (std::uint32_t id = 0; id < literals.size(); ++id)
    (literals[id].size() >= decltype(long_)::k_window ? long_ids : short_ids).push_back(id);
  // The filters take 128 and 8 KiB, one byte a hash: bits would be nearer, but cost twice the instructions.
  long_.build(literals, long_ids, 17, 14);
  short_.build(literals, short_ids, 13, 9);
}

void LiteralScan::find(std::string_view text, std::vector<Hit>& hits) const {
  const auto begin = hits.size();
  long_.find(text, hits);
  settle(hits, begin);
  const auto middle = hits.size();
  short_.find(text, hits);
  settle(hits, middle);
  std::inplace_merge(hits.begin() + static_cast<std::ptrdiff_t>(begin), hits.begin() + static_cast<std::ptrdiff_t>(middle), hits.end(),
                     before);
}

}  // namespace unsnag::catalogue
