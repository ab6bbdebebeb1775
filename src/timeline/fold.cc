// SPDX-License-Identifier: Apache-2.0
// How events become pulls. Logs repeat themselves (kubelet echoes the runtime, the event echoes kubelet), leave
// gaps and come file by file; so events are gathered first, by image and node, and put in order at the end.
#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "timeline/timeline.h"

namespace unsnag::timeline {
namespace {

/// What is kept of a Begin, Sample, Retry or End until the attempts are built.
struct Moment {
  Stamp when;
  std::size_t arrival = 0;
  std::string layer;
  std::string pod;
  Origin origin;
  decltype(Event::what) what;
};

/// One image on one node, still being gathered.
struct Gathered {
  Pull pull;
  std::vector<Moment> moments;
  std::uint64_t dropped = 0;
};

constexpr std::size_t k_max_moments = 16384;      // per image and node
constexpr std::size_t k_max_facts = 2048;         // distinct ones per image and node, and of notes

void add_unique(std::vector<std::string>& list, const std::string& value) {
  if (!value.empty() && std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

std::optional<SysTime> later(const std::optional<SysTime>& a, const std::optional<SysTime>& b) {
  if (!a) return b;
  if (!b) return a;
  return std::max(*a, *b);
}

/// Puts a year on stamps that have none: the year of the newest dated line of the evidence, or the one before
/// if that would lie in its future.
class YearMender {
 public:
  void see(const Stamp& stamp) {
    if (stamp.at && stamp.year_known) newest_ = later(newest_, stamp.at);
  }
  void mend(Stamp& stamp) const {
    if (!stamp.at || stamp.year_known || !newest_) return;
    using namespace std::chrono;
    const auto newest_day = floor<days>(*newest_);
    const auto day = floor<days>(*stamp.at);
    const year_month_day newest_date{newest_day};
    const year_month_day date{day};
    for (const auto back : {years{0}, years{1}}) {
      const year_month_day candidate{newest_date.year() - back, date.month(), date.day()};
      if (!candidate.ok()) continue;
      const SysTime moved = sys_days{candidate} + (*stamp.at - day);
      // A day of grace: the stamp may be local time.
      if (moved > *newest_ + days{1}) continue;
      stamp.at = moved;
      stamp.year_known = true;
      return;
    }
  }

 private:
  std::optional<SysTime> newest_;
};

bool before(const Moment& a, const Moment& b) {
  if (a.when.at && b.when.at && *a.when.at != *b.when.at) return *a.when.at < *b.when.at;
  return a.arrival < b.arrival;
}

/// The journal says ip-10-0-1-23 where Kubernetes says ip-10-0-1-23.ec2.internal.
std::string_view short_name(std::string_view node) {
  if (!node.empty() && node.front() >= '0' && node.front() <= '9') return node;      // an address, or close to one
  return node.substr(0, node.find('.'));
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
      open_ = true;
      started_ = false;
    }
    return pull_.attempts.back();
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
      if (asked_ && attempt.begin.at) attempt.spans.push_back({Phase::queue, "", attempt.begin, moment_->when, Outcome::ok});
      attempt.spans.push_back({Phase::resolve, "", moment_->when, {}, std::nullopt});
    }
  }

  void begin_span(Attempt& attempt, Phase phase) {
    attempt.spans.push_back({phase, moment_->layer, moment_->when, {}, std::nullopt});
  }

  void on(const Sample& sample) {
    auto& attempt = open();
    if (!attempt.begin.at) attempt.begin = moment_->when;
    if (attempt.samples.size() >= Attempt::k_max_samples) {
      for (std::size_t i = 0; i < attempt.samples.size() / 2; ++i) attempt.samples[i] = std::move(attempt.samples[2 * i]);
      attempt.samples_dropped += attempt.samples.size() - attempt.samples.size() / 2;
      attempt.samples.resize(attempt.samples.size() / 2);
    }
    attempt.samples.push_back({moment_->when, moment_->layer, sample.phase, sample.done, sample.total, sample.words, moment_->origin});
    for (auto& span : attempt.spans)
      if (span.phase == sample.phase && span.layer == moment_->layer) {
        span.end = moment_->when;
        return;
      }
    attempt.spans.push_back({sample.phase, moment_->layer, moment_->when, moment_->when, std::nullopt});
  }

  void on(const Retry&) { open(); }
  void on(const Note&) {}

  void on(const End& end) {
    if (end.phase != Phase::commit || !moment_->layer.empty()) {
      auto& attempt = open();
      for (auto it = attempt.spans.rbegin(); it != attempt.spans.rend(); ++it)
        if (it->phase == end.phase && it->layer == moment_->layer) {
          it->end = moment_->when;
          it->outcome = end.outcome;
          return;
        }
      attempt.spans.push_back({end.phase, moment_->layer, {}, moment_->when, end.outcome});
      return;
    }
    if (!open_ && !pull_.attempts.empty()) {
      auto& last = pull_.attempts.back();
      if (gap(last.end, moment_->when) <= k_echo) {
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
  bool open_ = false;        // the last attempt has no end yet
  bool started_ = false;     // … and the runtime began
  bool asked_ = false;       // … and kubelet asked
};

/// A recording with a clock of its own counts from 1970 (readers say so by a zone that is not known).
bool is_relative(const Stamp& stamp) {
  return stamp.at && stamp.year_known && !stamp.zone_known && *stamp.at < SysTime(std::chrono::hours(24 * 365));
}

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

void build_attempts(Gathered& gathered) {
  auto& moments = gathered.moments;
  const auto dated = [](const Moment& moment) { return moment.when.at.has_value(); };
  if (std::any_of(moments.begin(), moments.end(), dated)) {
    // Rows of a table without a time repeat what dated lines tell.
    moments.erase(std::remove_if(moments.begin(), moments.end(), [&](const Moment& m) { return !dated(m); }), moments.end());
    std::stable_sort(moments.begin(), moments.end(), before);
  }
  Pull recorded;
  AttemptBuilder from_recording(recorded), from_logs(gathered.pull);
  for (const auto& moment : moments) (is_relative(moment.when) ? from_recording : from_logs).add(moment);
  lay_over(gathered.pull, std::move(recorded.attempts));
}

}  // namespace

struct Fold::State {
  std::vector<Gathered> pulls;
  std::unordered_map<std::string, std::size_t> pull_by_key;          // node + '\n' + image
  std::unordered_map<std::string, std::string> image_by_request;
  std::vector<Noted> notes;
  std::unordered_map<std::string, std::size_t> noted_by_key;         // index into notes or a pull's facts
  YearMender years;
  std::size_t arrivals = 0;

  Gathered& pull_of(const std::string& node, const std::string& image_as_given) {
    auto image = normalize_image(image_as_given);
    const auto [it, is_new] = pull_by_key.try_emplace(std::string(short_name(node)) + '\n' + image, pulls.size());
    if (is_new) {
      auto& gathered = pulls.emplace_back();
      gathered.pull.image = std::move(image);
      gathered.pull.image_as_given = image_as_given;
    }
    auto& gathered = pulls[it->second];
    if (node.size() > gathered.pull.node.size()) gathered.pull.node = node;
    return gathered;
  }

  static void count_again(Noted& noted, const Event& event) {
    noted.count += event.count;
    noted.repeats = std::max(noted.repeats, event.count);
    // An undated repeat (a row of a table) says nothing about when.
    const bool comparable = !noted.last.at || noted.last.year_known == event.when.year_known;
    if (event.when.at && comparable) {
      if (!noted.last.at || *event.when.at >= *noted.last.at) {
        noted.last = event.when;
        noted.last_origin = event.origin;
      }
      if (!noted.first.at || *event.when.at < *noted.first.at) {
        noted.first = event.when;
        noted.first_origin = event.origin;
      }
    }
    // The program that acted speaks louder than its echo.
    if (event.origin.certainty < noted.first_origin.certainty) noted.first_origin = event.origin;
  }

  void note(std::vector<Noted>& list, const std::string& key, const Note& note, const Event& event) {
    const auto [it, is_new] = noted_by_key.try_emplace(key, list.size());
    if (!is_new) return count_again(list[it->second], event);
    if (list.size() >= k_max_facts) {
      noted_by_key.erase(it);
      return;
    }
    Noted noted{note.fact, event.scope, event.when, event.when, event.origin, event.origin, event.count, event.count};
    if (noted.first.at) *noted.first.at -= event.span;
    list.push_back(std::move(noted));
  }

  void accept(const Event& event) {
    years.see(event.when);
    auto image = event.scope.image;
    if (!event.scope.request.empty()) {
      auto& known = image_by_request[event.scope.request];
      if (!image.empty()) known = image;
      image = known;
    }
    const auto* fact = std::get_if<Note>(&event.what);
    if (image.empty()) {
      if (fact != nullptr)
        note(notes, fact->fact.to_string() + '\n' + event.scope.node + '\n' + event.scope.pod + '\n' + event.scope.container, *fact, event);
      return;
    }
    auto& gathered = pull_of(event.scope.node, image);
    add_unique(gathered.pull.pods, event.scope.pod);
    add_unique(gathered.pull.containers, event.scope.container);
    if (fact != nullptr) {
      const auto index = std::to_string(&gathered - pulls.data());
      note(gathered.pull.facts, index + '\n' + fact->fact.to_string() + '\n' + event.scope.pod, *fact, event);
      return;
    }
    if (gathered.moments.size() >= k_max_moments && std::holds_alternative<Sample>(event.what)) {
      ++gathered.dropped;
      return;
    }
    gathered.moments.push_back({event.when, arrivals++, event.scope.layer, event.scope.pod, event.origin, event.what});
  }

  /// Evidence often names the node in some lines only. What was said without one belongs to the image's only node.
  void join_unknown_nodes() {
    for (auto& unknown : pulls) {
      if (!unknown.pull.node.empty()) continue;
      Gathered* only = nullptr;
      bool several = false;
      for (auto& other : pulls)
        if (!other.pull.node.empty() && other.pull.image == unknown.pull.image) {
          several = several || only != nullptr;
          only = &other;
        }
      if (only == nullptr || several) continue;
      merge_into(*only, unknown);
    }
    drop_merged();
  }

  /// Some lines name the repository alone (`Trying to pull registry.example/app`): they belong to the only image of it.
  void join_untagged() {
    for (auto& untagged : pulls) {
      const auto& given = untagged.pull.image_as_given;
      const auto slash = given.rfind('/');
      const bool has_tag = given.find('@') != std::string::npos || given.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
      if (has_tag || untagged.pull.image.empty() || is_asked_for(untagged.pull)) continue;
      const auto repository = registry_of(given) + '/' + repository_of(given);
      Gathered* only = nullptr;
      bool several = false;
      for (auto& other : pulls) {
        if (&other == &untagged || other.pull.image.empty() || registry_of(other.pull.image) + '/' + repository_of(other.pull.image) != repository) continue;
        if (!untagged.pull.node.empty() && !other.pull.node.empty() && short_name(untagged.pull.node) != short_name(other.pull.node)) continue;
        several = several || only != nullptr;
        only = &other;
      }
      if (only != nullptr && !several) merge_into(*only, untagged);
    }
    drop_merged();
  }

  /// A pod may well name an image without a tag: then :latest is meant, and it is an image of its own.
  static bool is_asked_for(const Pull& pull) {
    return !pull.pods.empty() || std::any_of(pull.facts.begin(), pull.facts.end(), [](const Noted& noted) {
      return noted.fact.name == "pull-failed" || noted.fact.name == "pull-requested" || noted.fact.name == "backing-off";
    });
  }

  static void merge_into(Gathered& kept, Gathered& other) {
    for (const auto& pod : other.pull.pods) add_unique(kept.pull.pods, pod);
    for (const auto& container : other.pull.containers) add_unique(kept.pull.containers, container);
    std::move(other.pull.facts.begin(), other.pull.facts.end(), std::back_inserter(kept.pull.facts));
    std::move(other.moments.begin(), other.moments.end(), std::back_inserter(kept.moments));
    other.pull.image.clear();
  }

  void drop_merged() {
    pulls.erase(std::remove_if(pulls.begin(), pulls.end(), [](const Gathered& g) { return g.pull.image.empty(); }), pulls.end());
  }

  /// `Error: ErrImagePull` names a pod and a container, not an image; others' lines say which image that is.
  void join_pods() {
    std::unordered_map<std::string, std::size_t> by_pod;       // pod, or pod + '\n' + container
    constexpr auto k_several = std::numeric_limits<std::size_t>::max();
    const auto learn = [&](const std::string& key, std::size_t pull) {
      const auto [it, is_new] = by_pod.try_emplace(key, pull);
      if (!is_new && it->second != pull) it->second = k_several;
    };
    for (std::size_t i = 0; i < pulls.size(); ++i)
      for (const auto& fact : pulls[i].pull.facts) {
        if (fact.scope.pod.empty()) continue;
        learn(fact.scope.pod, i);
        if (!fact.scope.container.empty()) learn(fact.scope.pod + '\n' + fact.scope.container, i);
      }
    std::vector<Noted> rest;
    for (auto& noted : notes) {
      auto it = by_pod.end();
      if (!noted.scope.pod.empty()) {
        if (!noted.scope.container.empty()) it = by_pod.find(noted.scope.pod + '\n' + noted.scope.container);
        if (it == by_pod.end()) it = by_pod.find(noted.scope.pod);
      }
      if (it != by_pod.end() && it->second != k_several)
        pulls[it->second].pull.facts.push_back(std::move(noted));
      else
        rest.push_back(std::move(noted));
    }
    notes = std::move(rest);
  }
};

Fold::Fold() : state_(std::make_unique<State>()) {}
Fold::~Fold() = default;

void Fold::accept(const Event& event) noexcept {
  try {
    state_->accept(event);
  } catch (...) {
    // Out of memory: this event is lost, the timeline stays whole.
  }
}

Timeline Fold::take() {
  auto state = std::exchange(state_, std::make_unique<State>());
  state->join_unknown_nodes();
  state->join_untagged();
  state->join_pods();
  const auto mend = [&](Noted& noted) {
    state->years.mend(noted.first);
    state->years.mend(noted.last);
  };
  const auto by_time = [](const Noted& a, const Noted& b) { return a.first.at && b.first.at && *a.first.at < *b.first.at; };
  Timeline timeline;
  timeline.notes = std::move(state->notes);
  for (auto& noted : timeline.notes) mend(noted);
  for (auto& gathered : state->pulls) {
    for (auto& noted : gathered.pull.facts) mend(noted);
    for (auto& moment : gathered.moments) state->years.mend(moment.when);
    // Undated facts keep their place: a comparison that calls them equal to all others is no order for std::sort.
    if (std::all_of(gathered.pull.facts.begin(), gathered.pull.facts.end(), [](const Noted& n) { return n.first.at.has_value(); }))
      std::stable_sort(gathered.pull.facts.begin(), gathered.pull.facts.end(), by_time);
    build_attempts(gathered);
    timeline.pulls.push_back(std::move(gathered.pull));
  }
  return timeline;
}

}  // namespace unsnag::timeline
