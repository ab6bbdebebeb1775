// SPDX-License-Identifier: Apache-2.0
#include "readers/repeats.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

#include "readers/headers.h"

namespace unsnag::readers {
namespace {

constexpr std::size_t k_max_line = 2048;
constexpr std::string_view k_logfmt_time = "time=\"";

/// A time at the start of `text`, and its length.
struct Found {
  Stamp when;
  std::size_t begin = 0, end = 0;
};

std::optional<Found> stamp_at_start(std::string_view text) {
  const auto size = text.size();
  if (size < 20) return std::nullopt;
  const char first = text.front();
  if (std::string_view("IWEF").find(first) != std::string_view::npos && text[1] >= '0' && text[1] <= '9') {
    text.remove_prefix(1);
    const auto when = take_klog_time(text);
    if (!when) return std::nullopt;
    return Found{*when, 1, size - text.size()};
  }
  if (first == 't' && text.starts_with(k_logfmt_time)) {
    const auto close = text.substr(0, 64).find('"', k_logfmt_time.size());
    if (close == std::string_view::npos) return std::nullopt;
    const auto when = parse_rfc3339(text.substr(k_logfmt_time.size(), close - k_logfmt_time.size()));
    if (!when) return std::nullopt;
    return Found{*when, k_logfmt_time.size(), close};
  }
  return std::nullopt;
}

std::optional<Found> carrier_at_start(std::string_view text) {
  const auto size = text.size();
  if (size < 20) return std::nullopt;
  const bool digit = text.front() >= '0' && text.front() <= '9';
  const auto when = digit ? take_rfc3339(text) : text[3] == ' ' ? take_syslog_time(text) : std::nullopt;
  if (!when || text.empty() || text.front() != ' ') return std::nullopt;
  return Found{*when, 0, size - text.size()};
}

/// Where the program's own header begins after `host program[pid]: ` or `stderr F `; 0: nowhere near.
std::size_t inner_start(std::string_view text, std::size_t from) {
  constexpr std::size_t k_near = 160;
  const auto window = text.substr(0, from + k_near);
  const auto colon = window.find(": ", from);
  if (colon != std::string_view::npos) return colon + 2;
  const auto full = window.find(" F ", from);
  return full == std::string_view::npos ? 0 : full + 3;
}

int rank(const Stamp& stamp) { return (stamp.year_known ? 2 : 0) + (stamp.zone_known ? 1 : 0); }

class Hash {
 public:
  void add(std::string_view text) {
    state_ = mix(state_ ^ text.size());
    while (text.size() >= 8) {
      add(load(text.data(), 8));
      text.remove_prefix(8);
    }
    if (!text.empty()) add(load(text.data(), text.size()));
  }
  [[nodiscard]] std::uint64_t value() const { return mix(state_) | 1U; }  // 0 is an empty slot

 private:
  static std::uint64_t load(const char* bytes, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, size);
    return word;
  }
  static std::uint64_t mix(std::uint64_t word) {
    word *= 0x9E3779B97F4A7C15U;
    return word ^ (word >> 29U);
  }
  void add(std::uint64_t word) { state_ = mix(state_ ^ word); }
  std::uint64_t state_ = 0x243F6A8885A308D3U;
};

/// The line without its times, in three pieces.
std::array<std::string_view, 3> pieces(const TimedLine& line) {
  return {line.text.substr(0, line.begin[0]), line.text.substr(line.end[0], line.begin[1] - line.end[0]), line.text.substr(line.end[1])};
}

std::uint64_t next_twin() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

std::optional<TimedLine> read_timed(std::string_view line) {
  if (line.size() > k_max_line) return std::nullopt;
  auto outer = stamp_at_start(line);
  std::optional<Found> inner;
  if (!outer) {
    outer = carrier_at_start(line);
    if (!outer) return std::nullopt;
    const auto start = inner_start(line, outer->end);
    if (start != 0) {
      inner = stamp_at_start(line.substr(start));
      if (inner) {
        inner->begin += start;
        inner->end += start;
      }
    }
  }
  TimedLine timed{line, outer->when, {outer->begin, outer->end}, {outer->end, outer->end}, 0};
  if (inner) {
    timed.begin[1] = inner->begin;
    timed.end[1] = inner->end;
    if (rank(inner->when) >= rank(outer->when)) timed.when = inner->when;
  }
  Hash hash;
  for (const auto piece : pieces(timed)) hash.add(piece);
  timed.hash = hash.value();
  return timed;
}

Repeats::Repeats() : seen_(k_slots), said_(k_slots) {}

Repeats::Said* Repeats::find(const TimedLine& line) {
  auto& said = said_[line.hash % k_slots];
  if (said.line.hash != line.hash || said.line.text.size() != line.text.size() || said.line.begin != line.begin ||
      said.line.end != line.end || pieces(said.line) != pieces(line))
    return nullptr;
  return &said;
}

bool Repeats::seen(const TimedLine& line) { return std::exchange(seen_[line.hash % k_slots], line.hash) == line.hash; }

void Repeats::learn(const TimedLine& line, std::vector<timeline::Event> events, bool understood, bool shown_as_is) {
  auto& said = said_[line.hash % k_slots];
  said.text = line.text;
  said.line = line;
  said.line.text = said.text;
  said.events = std::move(events);
  said.understood = understood;
  said.shown_as_is = shown_as_is;
  for (auto& event : said.events) event.twin = next_twin();
}

}  // namespace unsnag::readers
