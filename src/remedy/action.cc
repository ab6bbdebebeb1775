// SPDX-License-Identifier: Apache-2.0
#include "remedy/action.h"

#include <algorithm>

#include <fmt/format.h>

#include "remedy/actions.h"

namespace unsnag::remedy {
namespace {

Result<ActOutcome> give_up(const Records& records, ActOutcome outcome, std::string why) {
  outcome.why = std::move(why);
  // What was done is done, also when the disk takes no note of how it ended.
  if (const auto noted = records.set_stage(outcome.record, Stage::failed, outcome.why); !noted)
    outcome.notes.push_back("that it failed could not be noted: " + noted.error().message());
  outcome.record.stage = Stage::failed;
  return outcome;
}

}  // namespace

const std::vector<const Action*>& actions() {
  static const std::vector<const Action*> k_actions = {&k_clock_skew, &k_corrupt_store, &k_ref_locked};
  return k_actions;
}

const Action* find_action(std::string_view cause) {
  const auto& all = actions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Action* one) { return one->cause == cause; });
  return found == all.end() ? nullptr : *found;
}

Result<ActOutcome> act(const node::Root& root, const ActionPlan& plan, SysTime now, const ActOptions& options) {
  const Records records(root);
  Plan kept;
  kept.cause = plan.cause;
  kept.command = plan.command;
  for (const auto& step : plan.steps) kept.actions.push_back(step.what);
  kept.units = plan.units;
  ActOutcome outcome;
  TRY_ASSIGN(outcome.record, records.begin(kept, now));

  for (const auto& step : plan.steps) {
    if (options.stop && options.stop()) return give_up(records, std::move(outcome), "interrupted");
    if (options.step) options.step(step.what);
    auto done = step.run();
    if (!done) return give_up(records, std::move(outcome), fmt::format("{}: {}", step.what, done.error().message()));
    if (!done->empty()) outcome.notes.push_back(std::move(*done));
    ++outcome.record.done;
    if (const auto noted = records.set_stage(outcome.record, Stage::applying); !noted)
      return give_up(records, std::move(outcome), "the record can't be written: " + noted.error().message());
  }
  if (options.step) options.step("check: " + plan.check);
  auto seen = plan.verify();
  if (!seen) return give_up(records, std::move(outcome), seen.error().message());
  outcome.now = std::move(*seen);
  if (const auto noted = records.set_stage(outcome.record, Stage::applied, outcome.now); !noted)
    outcome.notes.push_back("how it ended could not be noted: " + noted.error().message());
  return outcome;
}

}  // namespace unsnag::remedy
