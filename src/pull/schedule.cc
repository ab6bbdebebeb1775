// SPDX-License-Identifier: Apache-2.0
#include "pull/schedule.h"

#include <algorithm>
#include <cmath>

namespace unsnag::pull {
namespace {

using namespace std::chrono_literals;
using content::k_block;
using content::Range;

constexpr std::uint64_t k_first_piece = 64 * k_block;  // 4 MiB, before a connection's rate is known
constexpr std::uint64_t k_least_piece = 16 * k_block;  // 1 MiB: less costs more round trips than it saves
constexpr std::uint64_t k_most_piece = 512 * k_block;  // 32 MiB: what a slow host holds back at most
constexpr double k_piece_seconds = 2;                  // a piece is what comes in about that time
constexpr unsigned k_barren_tries = 6;                 // tries of a blob in a row that bring nothing
constexpr std::chrono::milliseconds k_first_pause = 200ms, k_longest_pause = 15s;
constexpr std::chrono::milliseconds k_longest_request = 5min;  // what a server may ask to be left alone for

std::uint64_t piece_size(double rate) {
  if (rate <= 0) return k_first_piece;
  const auto bytes = static_cast<std::uint64_t>(rate * k_piece_seconds);
  return std::clamp(bytes / k_block * k_block, k_least_piece, k_most_piece);
}

/// Doubles with each failure in a row; its own host's, so that one registry's trouble does not slow another.
std::chrono::milliseconds pause_after(unsigned failures) {
  const auto doublings = std::min(failures - 1, 10U);
  return std::min(k_longest_pause, k_first_pause * (1U << doublings));
}

}  // namespace

Schedule::Schedule(std::size_t hosts, std::size_t connections_a_host) : hosts_(hosts) {
  for (auto& host : hosts_) host.most = connections_a_host;
}

std::size_t Schedule::add(std::uint64_t whole, std::vector<Range> missing) {
  Blob blob;
  blob.whole = whole;
  blob.missing = std::move(missing);
  blob.refused.assign(hosts_.size(), 0);
  blob.said.resize(hosts_.size());
  blobs_.push_back(std::move(blob));
  return blobs_.size() - 1;
}

void Schedule::add_missing(std::size_t blob, std::vector<Range> missing) {
  auto& all = blobs_[blob].missing;
  all.insert(all.end(), missing.begin(), missing.end());
  std::sort(all.begin(), all.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
}

/// The first host that may have the blob and is not left alone. When there is none now, `wait` is when there will be one.
std::optional<std::size_t> Schedule::host_for(const Blob& blob, Clock::time_point now, std::optional<Clock::time_point>& wait) const {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const auto& host = hosts_[i];
    if (blob.refused[i] != 0) continue;
    if (host.not_before > now) {
      if (!wait || host.not_before < *wait) wait = host.not_before;
      continue;
    }
    if (host.out >= host.most || (!host.ranges && blob.out > 0)) return std::nullopt;  // soon: no later host is asked for that
    return i;
  }
  return std::nullopt;
}

Schedule::Next Schedule::take(Clock::time_point now, double rate) {
  Next next;
  if (failure_) return next;
  for (std::size_t i = 0; i < blobs_.size(); ++i) {
    auto& blob = blobs_[i];
    if (blob.missing.empty()) continue;
    const auto host = host_for(blob, now, next.not_before);
    if (!host) continue;
    Piece piece{i, *host, {}};
    if (hosts_[*host].ranges) {
      auto& first = blob.missing.front();
      piece.range = {first.begin, std::min(first.end, first.begin + piece_size(rate))};
      first.begin = piece.range.end;
      if (first.begin == first.end) blob.missing.erase(blob.missing.begin());
    } else {
      piece.range = {0, blob.whole};
      blob.missing.clear();
    }
    ++blob.out;
    ++hosts_[*host].out;
    ++out_;
    return {piece, {}};
  }
  return next;
}

void Schedule::ended(const Piece& piece, std::uint64_t reached, const std::optional<Broken>& broken, Clock::time_point now) {
  auto& blob = blobs_[piece.blob];
  auto& host = hosts_[piece.host];
  --blob.out;
  --host.out;
  --out_;
  // Only whole blocks count as come.
  const auto kept = reached >= piece.range.end ? piece.range.end : std::max(piece.range.begin, reached / k_block * k_block);
  const bool brought = kept > piece.range.begin;
  if (kept < piece.range.end) add_missing(piece.blob, {{kept, piece.range.end}});
  if (brought) {
    blob.barren = 0;
    host.failures = 0;
  }
  if (!broken) return;
  if (broken->ours) return fail_blob(piece.blob, broken->error);
  blob.said[piece.host] = broken->error.message();
  if (!broken->transient) {
    blob.refused[piece.host] = 1;
    if (std::all_of(blob.refused.begin(), blob.refused.end(), [](char refused) { return refused != 0; }))
      fail_blob(piece.blob, broken->error);
    return;
  }
  // What was out at once and broke off at once is one failure, and one step down.
  const bool first = host.not_before <= now;
  if (first) ++host.failures;
  if (first && broken->full) host.most = (host.most + 1) / 2;
  if (!brought && blob.out == 0) ++blob.barren;
  auto pause = brought && !broken->retry_after ? 0ms : pause_after(host.failures);
  if (broken->retry_after) pause = std::max(pause, *broken->retry_after);
  host.not_before = std::max(host.not_before, now + pause);
  if (pause > k_longest_request) {  // another host may do; this one would be waited for longer than anybody wants
    blob.refused[piece.host] = 1;
    if (std::all_of(blob.refused.begin(), blob.refused.end(), [](char refused) { return refused != 0; }))
      return fail_blob(piece.blob, broken->error);
  }
  if (blob.barren >= k_barren_tries) fail_blob(piece.blob, broken->error);
}

void Schedule::no_ranges(std::size_t host) { hosts_[host].ranges = false; }

void Schedule::distrust(std::size_t blob, std::size_t host) {
  auto& refused = blobs_[blob].refused;
  blobs_[blob].said[host] = "sent other bytes than the digest stands for";
  if (std::count(refused.begin(), refused.end(), 0) > 1) refused[host] = 1;
}

void Schedule::fail_blob(std::size_t number, const Error& error) {
  if (failure_) return;
  const auto& blob = blobs_[number];
  Failure failure{number, error, {}, blob.barren};
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    if (!blob.said[i].empty()) failure.tried.emplace_back(i, blob.said[i]);
  failure_ = std::move(failure);
}

bool Schedule::done() const {
  return out_ == 0 && std::all_of(blobs_.begin(), blobs_.end(), [](const Blob& blob) { return blob.missing.empty(); });
}

std::optional<Clock::time_point> Schedule::paused(std::size_t host, Clock::time_point now) const {
  if (hosts_[host].not_before <= now) return std::nullopt;
  return hosts_[host].not_before;
}

}  // namespace unsnag::pull
