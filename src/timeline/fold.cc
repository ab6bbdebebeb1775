// SPDX-License-Identifier: Apache-2.0
// How events become pulls. Logs repeat themselves (kubelet echoes the runtime, the event echoes kubelet), leave
// gaps and come file by file; so events are gathered first, by image and node, and put in order at the end.
#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "timeline/attempts.h"
#include "timeline/mend.h"
#include "timeline/timeline.h"

namespace unsnag::timeline {
namespace {

/// One image on one node, still being gathered.
struct Gathered {
  Pull pull;
  std::vector<Moment> moments;
  std::unordered_set<std::string> pods, containers;  // the pull's, for finding them in: a node may run ten thousand
};

constexpr std::size_t k_max_moments = 16384;  // per image and node; see thin()
constexpr std::size_t k_max_compared = 200;   // moments of one pull that are laid side by side to find the zone
constexpr std::size_t k_max_facts = 2048;     // distinct ones per image and node, and of notes

constexpr std::size_t k_max_known_moments = 65536;  // of facts, to know copies by
constexpr nanoseconds k_exact{1'000'000};           // two lines that agree to this are one line

constexpr std::size_t k_max_requests = 65536;  // twice as many may be remembered; a request's lines are close together

void add_unique(std::vector<std::string>& list, std::unordered_set<std::string>& known, const std::string& value) {
  if (value.empty() || (!list.empty() && list.back() == value)) return;
  if (known.insert(value).second) list.push_back(value);
}

/// Which image a request is about, as far back as it matters.
class Requests {
 public:
  void learn(const std::string& request, const std::string& image) {
    if (young_.size() >= k_max_requests) old_ = std::exchange(young_, {});
    young_[request] = image;
  }
  /// "" when it is not known.
  [[nodiscard]] const std::string& image_of(const std::string& request) const {
    static const std::string k_unknown;
    if (const auto it = young_.find(request); it != young_.end()) return it->second;
    const auto it = old_.find(request);
    return it == old_.end() ? k_unknown : it->second;
  }

 private:
  std::unordered_map<std::string, std::string> young_, old_;
};

/// Bundles hold a line twice: kubelet's own log and /var/log/messages. What a program says of one thing at one
/// instant, to the millisecond or closer, it said once.
class Copies {
 public:
  /// True when another file told this before; learns it otherwise. `pull` and `fact` say which statement it is.
  bool is_copy(const Event& event, std::size_t pull, std::size_t fact) {
    if (!event.when.at || event.when.uncertainty > k_exact) return false;
    const std::hash<std::string_view> hash;
    std::size_t key = hash(event.origin.program);
    for (const auto part : {pull, fact, static_cast<std::size_t>(event.when.at->time_since_epoch().count())})
      key = (key ^ part) * k_mix + (key >> 29U);
    const auto file = hash(event.origin.file);
    if (const auto it = file_by_moment_.find(key); it != file_by_moment_.end()) return it->second != file;
    if (file_by_moment_.size() < k_max_known_moments) file_by_moment_.emplace(key, file);
    return false;
  }

 private:
  static constexpr std::size_t k_mix = 0x9e3779b97f4a7c15U;
  std::unordered_map<std::size_t, std::size_t> file_by_moment_;
};

/// Arithmetic with times is safe from here on, whatever a producer hands over.
bool is_sound(const Event& event) {
  const auto fits = [](nanoseconds span) { return span >= nanoseconds{0} && span <= k_longest_span; };
  return (!event.when.at || is_log_time(*event.when.at)) && fits(event.when.uncertainty) && fits(event.span);
}

Event made_sound(Event event) {
  const auto cut = [](nanoseconds span) { return std::clamp(span, nanoseconds{0}, nanoseconds{k_longest_span}); };
  if (event.when.at && !is_log_time(*event.when.at)) event.when = {};
  event.when.uncertainty = cut(event.when.uncertainty);
  event.span = cut(event.span);
  return event;
}

}  // namespace

std::string_view short_name(std::string_view node) {
  if (!node.empty() && node.front() >= '0' && node.front() <= '9') return node;  // an address, or close to one
  return node.substr(0, node.find('.'));
}

struct Fold::State {
  std::vector<Gathered> pulls;
  std::unordered_map<std::string, std::size_t> pull_by_key;    // node + '\n' + image
  std::unordered_map<std::string, std::size_t> pull_as_given;  // the same, as events name them
  Requests requests;
  std::vector<Noted> notes;
  std::unordered_map<std::string, std::size_t> noted_by_key;  // index into notes or a pull's facts
  Copies copies;
  YearMender years;
  std::size_t arrivals = 0;
  std::string key_buffer;  // kept to keep its memory

  /// Where the events of a twin number go; the number's remainder is its place.
  struct Place {
    std::uint64_t twin = 0;
    std::size_t pull = 0;  // k_none: none, it is a note
    std::size_t fact = 0;  // index into its facts or the notes
  };
  static constexpr std::size_t k_none = std::numeric_limits<std::size_t>::max();
  std::vector<Place> places = std::vector<Place>(4096);

  std::size_t pull_of(const std::string& node, const std::string& image_as_given) {
    key_buffer.assign(node).append(1, '\n').append(image_as_given);
    if (const auto known = pull_as_given.find(key_buffer); known != pull_as_given.end()) return known->second;
    auto image = normalize_image(image_as_given);
    const auto [it, is_new] = pull_by_key.try_emplace(std::string(short_name(node)) + '\n' + image, pulls.size());
    if (is_new) {
      auto& gathered = pulls.emplace_back();
      gathered.pull.image = std::move(image);
      gathered.pull.image_as_given = image_as_given;
    }
    auto& gathered = pulls[it->second];
    if (node.size() > gathered.pull.node.size()) gathered.pull.node = node;
    pull_as_given.emplace(key_buffer, it->second);
    return it->second;
  }

  /// Puts into key_buffer what makes a fact the same fact when it is told again.
  void make_key(std::size_t pull, const Note& note, const Event& event) {
    key_buffer = note.fact.name;
    for (const auto& [name, value] : note.fact.attributes) key_buffer.append(1, '\n').append(name).append(1, '=').append(value);
    key_buffer.append(1, '\t').append(event.scope.pod);
    if (pull != k_none) key_buffer.append(1, '\t').append(std::to_string(pull));
    else key_buffer.append(1, '\t').append(short_name(event.scope.node)).append(1, '\t').append(event.scope.container);
  }

  /// `pull` and `fact` are the place of `noted`, as for note().
  void count_again(Noted& noted, std::size_t pull, std::size_t fact, const Event& event) {
    if (copies.is_copy(event, pull, fact)) return;
    noted.count += event.count;
    noted.repeats = std::max(noted.repeats, event.count);
    // A row that stands for several does so again in the next table.
    if (event.origin.program == noted.first_origin.program && event.count == 1) ++noted.lines;
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
    if (event.origin.certainty < noted.first_origin.certainty) {
      if (event.origin.program != noted.first_origin.program) noted.lines = 1;
      noted.first_origin = event.origin;
    }
  }

  /// `pull` is k_none for a note. Returns its place in the list, or k_none when there is no room.
  std::size_t note(std::vector<Noted>& list, std::size_t pull, const Note& note, const Event& event) {
    make_key(pull, note, event);
    if (const auto it = noted_by_key.find(key_buffer); it != noted_by_key.end()) {
      count_again(list[it->second], pull, it->second, event);
      return it->second;
    }
    if (list.size() >= k_max_facts) return k_none;
    noted_by_key.emplace(key_buffer, list.size());
    copies.is_copy(event, pull, list.size());
    Noted noted{note.fact, event.scope, event.when, event.when, event.origin, event.origin, event.count, event.count};
    if (noted.first.at) *noted.first.at -= event.span;
    list.push_back(std::move(noted));
    return list.size() - 1;
  }

  /// An event that differs from an earlier one in its time and line alone. A request's image may have become known
  /// since; such an event goes the long way.
  bool accept_twin(const Event& event) {
    if (event.twin == 0 || !event.scope.request.empty()) return false;
    const auto& place = places[event.twin % places.size()];
    if (place.twin != event.twin) return false;
    if (!std::holds_alternative<Note>(event.what)) add_moment(pulls[place.pull], event);
    else count_again((place.pull == k_none ? notes : pulls[place.pull].pull.facts)[place.fact], place.pull, place.fact, event);
    return true;
  }

  void learn_twin(const Event& event, std::size_t pull, std::size_t fact) {
    if (event.twin != 0 && fact != k_none) places[event.twin % places.size()] = {event.twin, pull, fact};
  }

  void add_moment(Gathered& gathered, const Event& event) {
    auto& moments = gathered.moments;
    const bool sample = std::holds_alternative<Sample>(event.what);
    if (moments.size() >= k_max_moments) {
      if (sample) return;
      thin(moments, k_max_moments / 2);
    }
    const auto& origin = event.origin;
    auto& moment = moments.emplace_back(Moment{event.when,
                                               arrivals++,
                                               event.scope.layer,
                                               event.what,
                                               {},
                                               std::hash<std::string>()(origin.file),
                                               origin.line,
                                               origin.program == "kubelet" || origin.program == "kubernetes"});
    if (sample) moment.origin = std::make_unique<Origin>(origin);
  }

  void accept(const Event& event) {
    if (!is_sound(event)) return accept(made_sound(event));
    years.see(event.when);
    if (accept_twin(event)) return;
    const auto& request = event.scope.request;
    if (!request.empty() && !event.scope.image.empty()) requests.learn(request, event.scope.image);
    const auto& image = request.empty() ? event.scope.image : requests.image_of(request);
    const auto* fact = std::get_if<Note>(&event.what);
    if (image.empty()) {
      if (fact != nullptr) learn_twin(event, k_none, note(notes, k_none, *fact, event));
      return;
    }
    const auto index = pull_of(event.scope.node, image);
    auto& gathered = pulls[index];
    add_unique(gathered.pull.pods, gathered.pods, event.scope.pod);
    add_unique(gathered.pull.containers, gathered.containers, event.scope.container);
    if (fact != nullptr) {
      learn_twin(event, index, note(gathered.pull.facts, index, *fact, event));
    } else {
      learn_twin(event, index, 0);
      add_moment(gathered, event);
    }
  }

  /// `on_stamp(stamp, node)`, with the node's short name.
  template <typename OnStamp>
  void for_each_stamp(OnStamp&& on_stamp) {
    for (auto& noted : notes)
      for (auto* stamp : {&noted.first, &noted.last}) on_stamp(*stamp, short_name(noted.scope.node));
    for (auto& gathered : pulls) {
      const auto node = short_name(gathered.pull.node);
      for (auto& noted : gathered.pull.facts)
        for (auto* stamp : {&noted.first, &noted.last}) on_stamp(*stamp, node);
      for (auto& moment : gathered.moments) on_stamp(moment.when, node);
    }
  }

  /// Years first, then the zone: how far local stamps are from UTC shows in begins and ends that several programs tell.
  /// Each node has a clock of its own; where no more than one tells local time, so does what names no node.
  void mend_times() {
    std::unordered_set<std::string_view> local_nodes;
    for_each_stamp([&](Stamp& stamp, std::string_view node) {
      years.mend(stamp);
      if (!node.empty() && is_calendar(stamp) && !stamp.zone_known) local_nodes.insert(node);
    });
    const auto clock_of = [&](std::string_view node) { return local_nodes.size() > 1 ? node : std::string_view(); };
    std::unordered_map<std::string_view, ZoneMender> zones;
    for (const auto& gathered : pulls) {
      std::vector<Stamp> begins, ends;
      for (const auto& moment : gathered.moments) {
        if (std::holds_alternative<Begin>(moment.what)) begins.push_back(moment.when);
        if (std::holds_alternative<End>(moment.what)) ends.push_back(moment.when);
        if (begins.size() + ends.size() > k_max_compared) break;
      }
      auto& zone = zones[clock_of(short_name(gathered.pull.node))];
      zone.compare(begins);
      zone.compare(ends);
    }
    for_each_stamp([&](Stamp& stamp, std::string_view node) {
      const auto zone = zones.find(clock_of(node));
      if (zone != zones.end()) zone->second.mend(stamp);
    });
  }

  /// Evidence often names the node in some lines only. What was said without one belongs to the image's only node.
  void join_unknown_nodes() {
    std::unordered_map<std::string_view, std::vector<std::size_t>> known;
    for (std::size_t i = 0; i < pulls.size(); ++i)
      if (!pulls[i].pull.node.empty()) known[pulls[i].pull.image].push_back(i);
    for (auto& unknown : pulls) {
      if (!unknown.pull.node.empty()) continue;
      const auto it = known.find(unknown.pull.image);
      if (it != known.end() && it->second.size() == 1) merge_into(pulls[it->second.front()], unknown);
    }
    drop_merged();
  }

  /// Some lines name the repository alone (`Trying to pull registry.example/app`): they belong to the only image of it.
  void join_untagged() {
    // By repository and node: one that runs everywhere has ten thousand pulls, and each of them may lack its tag.
    const auto key_of = [](const std::string& image, std::string_view node) {
      auto key = registry_of(image) + '/' + repository_of(image);
      return node.empty() ? key : key.append(1, '\n').append(short_name(node));
    };
    std::unordered_map<std::string, std::vector<std::size_t>> known, on_any_node;
    for (std::size_t i = 0; i < pulls.size(); ++i) {
      const auto& pull = pulls[i].pull;
      known[key_of(pull.image, pull.node)].push_back(i);
      on_any_node[key_of(pull.image, {})].push_back(i);
    }
    for (auto& untagged : pulls) {
      const auto& given = untagged.pull.image_as_given;
      const auto slash = given.rfind('/');
      const bool has_tag =
          given.find('@') != std::string::npos || given.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
      if (has_tag || untagged.pull.image.empty() || is_asked_for(untagged.pull)) continue;
      Gathered* only = nullptr;
      bool several = false;
      const auto look_at = [&](const std::vector<std::size_t>& some) {
        for (const auto i : some) {
          auto& other = pulls[i];
          if (&other == &untagged || other.pull.image.empty()) continue;
          several = several || only != nullptr;
          only = &other;
          if (several) return;
        }
      };
      const auto& node = untagged.pull.node;
      look_at((node.empty() ? on_any_node : known)[key_of(given, node)]);
      if (!node.empty()) look_at(known[key_of(given, {})]);  // whose node nobody said
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
    for (const auto& pod : other.pull.pods) add_unique(kept.pull.pods, kept.pods, pod);
    for (const auto& container : other.pull.containers) add_unique(kept.pull.containers, kept.containers, container);
    std::move(other.pull.facts.begin(), other.pull.facts.end(), std::back_inserter(kept.pull.facts));
    std::move(other.moments.begin(), other.moments.end(), std::back_inserter(kept.moments));
    other.pull.image.clear();
  }

  void drop_merged() {
    pulls.erase(std::remove_if(pulls.begin(), pulls.end(), [](const Gathered& g) { return g.pull.image.empty(); }), pulls.end());
  }

  /// `Error: ErrImagePull` names a pod and a container, not an image; others' lines say which image that is.
  void join_pods() {
    std::unordered_map<std::string, std::size_t> by_pod;  // pod, or pod + '\n' + container
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
      if (it != by_pod.end() && it->second != k_several) pulls[it->second].pull.facts.push_back(std::move(noted));
      else rest.push_back(std::move(noted));
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
  state->mend_times();
  const auto by_time = [](const Noted& a, const Noted& b) { return a.first.at && b.first.at && *a.first.at < *b.first.at; };
  Timeline timeline;
  timeline.notes = std::move(state->notes);
  for (auto& gathered : state->pulls) {
    auto& facts = gathered.pull.facts;
    // Undated facts keep their place: a comparison that calls them equal to all others is no order for std::sort.
    if (std::all_of(facts.begin(), facts.end(), [](const Noted& n) { return n.first.at.has_value(); }))
      std::stable_sort(facts.begin(), facts.end(), by_time);
    build_attempts(gathered.pull, std::move(gathered.moments));
    timeline.pulls.push_back(std::move(gathered.pull));
  }
  return timeline;
}

}  // namespace unsnag::timeline
