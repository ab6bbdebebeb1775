// SPDX-License-Identifier: Apache-2.0
// What diagnosis concludes, as values that a report can print and a remedy can act on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "timeline/timeline.h"

namespace unsnag::diagnose {

enum class Confidence : std::uint8_t { certain, likely, possible, insufficient };
std::string_view to_string(Confidence confidence);  // "certain" … "insufficient-evidence"

/// A line that speaks for or against something.
struct Proof {
  std::string file;
  std::uint64_t line = 0;
  std::string text;
  std::string program;
  Stamp when;
  std::uint64_t count = 1;
  bool echo = false;    // a repetition by another program than the one that acted
  std::string message;  // the catalogue's id, or the reader's
};

struct RuledOut {
  std::string cause;
  std::string why;
  std::optional<Proof> by;
};

/// Another cause that the same lines allow, and what would decide.
struct Alternative {
  std::string cause;
  Confidence confidence = Confidence::possible;
  std::string says;
  std::string decides;
};

/// Something to bring when the evidence can't decide.
struct BringNext {
  std::string what;     // "containerd's log around the failure"
  std::string command;  // "journalctl -u containerd --since '…' | unsnag why"
};

struct Advice {
  enum class When : std::uint8_t { now, for_good, others };  // …, so that it does not come back, for somebody else to do
  When when = When::now;
  std::string platform;          // "" or "eks-al2", …: what it is for
  std::string text;              // one sentence or two
  std::string command;           // to paste; may be several lines; "" if none
  std::string file, key, value;  // the exact place, where there is one
  std::string restart;           // the unit to restart, "" if none
};

/// The clock that cancelled a pull, for progress-deadline.
struct Timer {
  std::string program;                    // "kubelet (dockershim)", "containerd", …
  std::string setting;                    // "--image-pull-progress-deadline"
  std::optional<nanoseconds> limit;       // in force
  std::string limit_origin;               // "the default", "kubelet.service:12", …
  std::string where;                      // where it is set: file and key, or unit and flag
  std::string layer;                      // the silent layer, as far as the evidence names it
  std::string doing;                      // its last words: "Extracting 88.27MB/88.27MB"
  std::optional<nanoseconds> silent_for;  // until the cancel
  std::optional<nanoseconds> enough;      // the smallest deadline that would have let it through
  bool enough_is_lower_bound = false;     // the recording ends at the cancel: at least this
  std::string note;                       // e.g. that the latest progress may name an innocent layer
};

struct Verdict {
  std::string cause;  // id of causes/*.toml, "no-failure", "insufficient-evidence"
  std::string title;  // the cause's own title
  Confidence confidence = Confidence::insufficient;
  std::string summary;                // one sentence, with this image's and host's names
  std::string explanation;            // a paragraph, may be ""
  std::string rule;                   // the rule that fired
  std::string image, image_as_given;  // "" when the evidence names none
  std::string node;
  std::vector<std::string> pods, containers;
  std::string runtime, runtime_version, kubelet_version, platform;  // "" unknown
  std::uint64_t failures = 0;                                       // how often it failed, as far as it shows; 0 unknown
  std::vector<Proof> proof;                                         // deciding lines, the strongest first
  std::vector<Proof> secondary;                                     // errors that only follow from it
  std::vector<RuledOut> ruled_out;
  std::vector<Alternative> alternatives;
  std::vector<BringNext> bring;
  std::vector<Advice> advice;
  std::optional<Timer> timer;
  std::optional<Stamp> next_retry;              // when kubelet tries again
  std::optional<nanoseconds> next_retry_delay;  // its back-off, when the moment is unknown
  std::optional<std::size_t> pull;              // index into the timeline's pulls
};

struct Diagnosis {
  std::vector<Verdict> verdicts;  // worst first; empty: nothing failed
  std::vector<Proof> holes;       // where the evidence says itself that lines are missing
};

/// Pure: the same timeline gives the same diagnosis. Knows the timeline alone.
Diagnosis diagnose(const timeline::Timeline& timeline);

/// A cause's page, as `unsnag explain` prints it.
struct CausePage {
  std::string id, title, what, tell, fix;
};
const std::vector<CausePage>& cause_pages();

}  // namespace unsnag::diagnose
