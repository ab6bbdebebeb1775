// SPDX-License-Identifier: Apache-2.0
// From a timeline to verdicts: open a case for each image that failed, apply the rules, and put into words what
// the one that explains the rest concludes.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "catalogue/fact_kinds.h"
#include "diagnose/advise.h"
#include "diagnose/bearing.h"
#include "diagnose/case_file.h"
#include "diagnose/judge.h"
#include "diagnose/places.h"
#include "diagnose/timer.h"
#include "diagnose/verdict.h"

namespace unsnag::diagnose {
namespace {

using timeline::Noted;

constexpr std::size_t k_max_proof = 8;
constexpr std::size_t k_max_secondary = 6;

Proof proof_of(const Noted& noted) {
  const auto& origin = noted.first_origin;
  return {
      origin.file,   origin.line, origin.text, origin.program, noted.first, noted.said(), origin.certainty == timeline::Certainty::echoed,
      origin.message};
}

/// One line of each program and message suffices: describe, containerd and kubelet tell the same error five times.
void add_proof(std::vector<Proof>& list, const Noted& noted, std::size_t limit) {
  if (list.size() >= limit || noted.first_origin.line == 0) return;
  auto proof = proof_of(noted);
  const bool there = std::any_of(list.begin(), list.end(), [&](const Proof& p) {
    return (p.file == proof.file && (p.line == proof.line || p.text == proof.text)) ||
           (p.program == proof.program && p.message == proof.message);
  });
  if (!there) list.push_back(std::move(proof));
}

void add_proofs(std::vector<Proof>& list, const CaseFact& fact, std::size_t limit) {
  if (fact.noted != nullptr) add_proof(list, *fact.noted, limit);
  for (const auto* noted : fact.because)
    if (noted != nullptr) add_proof(list, *noted, limit);
}

/// Words of kubelet and others that only repeat that something failed.
bool only_repeats(const CaseFact& fact) {
  static constexpr std::string_view k_names[] = {"pull-failed", "backing-off", "waiting-reason", "context-canceled", "sandbox-failed"};
  return std::find(std::begin(k_names), std::end(k_names), fact.fact.name) != std::end(k_names);
}

std::string first_attribute(const CaseFile& file, std::string_view fact, std::string_view attribute, std::string_view of = {}) {
  for (const auto& one : file.facts)
    if (one.fact.name == fact && (of.empty() || one.fact.get("of") == of))
      if (const auto value = one.fact.get(attribute); !value.empty()) return std::string(value);
  return {};
}

/// The image is there for this pod, and nothing of it failed: another pod's failure is none of its own.
bool went_well(std::string_view pod, const CaseFile& file) {
  bool there = false;
  for (const auto& fact : file.facts) {
    if (fact.noted == nullptr || fact.noted->scope.pod != pod) continue;
    if (catalogue::failure_kind(fact.fact.name) != catalogue::FailureKind::no || fact.fact.name == "backing-off") return false;
    there = there || fact.fact.name == "pull-succeeded" || fact.fact.name == "image-present";
  }
  return there;
}

void describe_surroundings(const CaseFile& file, Verdict& verdict) {
  verdict.image = file.image;
  verdict.node = file.node;
  if (file.pull != nullptr) {
    verdict.image_as_given = file.pull->image_as_given;
    verdict.pods = file.pull->pods;
    std::erase_if(verdict.pods, [&](const std::string& pod) { return went_well(pod, file); });
    verdict.containers = file.pull->containers;
    verdict.pull = file.pull_index;
  } else if (!file.pod.empty()) {
    verdict.pods = {file.pod};
  }
  verdict.runtime = first_attribute(file, "runtime", "name");
  verdict.runtime_version = first_attribute(file, "runtime", "version");
  verdict.kubelet_version = first_attribute(file, "version", "version", "kubelet");
  verdict.platform = platform_of(file);
  std::uint64_t failed_lines = 0, failed_attempts = 0;
  for (const auto& fact : file.facts)
    if (fact.fact.name == "pull-failed" && fact.tie == Tie::own && fact.noted != nullptr)
      failed_lines = std::max<std::uint64_t>(failed_lines, fact.noted->repeats);
  if (file.pull != nullptr)
    for (const auto& attempt : file.pull->attempts)
      if (attempt.outcome == timeline::Outcome::failed || attempt.outcome == timeline::Outcome::cancelled) ++failed_attempts;
  verdict.failures = std::max(failed_lines, failed_attempts);
}

/// A sentence of the rule, in its cause's words.
std::string say(std::string_view text, const CaseFile& file, const Firing& firing) {
  return fill_words(text, file, firing.facts, Unknown::in_words, firing.cause);
}

void weigh_alternatives(const CaseFile& file, const std::vector<Firing>& firings, Verdict& verdict) {
  std::set<std::string> named{verdict.cause};
  const auto& best = firings.front();
  for (const auto& firing : firings) {
    if (firing.explained_away || !named.insert(firing.cause->id).second) continue;
    if (firing.score + 150 < best.score) continue;
    verdict.alternatives.push_back(
        {firing.cause->id, firing.confidence, say(firing.rule->says, file, firing), say(firing.rule->decides, file, firing)});
    if (verdict.alternatives.size() >= 3) break;
  }
  for (const auto& id : best.rule->also)
    if (named.insert(id).second)
      for (const auto& cause : catalogue::built_in_causes())
        if (cause.id == id) verdict.alternatives.push_back({id, Confidence::possible, cause.title, say(best.rule->decides, file, best)});
}

/// What people suspect first comes first.
std::vector<const catalogue::Cause*> by_suspicion() {
  static constexpr std::string_view k_first[] = {"image-not-found",     "auth-denied",         "pull-secret-misconfigured", "disk-full",
                                                 "rate-limited",        "dns-failure",         "connect-failure",           "tls-untrusted",
                                                 "proxy-misconfigured", "mirror-misconfigured"};
  std::vector<const catalogue::Cause*> causes;
  for (const auto id : k_first)
    for (const auto& cause : catalogue::built_in_causes())
      if (cause.id == id) causes.push_back(&cause);
  for (const auto& cause : catalogue::built_in_causes())
    if (std::find(std::begin(k_first), std::end(k_first), cause.id) == std::end(k_first)) causes.push_back(&cause);
  return causes;
}

void rule_out(const CaseFile& file, Verdict& verdict) {
  for (const auto* suspect : by_suspicion()) {
    const auto& cause = *suspect;
    if (cause.id == verdict.cause) continue;
    if (std::any_of(verdict.alternatives.begin(), verdict.alternatives.end(), [&](const Alternative& a) { return a.cause == cause.id; }))
      continue;
    for (const auto& out : cause.ruled_out) {
      const auto facts = satisfy(out.needs, file);
      if (facts.empty()) continue;
      RuledOut ruled{cause.id, fill_words(out.why, file, facts, Unknown::in_words, &cause), std::nullopt};
      for (const auto* fact : facts)
        if (fact->noted != nullptr && fact->noted->first_origin.line != 0) {
          ruled.by = proof_of(*fact->noted);
          break;
        }
      verdict.ruled_out.push_back(std::move(ruled));
      break;
    }
    if (verdict.ruled_out.size() >= 6) break;
  }
}

/// A cause that pulling worked is no failure to show beside others.
bool is_quiet(const Verdict& verdict) { return verdict.cause == "no-failure"; }

/// Some line of the case can only stem from a pull, or from a program that pulls.
bool shows_a_pull(const CaseFile& file) {
  return std::any_of(file.facts.begin(), file.facts.end(), [](const CaseFact& fact) {
    if (fact.noted == nullptr || fact.tie == Tie::node || !is_failure(*fact.noted)) return false;
    return !is_anybodys(*fact.noted) || (is_about_a_pull(*fact.noted) && fact.noted->first_origin.program != "unpack");
  });
}

/// Errors of this pull that somebody could take for the cause: not the deciding fact in other words, nor that the pull
/// failed.
void tell_secondary(const CaseFile& file, const Firing& best, Verdict& verdict) {
  static constexpr std::string_view k_just_failed[] = {"pull-failed", "waiting-reason", "backing-off"};
  for (const auto& fact : file.facts) {
    if (fact.tie == Tie::node || fact.noted == nullptr) continue;
    if (std::find(std::begin(k_just_failed), std::end(k_just_failed), fact.fact.name) != std::end(k_just_failed)) continue;
    if (catalogue::failure_kind(fact.fact.name) == catalogue::FailureKind::no) continue;
    const auto decides = [&](const CaseFact* deciding) { return deciding->fact.name == fact.fact.name; };
    if (std::any_of(best.facts.begin(), best.facts.end(), decides)) continue;
    const auto& origin = fact.noted->first_origin;
    const auto is_proof = [&](const Proof& proof) { return proof.line == origin.line && proof.file == origin.file; };
    if (std::any_of(verdict.proof.begin(), verdict.proof.end(), is_proof)) continue;
    add_proof(verdict.secondary, *fact.noted, k_max_secondary);
  }
}

std::optional<Verdict> conclude(const CaseFile& file) {
  const auto firings = judge(file);
  if (firings.empty()) return std::nullopt;
  const auto& best = firings.front();
  Verdict verdict;
  verdict.cause = best.cause->id;
  verdict.title = best.cause->title;
  verdict.rule = best.rule->id;
  verdict.confidence = best.confidence;
  if (verdict.cause == "insufficient-evidence") verdict.confidence = Confidence::insufficient;
  // Two explanations of equal strength: neither is certain.
  for (const auto& other : firings)
    if (!other.explained_away && other.cause != best.cause && other.confidence == Confidence::certain &&
        verdict.confidence == Confidence::certain && other.score + 20 >= best.score)
      verdict.confidence = Confidence::likely;
  // A line without image, request or speaker may be of anything: that it was pasted here is all that ties it to a pull.
  if (verdict.confidence == Confidence::certain && file.image.empty() && !shows_a_pull(file)) verdict.confidence = Confidence::likely;
  verdict.summary = say(best.rule->says, file, best);
  // "the registry refused …": a sentence that begins with what is not known by name.
  if (verdict.summary.compare(0, 4, "the ") == 0) verdict.summary[0] = 'T';
  verdict.explanation = say(best.rule->because, file, best);
  describe_surroundings(file, verdict);

  std::vector<const CaseFact*> deciding = best.facts;
  std::stable_sort(deciding.begin(), deciding.end(), [](const CaseFact* a, const CaseFact* b) {
    const auto rank = [](const CaseFact* f) { return (f->fact.get("said-by") == "echo" ? 2 : 0) + (only_repeats(*f) ? 1 : 0); };
    return rank(a) < rank(b);
  });
  for (const auto* fact : deciding) add_proofs(verdict.proof, *fact, k_max_proof);
  tell_secondary(file, best, verdict);
  weigh_alternatives(file, firings, verdict);
  rule_out(file, verdict);
  if (verdict.cause == "progress-deadline") verdict.timer = explain_timer(file);
  advise(file, best, verdict);
  tell_next_retry(file, verdict);
  return verdict;
}

/// What fails every image on a node is worse than one name that is wrong.
bool is_about_one_name(const Verdict& verdict) {
  static constexpr std::string_view k_names[] = {"image-not-found", "invalid-reference", "platform-mismatch", "never-pull-policy",
                                                 "manifest-unsupported"};
  return std::find(std::begin(k_names), std::end(k_names), verdict.cause) != std::end(k_names);
}

int severity(const Verdict& verdict) {
  if (verdict.cause == "not-a-pull-failure") return 8;
  return 2 * static_cast<int>(verdict.confidence) + (is_about_one_name(verdict) ? 1 : 0);
}

}  // namespace

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::certain: return "certain";
    case Confidence::likely: return "likely";
    case Confidence::possible: return "possible";
    case Confidence::insufficient: return "insufficient-evidence";
  }
  return "";
}

Diagnosis diagnose(const timeline::Timeline& timeline) {
  Diagnosis diagnosis;
  for_each_case(timeline, [&](const CaseFile& file) {
    if (auto verdict = conclude(file); verdict && !is_quiet(*verdict)) diagnosis.verdicts.push_back(std::move(*verdict));
  });
  std::stable_sort(diagnosis.verdicts.begin(), diagnosis.verdicts.end(), [](const Verdict& a, const Verdict& b) {
    if (severity(a) != severity(b)) return severity(a) < severity(b);
    return a.failures > b.failures;
  });
  for (const auto& noted : timeline.notes)
    if (noted.fact.name == "evidence-hole") add_proof(diagnosis.holes, noted, 16);
  return diagnosis;
}

const std::vector<CausePage>& cause_pages() {
  static const std::vector<CausePage> k_pages = [] {
    std::vector<CausePage> pages;
    for (const auto& cause : catalogue::built_in_causes()) pages.push_back({cause.id, cause.title, cause.what, cause.tell, cause.fix});
    return pages;
  }();
  return k_pages;
}

}  // namespace unsnag::diagnose
