// SPDX-License-Identifier: Apache-2.0
#include "timeline/attempts.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

#include "timeline/mend.h"

namespace unsnag::timeline {
namespace {

bool before(const Moment& a, const Moment& b) {
  if (a.when.at && b.when.at && *a.when.at != *b.when.at) return *a.when.at < *b.when.at;
  return a.arrival < b.arrival;
}

bool dated(const Moment& moment) { return moment.when.at.has_value(); }

/// The success that a client prints, without a time, below all dated lines of its file: `docker pull` by hand, after what
/// failed. Rows of a table are in no such order.
std::optional<std::size_t> last_success(const std::vector<Moment>& moments) {
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const auto* end = std::get_if<End>(&moments[i].what);
    const bool client = end != nullptr && !dated(moments[i]) && !moments[i].of_kubernetes && moments[i].line > 0;
    if (client && end->phase == Phase::commit && end->outcome == Outcome::ok && moments[i].layer.empty()) last = i;
  }
  if (!last) return last;
  const auto& success = moments[*last];
  bool above = false;
  for (const auto& moment : moments) {
    if (moment.file != success.file || (!dated(moment) && !std::holds_alternative<End>(moment.what))) continue;
    if (moment.line > success.line) return std::nullopt;
    above = above || dated(moment);
  }
  return above ? last : std::nullopt;
}

/// By time. What has none repeats what dated lines tell, but for a last success; it stays only where nothing is dated.
void sort_dated(std::vector<Moment>& moments) {
  if (std::none_of(moments.begin(), moments.end(), dated)) return;
  std::optional<Moment> success;
  if (const auto at = last_success(moments)) success = std::move(moments[*at]);
  moments.erase(std::remove_if(moments.begin(), moments.end(), [](const Moment& m) { return !dated(m); }), moments.end());
  std::stable_sort(moments.begin(), moments.end(), before);
  if (success) moments.push_back(std::move(*success));
}

/// The same step of a pull at the same moment: a log that was given twice, or a line and its echo.
bool is_repeat(const Moment& a, const Moment& b) {
  if (a.when.at != b.when.at || a.what.index() != b.what.index() || a.layer != b.layer) return false;
  if (const auto* begin = std::get_if<Begin>(&a.what)) return begin->phase == std::get<Begin>(b.what).phase;
  if (const auto* end = std::get_if<End>(&a.what))
    return end->phase == std::get<End>(b.what).phase && end->outcome == std::get<End>(b.what).outcome;
  return std::holds_alternative<Retry>(a.what);
}

nanoseconds gap(const Stamp& from, const Stamp& to) {
  if (!from.at || !to.at) return nanoseconds{0};
  return *to.at - *from.at;
}

/// Builds the attempts of one pull from its moments in order.
class AttemptBuilder {
 public:
  explicit AttemptBuilder(Pull& pull) : pull_(pull) {}

  void add(const Moment& moment) {
    moment_ = &moment;
    std::visit([this](const auto& what) { on(what); }, moment.what);
  }

 private:
  // kubelet's "Failed" event, its log line and the runtime's own line tell of one end; so do begins.
  static constexpr std::chrono::seconds k_echo{5};

  Attempt& open() {
    if (!open_) {
      pull_.attempts.emplace_back();
      places_.clear();
      open_ = true;
      started_ = false;
    }
    return pull_.attempts.back();
  }

  /// Where the spans of a phase and layer stand in the last attempt's list: an image may have many layers, and many
  /// samples of each.
  struct Places {
    std::size_t first, last;
  };
  static std::string place_key(Phase phase, const std::string& layer) { return static_cast<char>(phase) + layer; }

  void add_span(Attempt& attempt, Span span) {
    const auto place = attempt.spans.size();
    const auto [it, is_new] = places_.try_emplace(place_key(span.phase, span.layer), Places{place, place});
    it->second.last = place;
    attempt.spans.push_back(std::move(span));
  }

  void on(const Begin& begin) {
    const bool starts = begin.phase == Phase::resolve;
    if (begin.phase != Phase::queue && !starts) {
      begin_span(open(), begin.phase);
      return;
    }
    if (open_) {
      const auto& attempt = pull_.attempts.back();
      const bool again = starts ? started_ : (started_ || asked_) && gap(attempt.begin, moment_->when) > k_echo;
      if (again) open_ = false;
    }
    const bool fresh = !open_;
    auto& attempt = open();
    if (fresh) {
      attempt.begin = moment_->when;
      asked_ = false;
    }
    if (!starts) asked_ = true;
    if (starts) {
      started_ = true;
      if (asked_ && attempt.begin.at) add_span(attempt, {Phase::queue, "", attempt.begin, moment_->when, Outcome::ok});
      add_span(attempt, {Phase::resolve, "", moment_->when, {}, std::nullopt});
    }
  }

  void begin_span(Attempt& attempt, Phase phase) { add_span(attempt, {phase, moment_->layer, moment_->when, {}, std::nullopt}); }

  void on(const Sample& sample) {
    auto& attempt = open();
    if (!attempt.begin.at) attempt.begin = moment_->when;
    if (attempt.samples.size() >= Attempt::k_max_samples) {
      for (std::size_t i = 0; i < attempt.samples.size() / 2; ++i) attempt.samples[i] = std::move(attempt.samples[2 * i]);
      attempt.samples_dropped += attempt.samples.size() - attempt.samples.size() / 2;
      attempt.samples.resize(attempt.samples.size() / 2);
    }
    attempt.samples.push_back({moment_->when, moment_->layer, sample.phase, sample.done, sample.total, sample.words,
                               moment_->origin != nullptr ? *moment_->origin : Origin{}});
    if (const auto known = places_.find(place_key(sample.phase, moment_->layer)); known != places_.end())
      attempt.spans[known->second.first].end = moment_->when;
    else add_span(attempt, {sample.phase, moment_->layer, moment_->when, moment_->when, std::nullopt});
  }

  void on(const Retry&) { open(); }
  void on(const Note&) {}

  void on(const End& end) {
    if (end.phase != Phase::commit || !moment_->layer.empty()) {
      auto& attempt = open();
      const auto known = places_.find(place_key(end.phase, moment_->layer));
      if (known == places_.end()) return add_span(attempt, {end.phase, moment_->layer, {}, moment_->when, end.outcome});
      auto& span = attempt.spans[known->second.last];
      span.end = moment_->when;
      span.outcome = end.outcome;
      return;
    }
    if (!open_ && !pull_.attempts.empty()) {
      auto& last = pull_.attempts.back();
      const bool by_hand = last.end.at && !moment_->when.at && last.outcome != Outcome::ok;  // see last_success()
      if (!by_hand && gap(last.end, moment_->when) <= k_echo) {
        // An echo may know more: the watchdog's own line says cancelled where others say failed.
        const bool louder = (end.outcome == Outcome::cancelled && last.outcome == Outcome::failed) ||
                            (end.outcome != Outcome::ok && last.outcome == Outcome::ok);
        if (louder) last.outcome = end.outcome;
        return;
      }
    }
    auto& attempt = open();
    attempt.end = moment_->when;
    if (!attempt.outcome || *attempt.outcome != Outcome::cancelled) attempt.outcome = end.outcome;
    open_ = false;
  }

  Pull& pull_;
  const Moment* moment_ = nullptr;
  std::unordered_map<std::string, Places> places_;  // by place_key()
  bool open_ = false;                               // the last attempt has no end yet
  bool started_ = false;                            // … and the runtime began
  bool asked_ = false;                              // … and kubelet asked
};

/// Told by a recording's own clock.
bool is_relative(const Stamp& stamp) { return stamp.at && stamp.year_known && !stamp.zone_known && !is_calendar(stamp); }

void shift(Stamp& stamp, nanoseconds by) {
  if (stamp.at) *stamp.at += by;
}

/// Lays the attempts of such recordings over the dated ones, in order: the recording knows every step, the logs
/// know when and how it ended.
void lay_over(Pull& pull, std::vector<Attempt> recorded) {
  if (pull.attempts.empty()) {
    pull.attempts = std::move(recorded);
    return;
  }
  for (std::size_t i = 0; i < recorded.size() && i < pull.attempts.size(); ++i) {
    auto& dated = pull.attempts[i];
    auto& other = recorded[i];
    // The end is one moment for both; a log may have missed the begin.
    const bool by_end = dated.end.at && other.end.at;
    if (!by_end && (!dated.begin.at || !other.begin.at)) continue;
    const auto by = by_end ? *dated.end.at - *other.end.at : *dated.begin.at - *other.begin.at;
    if (other.begin.at && (!dated.begin.at || *other.begin.at + by < *dated.begin.at)) dated.begin.at = *other.begin.at + by;
    for (auto& span : other.spans) {
      shift(span.begin, by);
      shift(span.end, by);
    }
    for (auto& sample : other.samples) shift(sample.when, by);
    dated.samples = std::move(other.samples);
    dated.samples_dropped = other.samples_dropped;
    for (const auto& span : dated.spans)
      if (span.layer.empty() && span.phase == Phase::queue) other.spans.insert(other.spans.begin(), span);
    dated.spans = std::move(other.spans);
    if (!dated.outcome) {
      dated.outcome = other.outcome;
      dated.end = other.end;
      shift(dated.end, by);
    }
  }
}

}  // namespace

void thin(std::vector<Moment>& moments, std::size_t limit) {
  sort_dated(moments);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    constexpr std::size_t k_near = 8;  // more than the different steps that share a moment
    bool repeat = false;
    for (std::size_t back = 1; back <= std::min(k_near, kept) && !repeat; ++back) repeat = is_repeat(moments[kept - back], moments[i]);
    if (repeat) continue;
    if (kept != i) moments[kept] = std::move(moments[i]);
    ++kept;
  }
  moments.resize(kept);
  if (kept <= limit) return;
  const auto first = static_cast<std::ptrdiff_t>(limit / 4), last = static_cast<std::ptrdiff_t>(limit - limit / 4);
  moments.erase(moments.begin() + first, moments.end() - last);
}

void build_attempts(Pull& pull, std::vector<Moment> moments) {
  sort_dated(moments);
  Pull recorded;
  AttemptBuilder from_recording(recorded), from_logs(pull);
  for (const auto& moment : moments) (is_relative(moment.when) ? from_recording : from_logs).add(moment);
  lay_over(pull, std::move(recorded.attempts));
}

}  // namespace unsnag::timeline
