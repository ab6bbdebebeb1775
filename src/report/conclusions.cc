// SPDX-License-Identifier: Apache-2.0
// What is said when no verdict was found. That nothing failed is a conclusion too, and rests on what was read; where
// no line was understood it would be a guess, so then the report says what to bring.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "report/report.h"

namespace unsnag::report {
namespace {

using diagnose::Confidence;
using diagnose::Verdict;

std::string what_was_read(const Input& input) {
  if (input.pasted) return amount(input.lines, "line", "lines");
  return amount(input.lines, "line", "lines") + " of " + amount(input.files, "file", "files");
}

std::vector<diagnose::BringNext> what_to_bring() {
  return {{"the pod's events", "kubectl describe pod POD | unsnag why"},
          {"kubelet's log, where the node uses systemd", "journalctl -u kubelet | unsnag why"},
          {"the runtime's log", "journalctl -u containerd | unsnag why"},
          {"a support bundle of the node, or a folder of its logs", "unsnag why BUNDLE.tar.gz"}};
}

Verdict nothing_failed(const Findings& findings) {
  const auto& input = findings.input;
  Verdict verdict;
  verdict.cause = "no-failure";
  verdict.title = "No pull failed";
  verdict.confidence = Confidence::certain;
  verdict.summary = fmt::format("No image pull failed in the {} read", what_was_read(input));
  const auto pulls = findings.timeline.pulls.size();
  if (pulls != 0) verdict.summary += fmt::format("; {} in them", amount(pulls, "image is named", "images are named"));
  // A paste shows what somebody chose to paste.
  if (input.pasted) verdict.confidence = Confidence::likely;
  if (input.stopped) {
    verdict.confidence = Confidence::possible;
    verdict.explanation = "Reading was interrupted: a failure may stand in what was not read.";
  } else if (!findings.diagnosis.holes.empty()) {
    verdict.confidence = Confidence::likely;
    verdict.explanation = "The evidence says itself that lines are missing: a failure may have stood there.";
  } else if (!input.unreadable.empty()) {
    verdict.confidence = Confidence::likely;
    verdict.explanation = "Some of the input could not be read: a failure may stand there.";
  }
  return verdict;
}

/// Nothing in the input tells of a pull: no failure is known, and nothing says that there was none.
Verdict nothing_understood(const Input& input) {
  Verdict verdict;
  if (input.lines == 0) {
    verdict.cause = "insufficient-evidence";
    verdict.title = "The evidence can't tell";
    verdict.summary = input.this_node ? "This machine has no text logs of kubelet or of a container runtime that unsnag could read"
                      : input.pasted  ? "Standard input was empty"
                                      : "There was nothing to read";
  } else {
    verdict.cause = "no-failure";
    verdict.title = "No pull failed";
    verdict.confidence = Confidence::possible;
    verdict.summary = fmt::format("Nothing in the {} read tells of an image pull", what_was_read(input));
  }
  if (input.this_node) {
    verdict.explanation = "Of the journal, unsnag reads the last 24 hours, and only what the user who runs it may read.";
    verdict.bring = {{"all of the journal of this node", "sudo unsnag why /var/log/journal"},
                     {"the pod's events", "kubectl describe pod POD | unsnag why"}};
    return verdict;
  }
  verdict.bring = what_to_bring();
  return verdict;
}

bool went_well(const timeline::Pull& pull) {
  const auto is_ok = [](const timeline::Attempt& attempt) { return attempt.outcome == timeline::Outcome::ok; };
  const auto is_there = [](const timeline::Noted& noted) {
    return noted.fact.name == "pull-succeeded" || noted.fact.name == "image-present";
  };
  return std::any_of(pull.attempts.begin(), pull.attempts.end(), is_ok) || std::any_of(pull.facts.begin(), pull.facts.end(), is_there);
}

/// A line tells of a failed pull in words that the catalogue does not know, and no pull is known to have gone well.
std::optional<Verdict> failed_in_unknown_words(const timeline::Timeline& timeline) {
  const auto tells = std::find_if(timeline.notes.begin(), timeline.notes.end(),
                                  [](const timeline::Noted& noted) { return noted.fact.name == "unknown-words"; });
  if (tells == timeline.notes.end() || std::any_of(timeline.pulls.begin(), timeline.pulls.end(), went_well)) return std::nullopt;
  Verdict verdict;
  diagnose::Proof proof;
  proof.file = tells->first_origin.file;
  proof.line = tells->first_origin.line;
  proof.text = tells->first_origin.text;
  proof.message = tells->first_origin.message;
  proof.count = tells->count;
  verdict.proof.push_back(std::move(proof));
  verdict.cause = "insufficient-evidence";
  verdict.title = "The lines can't decide";
  verdict.rule = "insufficient-evidence.unknown-words";
  verdict.summary = "A pull seems to have failed, in words that unsnag does not know";
  verdict.bring = what_to_bring();
  verdict.bring.push_back(
      {"the same pull by hand, with its whole error (without the pod's secrets)", "crictl pull IMAGE 2>&1 | unsnag why"});
  return verdict;
}

}  // namespace

std::vector<Verdict> conclusions(const Findings& findings) {
  if (!findings.diagnosis.verdicts.empty()) return findings.diagnosis.verdicts;
  if (auto verdict = failed_in_unknown_words(findings.timeline)) return {std::move(*verdict)};
  const bool understood = findings.input.understood != 0 || !findings.timeline.pulls.empty();
  return {understood ? nothing_failed(findings) : nothing_understood(findings.input)};
}

bool is_all_clear(const Verdict& verdict, const Findings& findings) {
  return verdict.cause == "no-failure" && verdict.confidence != Confidence::possible && !findings.input.stopped &&
         findings.input.unreadable.empty() && findings.diagnosis.holes.empty();
}

Status status_of(const std::vector<Verdict>& verdicts) {
  const auto explains = [](const Verdict& verdict) {
    return verdict.cause != "no-failure" && verdict.cause != "insufficient-evidence" && verdict.confidence != Confidence::insufficient;
  };
  if (std::any_of(verdicts.begin(), verdicts.end(), explains)) return Status::explained;
  const auto quiet = [](const Verdict& verdict) { return verdict.cause == "no-failure"; };
  return std::all_of(verdicts.begin(), verdicts.end(), quiet) ? Status::nothing_failed : Status::unexplained;
}

}  // namespace unsnag::report
