// SPDX-License-Identifier: Apache-2.0
#include "diagnose/timeline_index.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "diagnose/others_at.h"

namespace unsnag::diagnose {
namespace {

using std::chrono::seconds;
using timeline::Noted;
using timeline::Pull;
using timeline::Timeline;

/// A paste of up to this many lines was put together by a person.
constexpr std::uint64_t k_paste_lines = 80;

std::uint64_t pasted_lines(const Timeline& timeline) {
  for (const auto& noted : timeline.notes)
    if (noted.fact.name == "evidence") {
      const auto lines = noted.fact.get("lines");
      if (noted.fact.get("kind") == "paste" && !lines.empty()) return std::strtoull(std::string(lines).c_str(), nullptr, 10);
    }
  return ~std::uint64_t{0};
}

/// Where a line stands, as far as that tells it from others.
using Place = std::pair<std::string_view, std::uint64_t>;

void see(const Stamp& stamp, std::optional<SysTime>& end) {
  if (stamp.at && stamp.year_known && (!end || *stamp.at > *end)) end = stamp.at;
}

std::string_view first_part(std::string_view node) { return node.substr(0, node.find('.')); }

bool same_node(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return true;
  const auto shorter = std::min(a.size(), b.size());
  return a.substr(0, shorter) == b.substr(0, shorter) && (a.size() == b.size() || (a.size() > shorter ? a[shorter] : b[shorter]) == '.');
}

}  // namespace

TimelineIndex::TimelineIndex(const Timeline& timeline) : timeline_(timeline), paste_(pasted_lines(timeline) <= k_paste_lines) {
  index_notes();
  index_pulls();
  find_during();
  find_went_on();
  find_beside();
  find_let_go();
  find_long_totals();
}

void TimelineIndex::index_notes() {
  std::set<Place> pull_lines;  // where "the pull failed" stands
  for (const auto& noted : timeline_.notes)
    if (noted.fact.name == "pull-failed" || noted.fact.name == "trying-next-host")
      for (const auto* origin : {&noted.first_origin, &noted.last_origin}) pull_lines.emplace(origin->file, origin->line);

  for (const auto& noted : timeline_.notes) {
    const bool about = is_about_a_pull(noted) || pull_lines.count({noted.last_origin.file, noted.last_origin.line}) != 0;
    notes_by_node_[first_part(noted.scope.node)].push_back(notes_.size());
    notes_.push_back({&noted, kind_of(noted), about, repository_in(noted.fact.get("url")), {k_no_pull, k_no_pull}, false});
    known_.tell(noted.scope.node, [&](Known& known) {
      see(noted.last, known.end);
      if (noted.fact.name == "trying-next-host") known.tries_next = true;
      const auto how = noted.fact.get("how");
      if (noted.fact.name != "runtime-stopped" || (how != "signal" && how != "panic" && how != "oom")) return;
      if (!noted.last.at) known.died_undated = true;
      else known.died = std::max(known.died.value_or(*noted.last.at), *noted.last.at);
    });
  }
}

void TimelineIndex::index_pulls() {
  for (const auto& pull : timeline_.pulls)
    known_.tell(pull.node, [&](Known& known) {
      for (const auto& fact : pull.facts) {
        see(fact.last, known.end);
        known.hears_runtime = known.hears_runtime || fact.fact.name == "pull-started";
      }
      for (const auto& attempt : pull.attempts) {
        see(attempt.begin, known.end);
        see(attempt.end, known.end);
        for (const auto& sample : attempt.samples) see(sample.when, known.end);
      }
    });
}

void TimelineIndex::find_during() {
  struct OfNode {
    std::vector<Stretch> attempts;
    std::vector<Question> questions;
    std::vector<std::size_t> notes;  // which of them ask
  };
  ByNode<OfNode> nodes;
  for (std::size_t i = 0; i < timeline_.pulls.size(); ++i)
    for (const auto& attempt : timeline_.pulls[i].attempts)
      if (attempt.begin.at && attempt.end.at)
        nodes.tell(timeline_.pulls[i].node, [&](OfNode& of) { of.attempts.push_back({*attempt.begin.at, *attempt.end.at, i}); });
  for (std::size_t i = 0; i < notes_.size(); ++i)
    if (const auto& noted = *notes_[i].noted; noted.last.at)
      nodes.ask(noted.scope.node, [&](OfNode& of) {
        of.questions.push_back({*noted.last.at});
        of.notes.push_back(i);
      });
  nodes.for_each([&](OfNode& of) {
    const auto first = others_at(of.attempts, of.questions, Pick::first), last = others_at(of.attempts, of.questions, Pick::last);
    for (std::size_t i = 0; i < of.notes.size(); ++i) {
      if (first[i] == k_no_pull) continue;
      auto& during = notes_[of.notes[i]].during;
      during[0] = std::min(during[0], first[i]);
      during[1] = during[1] == k_no_pull ? last[i] : std::max(during[1], last[i]);
    }
  });
}

/// Where nothing is dated, or by clocks that can't be compared, any success on the node has to do.
void TimelineIndex::find_went_on() {
  constexpr std::chrono::minutes k_longest{30};  // a pull that nobody saw begin
  struct OfClock {
    std::vector<Stretch> successes;
    std::vector<Question> questions;
    std::vector<std::size_t> notes;  // which of them ask
  };
  struct OfNode {
    std::array<OfClock, 2> by_zone;  // those whose zone is not known first
    bool undated = false;
  };
  ByNode<OfNode> nodes;
  const auto succeeded = [&](std::string_view node, std::size_t pull, const Stamp& begin, const Stamp& end) {
    nodes.tell(node, [&](OfNode& of) {
      if (!end.at || !end.year_known) of.undated = true;
      else
        of.by_zone[end.zone_known ? 1 : 0].successes.push_back({begin.at.value_or(*end.at - k_longest), *end.at + end.uncertainty, pull});
    });
  };
  for (std::size_t i = 0; i < timeline_.pulls.size(); ++i) {
    const auto& pull = timeline_.pulls[i];
    bool ended_well = false;
    for (const auto& attempt : pull.attempts)
      if (attempt.outcome == timeline::Outcome::ok || attempt.outcome == timeline::Outcome::cached) {
        ended_well = true;
        succeeded(pull.node, i, attempt.begin, attempt.end);
      }
    // A client's "Downloaded newer image" beside the daemon's log ends none of its attempts, but it is a success.
    if (!ended_well)
      for (const auto& fact : pull.facts)
        if (fact.fact.name == "pull-succeeded") succeeded(pull.node, i, {}, fact.last);
  }
  for (const auto& noted : timeline_.notes)
    if (noted.fact.name == "pull-succeeded") succeeded(noted.scope.node, timeline_.pulls.size(), {}, noted.last);

  for (std::size_t i = 0; i < notes_.size(); ++i) {
    const auto& noted = *notes_[i].noted;
    bool tries_next = false;
    known_.ask(noted.scope.node, [&](const Known& known) { tries_next = tries_next || known.tries_next; });
    if (!tries_next) continue;
    const bool dated = noted.last.at && noted.last.year_known;
    nodes.ask(noted.scope.node, [&](OfNode& of) {
      auto& same = of.by_zone[noted.last.zone_known ? 1 : 0];
      const auto& other = of.by_zone[noted.last.zone_known ? 0 : 1];
      if (of.undated || !other.successes.empty() || (!dated && !same.successes.empty())) notes_[i].went_on = true;
      if (!dated) return;
      same.questions.push_back({*noted.last.at});
      same.notes.push_back(i);
    });
  }
  nodes.for_each([&](OfNode& of) {
    for (auto& clock : of.by_zone) {
      const auto answers = others_at(std::move(clock.successes), clock.questions, Pick::first);
      for (std::size_t i = 0; i < answers.size(); ++i)
        if (answers[i] != k_no_pull) notes_[clock.notes[i]].went_on = true;
    }
  });
}

void TimelineIndex::find_beside() {
  struct OfNode {
    std::vector<Stretch> attempts;
    std::vector<Question> questions;
  };
  std::unordered_map<std::string_view, OfNode> nodes;
  const auto& pulls = timeline_.pulls;
  for (std::size_t i = 0; i < pulls.size(); ++i) {
    auto& [attempts, questions] = nodes[timeline::short_name(pulls[i].node)];
    for (const auto& attempt : pulls[i].attempts)
      if (attempt.begin.at) attempts.push_back({*attempt.begin.at, attempt.end.at.value_or(SysTime::max()), i});
    if (!pulls[i].attempts.empty() && pulls[i].attempts.back().begin.at) questions.push_back({*pulls[i].attempts.back().begin.at, i});
  }
  beside_.assign(pulls.size(), k_no_pull);
  for (auto& [node, of] : nodes) {
    const auto answers = others_at(std::move(of.attempts), of.questions, Pick::last);
    for (std::size_t i = 0; i < answers.size(); ++i) beside_[of.questions[i].pull] = answers[i];
  }
}

void TimelineIndex::find_let_go() {
  constexpr std::chrono::milliseconds k_at_once{25};
  constexpr seconds k_long{15};
  const auto is_long = [&](const timeline::Attempt& attempt) {
    return attempt.begin.at && attempt.end.at && attempt.end.uncertainty <= k_at_once && *attempt.end.at - *attempt.begin.at >= k_long;
  };
  struct OfNode {
    std::vector<Stretch> ends;
    std::vector<Question> begins;
  };
  std::unordered_map<std::string_view, OfNode> nodes;
  const auto& pulls = timeline_.pulls;
  for (std::size_t i = 0; i < pulls.size(); ++i)
    for (const auto& attempt : pulls[i].attempts) {
      auto& [ends, begins] = nodes[timeline::short_name(pulls[i].node)];
      if (is_long(attempt)) ends.push_back({*attempt.end.at, *attempt.end.at + k_at_once, i});
      if (attempt.begin.at && attempt.begin.uncertainty <= k_at_once) begins.push_back({*attempt.begin.at, i});
    }
  for (auto& [node, of] : nodes) {
    const auto& begins = of.begins;
    const auto answers = others_at(std::move(of.ends), begins, Pick::first);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i] == k_no_pull || let_go_.count(begins[i].pull) != 0) continue;
      const auto& other = pulls[answers[i]];
      const auto just_ended = [&, moment = begins[i].moment](const timeline::Attempt& attempt) {
        return is_long(attempt) && *attempt.end.at <= moment && moment - *attempt.end.at <= k_at_once;
      };
      const auto it = std::find_if(other.attempts.begin(), other.attempts.end(), just_ended);
      if (it != other.attempts.end()) let_go_[begins[i].pull] = {&other, &*it};
    }
  }
}

void TimelineIndex::find_long_totals() {
  constexpr seconds k_long{60};
  constexpr std::size_t k_shown = 64;  // far more than proofs are shown
  for (const auto& pull : timeline_.pulls)
    for (const auto& fact : pull.facts) {
      if (fact.fact.name != "pull-succeeded" || !fact.fact.get("took").empty()) continue;
      const auto total = parse_duration(fact.fact.get("total"));
      if (!total || *total < k_long) continue;
      known_.tell(pull.node, [&](Known& known) {
        if (known.long_totals.size() < k_shown) known.long_totals.push_back(&fact);
        known.long_total_images.insert(timeline::normalize_image(fact.scope.image));
      });
    }
}

bool TimelineIndex::died_with(const Pull& pull) const {
  if (pull.attempts.empty() || pull.attempts.back().outcome) return false;
  const auto& begin = pull.attempts.back().begin.at;
  bool died = false;
  known_.ask(pull.node, [&](const Known& known) { died = died || known.died_undated || (begin && known.died && *known.died >= *begin); });
  return died;
}

std::optional<SysTime> TimelineIndex::end(std::string_view node) const {
  std::optional<SysTime> end;
  known_.ask(node, [&](const Known& known) { end = std::max(end, known.end); });
  return end;
}

bool TimelineIndex::hears_runtime(std::string_view node) const {
  bool hears = false;
  known_.ask(node, [&](const Known& known) { hears = hears || known.hears_runtime; });
  return hears;
}

std::vector<const Noted*> TimelineIndex::long_totals(std::string_view node, const std::string& image) const {
  std::vector<const Noted*> found;
  bool has_image = false;
  known_.ask(node, [&](const Known& known) {
    has_image = has_image || known.long_total_images.count(image) != 0;
    found.insert(found.end(), known.long_totals.begin(), known.long_totals.end());
  });
  return has_image ? found : std::vector<const Noted*>();
}

std::vector<const IndexedNote*> TimelineIndex::notes_on(std::string_view node) const {
  std::vector<const IndexedNote*> found;
  if (node.empty()) {
    for (const auto& note : notes_) found.push_back(&note);
    return found;
  }
  for (const auto part : {first_part(node), std::string_view()}) {
    const auto it = notes_by_node_.find(part);
    if (it == notes_by_node_.end()) continue;
    const auto middle = static_cast<std::ptrdiff_t>(found.size());
    for (const auto i : it->second)
      if (same_node(notes_[i].noted->scope.node, node)) found.push_back(&notes_[i]);
    std::inplace_merge(found.begin(), found.begin() + middle, found.end());
    if (part.empty()) break;
  }
  return found;
}

const Pull* TimelineIndex::beside(std::size_t pull) const { return beside_[pull] == k_no_pull ? nullptr : &timeline_.pulls[beside_[pull]]; }

TimelineIndex::LetGo TimelineIndex::let_go(std::size_t pull) const {
  const auto it = let_go_.find(pull);
  return it == let_go_.end() ? LetGo{} : it->second;
}

}  // namespace unsnag::diagnose
