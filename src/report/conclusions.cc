// SPDX-License-Identifier: Apache-2.0
// What is said when no verdict was found. That nothing failed is a conclusion too, and rests on what was read; where
// no line was understood it would be a guess, so then the report says what to bring.
#include <algorithm>

#include <fmt/format.h>

#include "report/report.h"

namespace unsnag::report {
namespace {

using diagnose::Confidence;
using diagnose::Verdict;

std::string amount(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string what_was_read(const Input& input) {
  if (input.pasted) return amount(input.lines, "line", "lines");
  return amount(input.lines, "line", "lines") + " of " + amount(input.files, "file", "files");
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
  verdict.bring = {{"the pod's events", "kubectl describe pod POD | unsnag why"},
                   {"kubelet's log, where the node uses systemd", "journalctl -u kubelet | unsnag why"},
                   {"the runtime's log", "journalctl -u containerd | unsnag why"},
                   {"a support bundle of the node, or a folder of its logs", "unsnag why BUNDLE.tar.gz"}};
  return verdict;
}

}  // namespace

std::vector<Verdict> conclusions(const Findings& findings) {
  if (!findings.diagnosis.verdicts.empty()) return findings.diagnosis.verdicts;
  const bool understood = findings.input.understood != 0 || !findings.timeline.pulls.empty();
  return {understood ? nothing_failed(findings) : nothing_understood(findings.input)};
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
