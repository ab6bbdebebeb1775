// SPDX-License-Identifier: Apache-2.0
// What `unsnag fix` prints: plans, outcomes, lists. File contents and logs are other people's bytes, so they pass through Ink
// and are redacted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnose/verdict.h"
#include "remedy/action.h"
#include "remedy/apply.h"
#include "remedy/facts.h"
#include "remedy/plan.h"
#include "remedy/record.h"
#include "report/layout.h"

namespace unsnag::cli {

class FixShow {
 public:
  explicit FixShow(const report::Style& style) : style_(style), ink_(style) {}

  /// `runs`: something will be restarted, so it matters whether the node is steady.
  [[nodiscard]] std::string plan(const remedy::Plan& plan, bool runs, const std::vector<std::string>& waits_for) const;
  [[nodiscard]] std::string plan_as_json(const remedy::Plan& plan, const std::vector<std::string>& waits_for) const;
  /// The head of the plan and its files, to stand above the steps.
  [[nodiscard]] std::string files(const remedy::Plan& plan) const;
  [[nodiscard]] std::string step(std::string_view step) const;
  [[nodiscard]] std::string outcome(const remedy::Outcome& outcome) const;
  [[nodiscard]] std::string undone(const remedy::Outcome& outcome) const;
  [[nodiscard]] std::string not_steady(const std::vector<std::string>& waits_for, const remedy::Plan& plan) const;
  [[nodiscard]] std::string not_steady(const std::vector<std::string>& waits_for, std::string_view command) const;
  [[nodiscard]] std::string list(const std::vector<remedy::Record>& records) const;
  [[nodiscard]] std::string list_as_json(const std::vector<remedy::Record>& records) const;
  /// What was found, before its cure is shown.
  [[nodiscard]] std::string found(const diagnose::Verdict& verdict) const;
  /// A cause that no node's setting cures: whose it is, and what to say to them. `verdict` may be null.
  [[nodiscard]] std::string for_others(std::string_view cause, const diagnose::Verdict* verdict) const;
  /// A cause that settings cure, but not here.
  [[nodiscard]] std::string no_place(std::string_view cause, const remedy::NodeFacts& facts, const Error& why) const;

  [[nodiscard]] std::string action_plan(const remedy::ActionPlan& plan) const;
  [[nodiscard]] std::string action_plan_as_json(const remedy::ActionPlan& plan) const;
  [[nodiscard]] std::string action_in_the_way(const remedy::ActionPlan& plan) const;
  [[nodiscard]] std::string action_outcome(const remedy::ActOutcome& outcome) const;

 private:
  [[nodiscard]] std::string change(const remedy::FileChange& change) const;
  [[nodiscard]] std::string paragraph(std::string_view label, std::string_view text) const;
  [[nodiscard]] std::string paragraphs(std::string_view label, const std::vector<std::string>& texts) const;

  report::Style style_;
  report::Ink ink_;
};

}  // namespace unsnag::cli
