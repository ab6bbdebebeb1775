// SPDX-License-Identifier: Apache-2.0
// Who fetches which part of which blob next, and from whom: everything that the engine decides about transfers, as a pure
// machine with the clock in hand. Blobs are fetched in the order in which they were added; a large one by several
// connections in pieces, whose size follows what a connection brings. What broke off goes on where it was, at the next
// host or after a pause; a host that fails is left alone for longer each time. A blob has failed when no host is left
// that might have it, or when many tries in a row have brought nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/blocks.h"
#include "pull/source.h"

namespace unsnag::pull {

using Clock = std::chrono::steady_clock;

struct Piece {
  std::size_t blob = 0;  // the number that add() gave
  std::size_t host = 0;
  content::Range range;
};

/// Not for several threads at once.
class Schedule {
 public:
  /// Hosts by their number, as Source::hosts() has them.
  Schedule(std::size_t hosts, std::size_t connections_a_host);

  /// A blob and what is missing of it, in order and beginning where blocks do. `whole`: its size in bytes.
  std::size_t add(std::uint64_t whole, std::vector<content::Range> missing);
  /// More of a blob is missing: another process that fetched it has gone, or its digest was wrong.
  void add_missing(std::size_t blob, std::vector<content::Range> missing);

  struct Next {
    std::optional<Piece> piece;
    std::optional<Clock::time_point> not_before;  // all that there is to do has to wait until then
  };
  /// The next piece for a connection that brings `rate` bytes a second (0: not known yet). Neither piece nor time: nothing is to
  /// do now.
  Next take(Clock::time_point now, double rate);

  /// The transfer of a piece is over: bytes up to `reached` have come. What is missing of it is fetched again.
  void ended(const Piece& piece, std::uint64_t reached, const std::optional<Broken>& broken, Clock::time_point now);
  /// This host sends blobs only as a whole: one connection a blob, from the beginning.
  void no_ranges(std::size_t host);

  /// What this host sent of a blob was wrong: others are asked, as long as there are any.
  void distrust(std::size_t blob, std::size_t host);

  /// All parts that were added have come.
  [[nodiscard]] bool done() const;

  struct Failure {
    std::size_t blob = 0;
    Error error;                                             // the one that decided it
    std::vector<std::pair<std::size_t, std::string>> tried;  // host, and what it last said of this blob; each host once
    unsigned tries = 0;                                      // in a row that brought nothing
  };
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

  /// Until when a host is left alone; nullopt: it isn't.
  [[nodiscard]] std::optional<Clock::time_point> paused(std::size_t host, Clock::time_point now) const;

 private:
  struct Blob {
    std::uint64_t whole = 0;
    std::vector<content::Range> missing;  // nobody fetches these
    std::size_t out = 0;                  // pieces that somebody fetches
    unsigned barren = 0;                  // tries in a row that brought nothing
    std::vector<char> refused;            // by host: it does not have it, or does not give it
    std::vector<std::string> said;        // by host
  };
  struct Host {
    bool ranges = true;
    unsigned failures = 0;  // in a row
    std::size_t out = 0, most = 0;
    Clock::time_point not_before{};
  };
  std::optional<std::size_t> host_for(const Blob& blob, Clock::time_point now, std::optional<Clock::time_point>& wait) const;
  void fail_blob(std::size_t blob, const Error& error);

  std::vector<Blob> blobs_;
  std::vector<Host> hosts_;
  std::size_t out_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace unsnag::pull
