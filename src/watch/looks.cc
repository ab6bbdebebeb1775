// SPDX-License-Identifier: Apache-2.0
// One small machine for each way of counting. They follow the programs' code closely, their mistakes included, since
// the mistakes are what cancels pulls; rule.cc names the sources.
#include "watch/looks.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

namespace unsnag::watch {

namespace {

class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine() = default;

  virtual void see(const Report& report, std::size_t index) = 0;
  /// For how long it has been silent; nullopt when the watchdog is content at this look.
  virtual std::optional<nanoseconds> look(nanoseconds now) = 0;
  [[nodiscard]] std::optional<std::size_t> last_report() const { return last_report_; }

 protected:
  std::optional<std::size_t> last_report_;
};

/// One clock for the whole image, set back by any message of any layer.
class DockerMessages : public Machine {
 public:
  DockerMessages(nanoseconds begin, Rule::Spares spares) : last_(begin), spares_(spares) {}

  void see(const Report& report, std::size_t index) override {
    last_ = std::max(last_, report.at);
    extracting_ = report.status == Status::extracting;
    last_report_ = index;
  }
  std::optional<nanoseconds> look(nanoseconds now) override {
    // cri-dockerd: one look that finds "Extracting" switches the watchdog off for the rest of the pull, although
    // other layers may still have to be downloaded.
    if (spares_ == Rule::Spares::extracting && extracting_) spared_ = true;
    if (spared_) return std::nullopt;
    return now - last_;
  }

 private:
  nanoseconds last_;
  Rule::Spares spares_;
  bool extracting_ = false;
  bool spared_ = false;
};

/// containerd's two reporters differ in how they count open requests and bytes; the look is the same.
class Containerd : public Machine {
 public:
  Containerd(nanoseconds begin, Rule::Idle idle) : last_seen_(begin), idle_(idle) {}

  std::optional<nanoseconds> look(nanoseconds now) override {
    const bool just_started = idle_ == Rule::Idle::starts_afresh && active_before_ == 0;
    active_before_ = active_;
    // `now` rather than the time of the last byte: silences are whole numbers of intervals.
    if (active_ == 0 || bytes_ > bytes_seen_ || just_started) {
      bytes_seen_ = bytes_;
      last_seen_ = now;
      return std::nullopt;
    }
    return now - last_seen_;
  }

 protected:
  void add(std::uint64_t bytes, std::size_t index) {
    if (bytes == 0) return;
    bytes_ += bytes;
    last_report_ = index;
  }
  void set_counters(const Report& report, std::size_t index) {
    active_ = report.active.value_or(0);
    const std::uint64_t total = report.done.value_or(0);
    if (total > bytes_) last_report_ = index;
    bytes_ = total;
  }
  std::int64_t active_ = 0;

 private:
  std::uint64_t bytes_ = 0, bytes_seen_ = 0;
  std::int64_t active_before_ = 0;
  nanoseconds last_seen_;
  Rule::Idle idle_;
};

/// client.Pull: HTTP requests from their sending to the closing of their bodies. A disk that blocks the reader keeps a
/// body open, and so counts as a silent network.
class ContainerdRequests : public Containerd {
 public:
  using Containerd::Containerd;

  void see(const Report& report, std::size_t index) override {
    switch (report.status) {
      case Status::request_opened: open(report.layer).was_seen_to_open = true; break;
      case Status::downloading: {
        Request& request = open(report.layer);
        const std::uint64_t done = report.done.value_or(0);
        if (done > request.bytes) add(done - request.bytes, index);
        request.bytes = std::max(request.bytes, done);
        // Where no opening was recorded there is no closing either, and the last byte has to do.
        if (!request.was_seen_to_open && report.total && done >= *report.total) close(report.layer);
        break;
      }
      case Status::request_closed:
      case Status::complete:
      case Status::extracting: close(report.layer); break;
      case Status::counters: set_counters(report, index); break;
      case Status::other:
      case Status::waiting:
      case Status::exists:
      case Status::extracted: break;
    }
  }

 private:
  struct Request {
    std::uint64_t bytes = 0;
    bool was_seen_to_open = false;
  };
  Request& open(const std::string& id) {
    const auto [request, fresh] = requests_.try_emplace(id);
    if (fresh) ++active_;
    return request->second;
  }
  void close(const std::string& id) {
    if (requests_.erase(id) != 0) --active_;
  }
  std::map<std::string, Request> requests_;
};

/// The transfer service, polled every 300 ms (core/transfer/local/progress.go): `extracting` is no event here, so a
/// layer whose `complete` was skipped because its unpacking began first stays active for good (containerd issue 13909).
class ContainerdTransfer : public Containerd {
 public:
  using Containerd::Containerd;

  void see(const Report& report, std::size_t index) override {
    switch (report.status) {
      case Status::waiting:
      case Status::downloading: downloading(report, index); break;
      case Status::complete:
        if (const auto layer = layers_.find(report.layer); layer != layers_.end()) {
          const std::uint64_t done = report.done.value_or(layer->second);
          if (done > layer->second) add(done - layer->second, index);
          --active_;
          layers_.erase(layer);
        }
        break;
      case Status::counters: set_counters(report, index); break;
      case Status::other:
      case Status::exists:
      case Status::extracting:
      case Status::extracted:
      case Status::request_opened:
      case Status::request_closed: break;
    }
  }

 private:
  void downloading(const Report& report, std::size_t index) {
    if (report.total == std::uint64_t{0}) return;
    std::uint64_t done = report.done.value_or(0);
    // Bytes reach the content store by the MiB, the copy buffer's size: before the first one there is no event at all,
    // so a layer that stalls or trickles below 1 MiB is not watched.
    if (done != report.total) done -= done % k_copy_buffer;
    if (done == 0) return;
    const auto [layer, fresh] = layers_.try_emplace(report.layer, 0);
    if (fresh) ++active_;
    if (done > layer->second) add(done - layer->second, index);
    layer->second = done;
    if (done == report.total) {
      --active_;
      layers_.erase(layer);
    }
  }

  static constexpr std::uint64_t k_copy_buffer = 1U << 20U;
  std::map<std::string, std::uint64_t> layers_;
};

/// A timer that each event sets back and that the first one starts.
class CrioEvents : public Machine {
 public:
  void see(const Report& report, std::size_t index) override {
    last_ = report.at;
    last_report_ = index;
  }
  std::optional<nanoseconds> look(nanoseconds now) override {
    if (!last_) return std::nullopt;
    return now - *last_;
  }

 private:
  std::optional<nanoseconds> last_;
};

std::unique_ptr<Machine> machine_for(const Rule& rule, nanoseconds begin) {
  switch (rule.counts) {
    case Counts::docker_messages: return std::make_unique<DockerMessages>(begin, rule.spares);
    case Counts::containerd_requests: return std::make_unique<ContainerdRequests>(begin, rule.idle);
    case Counts::containerd_transfer: return std::make_unique<ContainerdTransfer>(begin, rule.idle);
    case Counts::crio_events: break;
  }
  return std::make_unique<CrioEvents>();
}

}  // namespace

void walk(const Stream& stream, const Rule& rule, nanoseconds until, const std::function<bool(const Look&)>& on_look) {
  const auto machine = machine_for(rule, stream.begin);
  const auto& reports = stream.reports;
  const nanoseconds every = rule.look_every();
  const bool looks = every > nanoseconds{0};
  // Where containerd's own counters were logged, those lines are the looks.
  std::size_t logged_looks = 0;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (reports[i].status == Status::counters) logged_looks = i + 1;
  }

  std::uint64_t number = 0;
  bool cancelled = false;
  const auto look = [&](nanoseconds at) {
    const auto silent = machine->look(at);
    ++number;
    cancelled = on_look({at, looks ? number : 0, silent, machine->last_report()});
  };

  nanoseconds next = stream.begin + every;
  std::size_t seen = 0;
  while (!cancelled && number < k_max_looks) {
    const bool has_report = seen < reports.size() && reports[seen].at <= until;
    if (has_report && (!looks || seen < logged_looks || reports[seen].at <= next)) {
      const Report& report = reports[seen];
      if (!looks) look(report.at);
      if (cancelled) return;
      machine->see(report, seen);
      ++seen;
      if (looks && report.status == Status::counters) {
        look(report.at);
        next = report.at + every;
      }
      continue;
    }
    if (!looks) {
      look(until);
      return;
    }
    if (next > until) return;
    look(next);
    next += every;
  }
}

}  // namespace unsnag::watch
