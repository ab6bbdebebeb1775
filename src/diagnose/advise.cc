// SPDX-License-Identifier: Apache-2.0
#include "diagnose/advise.h"

#include <algorithm>

#include "base/text.h"
#include "diagnose/places.h"
#include "diagnose/timeline_index.h"
#include "watch/backoff.h"

namespace unsnag::diagnose {
namespace {

using catalogue::AdviceText;

bool fits(const std::vector<std::string>& wanted, std::string_view have) {
  if (wanted.empty() || have.empty()) return true;
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
    // "eks" stands for "eks-al2" and "eks-al2023", on either side.
    const auto is_kind_of = [](std::string_view exact, std::string_view family) {
      return exact.size() > family.size() && exact.substr(0, family.size()) == family && exact[family.size()] == '-';
    };
    return have == one || is_kind_of(have, one) || is_kind_of(one, have);
  });
}

bool applies(const AdviceText& advice, const CaseFile& file, const Firing& firing, const Verdict& verdict) {
  if (!advice.rules.empty() && std::find(advice.rules.begin(), advice.rules.end(), firing.rule->id) == advice.rules.end()) return false;
  if (!fits(advice.runtimes, verdict.runtime)) return false;
  // A platform's own way is shown where that platform is known.
  if (!advice.platforms.empty() && (verdict.platform.empty() || !fits(advice.platforms, verdict.platform))) return false;
  if (!advice.except.empty() && !verdict.platform.empty() && fits(advice.except, verdict.platform)) return false;
  const auto& sure = advice.confidences;
  if (!sure.empty() && std::find(sure.begin(), sure.end(), to_string(verdict.confidence)) == sure.end()) return false;
  const auto holds_somewhere = [&](const catalogue::Term& term) {
    return std::any_of(file.facts.begin(), file.facts.end(), [&](const CaseFact& fact) { return holds(term, fact); });
  };
  if (std::any_of(advice.unless.begin(), advice.unless.end(), holds_somewhere)) return false;
  return advice.needs.empty() || !satisfy(advice.needs, file).empty();
}

Advice::When when_of(std::string_view text) {
  if (text == "for-good") return Advice::When::for_good;
  return text == "others" ? Advice::When::others : Advice::When::now;
}

/// The deadline to recommend: well above what would have sufficed, and finite (0 hangs or kills, by runtime).
std::string deadline_words(const Verdict& verdict) {
  using std::chrono::minutes;
  nanoseconds wanted = minutes(10);
  if (verdict.timer && verdict.timer->enough) wanted = std::max(wanted, nanoseconds(*verdict.timer->enough * 5 / 2));
  if (verdict.timer && verdict.timer->limit) wanted = std::max(wanted, nanoseconds(*verdict.timer->limit * 2));
  const auto whole = std::chrono::ceil<minutes>(wanted);
  return std::to_string(whole.count()) + "m";
}

std::string fill_advice(std::string text, const CaseFile& file, const Firing& firing, const Verdict& verdict, Unknown unknown) {
  const std::string mark = "{deadline}";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), deadline_words(verdict));
  return fill_words(text, file, firing.facts, unknown, firing.cause);
}

/// What to put for the words that stand for the runtime's own places, where nothing names the runtime.
std::string explain_stand_ins(const AdviceText& advice, const CaseFile& file) {
  std::string out;
  for (const auto& word : place_words()) {
    const auto mark = '{' + std::string(word.name) + '}';
    const auto named = [&](const std::string& text) { return contains(text, mark); };
    if (place_named(word.name, file).empty() && (named(advice.command) || named(advice.file) || named(advice.restart)))
      out.append(" ").append(word.if_unknown);
  }
  return out;
}

/// A try that the evidence should show and does not, so long after it was due: the pod is gone, or nobody told.
constexpr std::chrono::minutes k_overdue{1};

}  // namespace

void advise(const CaseFile& file, const Firing& firing, Verdict& verdict) {
  std::vector<const AdviceText*> fitting;
  for (const auto& advice : firing.cause->advice)
    if (applies(advice, file, firing, verdict)) fitting.push_back(&advice);
  // Where the platform has a way of its own, the general "edit this file" would be undone or be wrong there.
  const auto has_own_way = [&](const AdviceText& general) {
    return std::any_of(fitting.begin(), fitting.end(),
                       [&](const AdviceText* other) { return !other->platforms.empty() && other->when == general.when; });
  };
  for (const auto* advice : fitting) {
    if (advice->platforms.empty() && !advice->file.empty() && has_own_way(*advice)) continue;
    const auto fill = [&](const std::string& text, Unknown unknown = Unknown::to_replace) {
      return fill_advice(text, file, firing, verdict, unknown);
    };
    verdict.advice.push_back({when_of(advice->when), advice->platforms.empty() ? "" : verdict.platform,
                              fill(advice->text, Unknown::in_words) + explain_stand_ins(*advice, file), fill(advice->command),
                              fill(advice->file), fill(advice->key), fill(advice->value), fill(advice->restart)});
  }
  if (verdict.confidence == Confidence::certain) return;
  for (const auto& bring : firing.cause->bring)
    verdict.bring.push_back(
        {fill_words(bring.what, file, firing.facts), fill_words(bring.command, file, firing.facts, Unknown::to_replace)});
}

void tell_next_retry(const CaseFile& file, Verdict& verdict) {
  if (file.pull == nullptr || file.has("recovered") || file.has("never-pull") || file.has("bad-reference")) return;
  const bool kubelet_pulls = std::any_of(file.facts.begin(), file.facts.end(), [](const CaseFact& fact) {
    return fact.tie == Tie::own &&
           (fact.fact.name == "backing-off" || fact.fact.name == "waiting-reason" || !fact.noted || !fact.noted->scope.pod.empty());
  });
  if (!kubelet_pulls) return;
  const auto end = file.index->end(file.node);
  const auto tell = [&](const watch::NextTry& next) {
    if (end && *end > next.latest + k_overdue) return;
    verdict.next_retry_delay = next.delay;
    Stamp when;
    when.at = next.earliest;
    when.uncertainty = next.latest - next.earliest;
    when.zone_known = next.zone_known;
    verdict.next_retry = when;
  };
  if (const auto next = watch::next_retry(*file.pull)) return tell(*next);
  // Event rows: "x4 over 11m" says how often it failed, even where nothing says when.
  for (const auto& fact : file.facts) {
    if (fact.fact.name != "pull-failed" || fact.noted == nullptr || fact.tie != Tie::own || fact.noted->scope.pod.empty()) continue;
    const auto& failed = fact.noted->last;
    const auto failures = std::max(watch::failures_in(*file.pull), watch::failures_in(watch::row_of(*fact.noted)));
    if (failures == 0) continue;
    auto next = watch::next_retry(failed.at.value_or(SysTime{}), failures);
    next.zone_known = failed.zone_known;
    if (failed.at && failed.year_known) return tell(next);
    const auto waited = asked_ago(file);
    if (!waited || *waited <= next.latest - next.earliest + next.delay + k_overdue) verdict.next_retry_delay = next.delay;
    return;
  }
}

}  // namespace unsnag::diagnose
