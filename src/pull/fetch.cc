// SPDX-License-Identifier: Apache-2.0
#include "pull/fetch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "watch/movement.h"

namespace unsnag::pull {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds k_tick = 100ms;
constexpr double k_rate_weight = 0.3;  // of the last transfer in a connection's rate

struct Wanted {
  oci::Descriptor descriptor;
  content::Spool* spool;
  bool ours = false;  // this process fetches it
  bool again = false;
  std::atomic<std::uint64_t> received = 0;
  std::atomic<std::ptrdiff_t> served_by = -1;

  Wanted(oci::Descriptor what, content::Spool& where) : descriptor(std::move(what)), spool(&where) {}
};

/// What the ticker sees of one connection.
struct Lane {
  std::atomic<std::uint64_t> bytes = 0;  // that it ever brought
  std::atomic<bool> writing = false;     // our disk has the last ones
  std::atomic<bool> stop = false;
  std::optional<Piece> piece;               // guarded by the fetcher's mutex
  std::optional<watch::Movement> movement;  // … and so is this
  bool replaced = false;                    // … and this: stopped since it was stuck
  std::chrono::milliseconds still{};
};

}  // namespace

struct Fetcher::Impl {
  Impl(Source& from, const FetchLimits& to, FetchWatcher& who)
      : source(from), limits(to), watcher(who), schedule(from.hosts().size(), to.connections_a_host) {}

  Source& source;
  const FetchLimits limits;
  FetchWatcher& watcher;

  mutable std::mutex mutex;
  std::condition_variable_any changed;
  std::uint64_t changes = 0;  // guarded by mutex
  Schedule schedule;          // guarded by mutex
  std::deque<Wanted> wanted;  // grows only; elements guarded by mutex but for their atomics
  std::deque<Lane> lanes;     // constant after start()

  std::stop_source stop;
  std::vector<std::jthread> threads;  // the last ones

  /// There may be something to do for who waits. With the mutex held.
  void tell() {
    ++changes;
    changed.notify_all();
  }
  void work(Lane& lane);
  std::optional<Broken> transfer(Connection& connection, Lane& lane, Wanted& blob, const Piece& piece, std::uint64_t& reached);
  void tick();
  void look_after(Clock::time_point now);
};

/// One piece. `reached` is where its bytes end that are in the spool.
std::optional<Broken> Fetcher::Impl::transfer(Connection& connection, Lane& lane, Wanted& blob, const Piece& piece,
                                              std::uint64_t& reached) {
  bool no_ranges = false, disk = false;
  reached = piece.range.begin;
  const auto take = [&](std::uint64_t offset, std::string_view bytes) -> Result<void*> {
    lane.bytes += bytes.size();
    blob.received += bytes.size();
    // From 0 although the middle was asked for, or on and on: this host knows no ranges.
    if (offset < reached && offset == 0 && reached == piece.range.begin) {
      no_ranges = true;
      return fail(Errc::unsupported, "the server sends the whole blob for a part of it");
    }
    if (offset != reached) return fail(Errc::malformed, fmt::format("the server sends byte {} where {} was asked for", offset, reached));
    if (bytes.size() > piece.range.end - reached) return fail(Errc::malformed, "the server sends more than was asked for");
    lane.writing = true;
    auto written = blob.spool->write(offset, bytes);
    lane.writing = false;
    if (!written) {
      disk = true;
      written.error().context.emplace_back("spooling a layer");
      return written;
    }
    reached += bytes.size();
    blob.served_by = static_cast<std::ptrdiff_t>(piece.host);
    return nullptr;
  };
  auto broken = connection.get(piece.host, blob.descriptor, piece.range, take, lane.stop);
  if (!broken && reached < piece.range.end)
    broken = Broken{{Errc::io, fmt::format("the answer ended {} bytes early", piece.range.end - reached)}};
  if (broken && no_ranges) {
    const std::lock_guard lock(mutex);
    schedule.no_ranges(piece.host);
  }
  if (broken && disk) broken->ours = true;
  return broken;
}

void Fetcher::Impl::work(Lane& lane) {
  const auto connection = source.connect();
  const auto token = stop.get_token();
  double rate = 0;
  std::unique_lock lock(mutex);
  while (!token.stop_requested()) {
    const auto now = Clock::now();
    const auto next = schedule.take(now, rate);
    if (!next.piece) {
      const auto until = std::min(next.not_before.value_or(now + 1s), now + 1s);
      changed.wait_until(lock, token, until, [&, seen = changes] { return changes != seen; });
      continue;
    }
    lane.piece = next.piece;
    lane.movement.emplace(std::chrono::duration_cast<nanoseconds>(limits.stall), limits.trickle);
    lane.replaced = false;
    lane.stop = token.stop_requested();
    auto& blob = wanted[next.piece->blob];
    lock.unlock();
    std::uint64_t reached = 0;
    auto broken = transfer(*connection, lane, blob, *next.piece, reached);
    const auto took = std::chrono::duration<double>(Clock::now() - now).count();
    lock.lock();
    const bool stopped = lane.stop && !lane.replaced;
    if (broken && lane.replaced && broken->error.code == Errc::cancelled)
      broken->error = {Errc::timed_out,
                       fmt::format("nothing came for {} s", std::chrono::duration_cast<std::chrono::seconds>(lane.still).count())};
    lane.piece.reset();
    if (took > 0 && reached > next.piece->range.begin) {
      const auto last = static_cast<double>(reached - next.piece->range.begin) / took;
      rate = rate == 0 ? last : rate + k_rate_weight * (last - rate);
    }
    const bool told = broken && !stopped;
    // Who asked to stop knows it; a server that knows no ranges is asked again in its own way.
    if (broken && (stopped || broken->error.code == Errc::unsupported)) {
      schedule.ended(*next.piece, reached, {}, Clock::now());
    } else {
      schedule.ended(*next.piece, reached, broken, Clock::now());
    }
    tell();
    if (!told) continue;
    lock.unlock();
    watcher.broke_off(next.piece->blob, next.piece->host, reached, broken->error);
    lock.lock();
  }
}

void Fetcher::Impl::look_after(Clock::time_point now) {
  struct Stuck {
    Piece piece;
    std::uint64_t bytes;
    std::chrono::milliseconds still;
  };
  std::vector<Stuck> stuck;
  {
    const std::lock_guard lock(mutex);
    for (auto& lane : lanes) {
      if (!lane.piece || lane.replaced) continue;
      lane.movement->look(std::chrono::duration_cast<nanoseconds>(now.time_since_epoch()), lane.bytes, !lane.writing);
      if (!lane.movement->stuck()) continue;
      lane.replaced = true;
      lane.still = std::chrono::duration_cast<std::chrono::milliseconds>(lane.movement->still());
      lane.stop = true;
      stuck.push_back({*lane.piece, lane.bytes, lane.still});
    }
    bool more = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      auto& blob = wanted[i];
      if (blob.ours || blob.spool->present() == blob.spool->size()) continue;
      const auto mine = blob.spool->own();
      if (!mine || !*mine) continue;
      blob.ours = true;
      schedule.add_missing(i, blob.spool->missing());
      more = true;
    }
    if (more) tell();
  }
  for (const auto& one : stuck) watcher.stuck(one.piece.blob, one.piece.host, one.bytes, one.still);
}

void Fetcher::Impl::tick() {
  const auto token = stop.get_token();
  std::mutex own;
  std::condition_variable_any waiting;
  auto synced = Clock::now();
  std::unique_lock lock(own);
  while (!token.stop_requested()) {
    waiting.wait_for(lock, token, k_tick, [] { return false; });
    const auto now = Clock::now();
    look_after(now);
    if (now - synced < limits.sync_every) continue;
    std::vector<content::Spool*> spools;
    {
      const std::lock_guard guard(mutex);
      for (auto& blob : wanted)
        if (blob.ours) spools.push_back(blob.spool);
    }
    // A disk that cannot sync says so to whoever writes next.
    for (auto* spool : spools)
      if (!token.stop_requested()) (void)spool->sync();
    synced = Clock::now();
  }
}

Fetcher::Fetcher(Source& source, const FetchLimits& limits, FetchWatcher& watcher)
    : impl_(std::make_unique<Impl>(source, limits, watcher)) {}

Fetcher::~Fetcher() {
  impl_->stop.request_stop();
  {
    const std::lock_guard lock(impl_->mutex);
    for (auto& lane : impl_->lanes) lane.stop = true;
  }
  impl_->threads.clear();
}

std::size_t Fetcher::add(const oci::Descriptor& blob, content::Spool& spool) {
  const std::lock_guard lock(impl_->mutex);
  auto& one = impl_->wanted.emplace_back(blob, spool);
  const auto mine = spool.own();
  one.ours = mine && *mine;
  const auto number = impl_->schedule.add(spool.size(), one.ours ? spool.missing() : std::vector<content::Range>{});
  impl_->tell();
  return number;
}

void Fetcher::start() {
  for (std::size_t i = 0; i < impl_->limits.connections; ++i) impl_->lanes.emplace_back();
  for (auto& lane : impl_->lanes) impl_->threads.emplace_back([this, &lane] { impl_->work(lane); });
  impl_->threads.emplace_back([this] { impl_->tick(); });
}

Result<bool> Fetcher::fetch_again(std::size_t blob) {
  const std::lock_guard lock(impl_->mutex);
  auto& one = impl_->wanted[blob];
  if (one.again) return false;
  one.again = true;
  if (!one.ours) return true;  // its owner sees the same, and throws it away
  TRY(one.spool->forget());
  if (one.served_by >= 0) impl_->schedule.distrust(blob, static_cast<std::size_t>(one.served_by.load()));
  impl_->schedule.add_missing(blob, one.spool->missing());
  impl_->tell();
  return true;
}

std::optional<Schedule::Failure> Fetcher::failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->schedule.failure();
}

std::uint64_t Fetcher::received(std::size_t blob) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->wanted[blob].received;
}

std::optional<std::size_t> Fetcher::served_by(std::size_t blob) const {
  const std::lock_guard lock(impl_->mutex);
  const auto host = impl_->wanted[blob].served_by.load();
  if (host < 0) return std::nullopt;
  return static_cast<std::size_t>(host);
}

}  // namespace unsnag::pull
