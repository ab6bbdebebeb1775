// SPDX-License-Identifier: Apache-2.0
// The one noun of this program: what is known about image pulls is a stream of events. Producers (log readers,
// later the engine and live observers) write events; a pure fold makes timelines of them; consumers (watch,
// diagnose, report) read timelines. Producers and consumers never include each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"

namespace unsnag::timeline {

/// The phases of a pull. `download`, `verify` and `unpack` exist for the whole pull and for each layer.
enum class Phase : std::uint8_t { queue, resolve, auth, download, verify, unpack, commit };
enum class Outcome : std::uint8_t { ok, cached, failed, cancelled };

/// How far an event can be trusted.
enum class Certainty : std::uint8_t {
  measured,  // by unsnag itself
  reported,  // by the program that acted
  echoed,    // by another program that repeats what it was told
  inferred,  // by unsnag, from something else
};

/// What an event is about. An empty part was not said: logs seldom say everything.
struct Scope {
  std::string node;
  std::string pod;  // namespace/name
  std::string container;
  std::string image;    // as printed; the fold normalises it
  std::string layer;    // digest or Docker's short id
  std::string request;  // an id that ties lines of one call together (CRI-O, containerd traces)

  bool operator==(const Scope&) const = default;
};

/// Where an event was read.
struct Origin {
  std::string program;  // "kubelet", "containerd", "kubernetes", "kernel", …; empty: unknown
  Certainty certainty = Certainty::reported;
  std::string file;        // path within the evidence; "-" for standard input
  std::uint64_t line = 0;  // counted from 1; 0: the file as a whole
  std::string text;        // the line itself, cut to k_max_text, secrets removed
  std::string message;     // id of the catalogue's message, or of the reader that concluded it

  static constexpr std::size_t k_max_text = 4096;
};

/// A statement with a name and attributes, as catalogue/facts.toml declares them: `unreachable(how=refused)`.
struct Fact {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;  // sorted by key, no key twice

  /// The attribute's value, or "" if the fact has none of that name.
  [[nodiscard]] std::string_view get(std::string_view key) const;
  void set(std::string_view key, std::string_view value);  // an empty value removes the key
  [[nodiscard]] std::string to_string() const;             // "unreachable(addr=10.0.0.1:443, how=refused)"

  bool operator==(const Fact&) const = default;
};

struct Begin {
  Phase phase;
};
struct Sample {  // progress of one phase; nullopt: unknown, shown as ?
  Phase phase;
  std::optional<std::uint64_t> done;  // bytes
  std::optional<std::uint64_t> total;
  std::string words;  // the program's own words for it
};
struct Retry {
  std::string words;
};
struct Note {
  Fact fact;
};
struct End {
  Phase phase;
  Outcome outcome;
};

/// No row of a table stands for a longer time, and no moment is less certain: longer ones are cut to it.
inline constexpr std::chrono::hours k_longest_span{24 * 366 * 10};

/// `queue` begins when the pull was asked for, `commit` ends when it is over, whatever the outcome; the phases
/// between are optional.
struct Event {
  Scope scope;
  Stamp when;
  Origin origin;
  std::variant<Begin, Sample, Retry, Note, End> what;
  std::uint32_t count = 1;  // an event row that stands for many: "x12 over 53m"
  nanoseconds span{0};      // from the first to the last of them; `when` is the last
  /// Not 0: all events of this number, which no other process or file knows, are the same but for `when` and for
  /// origin's `line` and `text`; a sink need not look at the rest again.
  std::uint64_t twin = 0;
};

std::string_view to_string(Phase phase);
std::string_view to_string(Outcome outcome);
std::string_view to_string(Certainty certainty);
std::optional<Phase> parse_phase(std::string_view text);
std::optional<Outcome> parse_outcome(std::string_view text);
std::optional<Certainty> parse_certainty(std::string_view text);

/// Where producers put events. Implementations must not throw: losing an event is better than losing a pull.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void accept(const Event& event) noexcept = 0;
};

}  // namespace unsnag::timeline
