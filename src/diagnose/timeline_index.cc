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
  find_beside();
  find_let_go();
  find_long_totals();
}

void TimelineIndex::index_notes() {
  std::set<Place> pull_lines;  // where "the pull failed" stands
  bool tries_next = false;
  for (const auto& noted : timeline_.notes) {
    tries_next = tries_next || noted.fact.name == "trying-next-host";
    went_on_ = went_on_ || noted.fact.name == "pull-succeeded";
    if (noted.fact.name == "pull-failed" || noted.fact.name == "trying-next-host")
      for (const auto* origin : {&noted.first_origin, &noted.last_origin}) pull_lines.emplace(origin->file, origin->line);
  }
  went_on_ = tries_next && (went_on_ || std::any_of(timeline_.pulls.begin(), timeline_.pulls.end(), has_succeeded));

  std::vector<Stretch> attempts;
  for (std::size_t i = 0; i < timeline_.pulls.size(); ++i)
    for (const auto& attempt : timeline_.pulls[i].attempts)
      if (attempt.begin.at && attempt.end.at) attempts.push_back({*attempt.begin.at, *attempt.end.at, i});
  std::vector<Question> questions;
  for (const auto& noted : timeline_.notes) questions.push_back({noted.last.at.value_or(SysTime::min())});
  const auto first = others_at(attempts, questions, Pick::first), last = others_at(std::move(attempts), questions, Pick::last);

  for (const auto& noted : timeline_.notes) {
    const auto i = notes_.size();
    const bool about = is_about_a_pull(noted) || pull_lines.count({noted.last_origin.file, noted.last_origin.line}) != 0;
    notes_.push_back({&noted, kind_of(noted), about, repository_in(noted.fact.get("url")), {first[i], last[i]}});
    notes_by_node_[first_part(noted.scope.node)].push_back(i);
    const auto how = noted.fact.get("how");
    if (noted.fact.name == "runtime-stopped" && (how == "signal" || how == "panic" || how == "oom")) {
      if (!noted.last.at) died_undated_ = true;
      else died_ = std::max(died_.value_or(*noted.last.at), *noted.last.at);
    }
  }
}

void TimelineIndex::index_pulls() {
  const auto see = [this](const Stamp& stamp) {
    if (stamp.at && stamp.year_known && (!end_ || *stamp.at > *end_)) end_ = stamp.at;
  };
  for (const auto& noted : timeline_.notes) see(noted.last);
  for (const auto& pull : timeline_.pulls) {
    for (const auto& fact : pull.facts) {
      see(fact.last);
      hears_runtime_ = hears_runtime_ || fact.fact.name == "pull-started";
    }
    for (const auto& attempt : pull.attempts) {
      see(attempt.begin);
      see(attempt.end);
      for (const auto& sample : attempt.samples) see(sample.when);
    }
  }
}

void TimelineIndex::find_beside() {
  struct OfNode {
    std::vector<Stretch> attempts;
    std::vector<Question> questions;
  };
  std::unordered_map<std::string_view, OfNode> nodes;
  const auto& pulls = timeline_.pulls;
  for (std::size_t i = 0; i < pulls.size(); ++i) {
    auto& [attempts, questions] = nodes[pulls[i].node];
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
  std::vector<Stretch> ends;
  std::vector<Question> begins;
  const auto& pulls = timeline_.pulls;
  for (std::size_t i = 0; i < pulls.size(); ++i)
    for (const auto& attempt : pulls[i].attempts) {
      if (is_long(attempt)) ends.push_back({*attempt.end.at, *attempt.end.at + k_at_once, i});
      if (attempt.begin.at && attempt.begin.uncertainty <= k_at_once) begins.push_back({*attempt.begin.at, i});
    }
  const auto answers = others_at(std::move(ends), begins, Pick::first);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] == k_no_pull || let_go_.count(begins[i].pull) != 0) continue;
    const auto& other = pulls[answers[i]];
    const auto just_ended = [&](const timeline::Attempt& attempt) {
      return is_long(attempt) && *attempt.end.at <= begins[i].moment && begins[i].moment - *attempt.end.at <= k_at_once;
    };
    const auto it = std::find_if(other.attempts.begin(), other.attempts.end(), just_ended);
    if (it != other.attempts.end()) let_go_[begins[i].pull] = {&other, &*it};
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
      if (long_totals_.size() < k_shown) long_totals_.push_back(&fact);
      long_total_images_.insert(timeline::normalize_image(fact.scope.image));
    }
}

bool TimelineIndex::died_with(const Pull& pull) const {
  if (pull.attempts.empty() || pull.attempts.back().outcome) return false;
  const auto& begin = pull.attempts.back().begin.at;
  return died_undated_ || (begin && died_ && *died_ >= *begin);
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
