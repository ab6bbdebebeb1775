// SPDX-License-Identifier: Apache-2.0
// What a runtime's watchdog saw of one pull: the reports of progress that reached it, in order. A rule is judged on
// this alone, since every false cancel comes from what a watchdog does not see: bytes unpacked, files synced.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/timeline.h"

namespace unsnag::watch {

enum class Status : std::uint8_t {
  other,        // any message that says nothing about one layer's bytes
  waiting,      // for a turn, for a lock, or (containerd) for more bytes
  downloading,  // `done` of `total` bytes of one layer (containerd's local mode: of one request)
  complete,     // downloaded (containerd: and committed to the content store)
  exists,       // the layer was there already
  extracting,
  extracted,
  request_opened,  // containerd's local mode: an HTTP request was sent; `layer` tells requests apart
  request_closed,  //   … and its body was closed
  counters,        // containerd's own counters: `active` requests and `done` bytes of the whole pull
};

struct Report {
  nanoseconds at{0};  // on the stream's clock
  Status status = Status::other;
  std::string layer;  // empty: the whole image
  std::optional<std::uint64_t> done, total;
  std::optional<std::int64_t> active;  // counters only
  std::string words;                   // the program's own words
};

/// How the pull went on after the last report.
enum class Ending : std::uint8_t {
  open,       // the recording stops at `end`; the pull went on
  finished,   // it succeeded at `end`
  failed,     // it failed at `end`, not by a watchdog
  cancelled,  // a watchdog (or the recording's end) cut it off at `end`
};

/// One attempt. Its clock is anybody's that does not step; its times lie within a few decades of 0.
struct Stream {
  nanoseconds begin{0};  // when the reporter started, which fixes its ticks: dockershim and cri-dockerd
                         // start it with Docker's first message, containerd with PullImage
  nanoseconds end{0};
  Ending ending = Ending::open;
  std::vector<Report> reports;   // by time
  nanoseconds sampled_every{0};  // 0: each report was recorded; else only the latest one of each such interval,
                                 // and `at` is at most so much too early
};

/// Status in the words that Docker's stream and containerd's transfer service use ("Extracting", "already exists").
/// Unknown words are `other`.
Status parse_status(std::string_view word);

/// A message as dockershim and cri-dockerd print it: "ffbe58723881: Extracting [=====> ]  71.86MB/86.72MB".
/// The bar is not read further: `done` and `total` stay unknown.
Report parse_docker_progress(std::string_view text, nanoseconds at);

/// What samples stand for.
enum class Samples : std::uint8_t {
  each_report,   // every message or event that the watchdog received
  at_its_looks,  // log lines that the watchdog wrote when it looked (kubelet at -v=2, cri-dockerd, containerd at
                 // debug): a repeat of the same words is no report, and a new one came since the look before
};

/// An attempt's samples as a stream; its clock counts from the attempt's begin, or from the first sample where that is
/// unknown. `every` is the time between looks. nullopt: no sample has a time.
std::optional<Stream> stream_of(const timeline::Attempt& attempt, Samples samples, nanoseconds every = std::chrono::seconds{10});

}  // namespace unsnag::watch
