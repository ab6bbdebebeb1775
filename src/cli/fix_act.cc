// SPDX-License-Identifier: Apache-2.0
#include "cli/fix_act.h"

#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace unsnag::cli {
namespace {

constexpr int k_done = 0, k_failed = 1, k_not_now = 3;

SysTime now() { return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()); }

int complain_of(std::string what, const Error& error, Surroundings& surroundings) {
  return complain(surroundings, {std::move(what), error.message(), "", "", error.code == Errc::permission_denied ? "run it as root" : ""});
}

Result<void> can_act_on(const node::Root& root, const Arguments& arguments) {
  if (arguments.has("print") || arguments.has("patch"))
    return fail(Errc::unsupported, "there is nothing to print: it is done on the node that runs, and no file of its platform says it");
  if (!root.is_this_machine())
    return fail(Errc::unsupported, "it acts on a node that runs, and the tree of --root does not: start unsnag on the node itself");
  return {};
}

int do_it(const node::Root& root, const remedy::ActionPlan& plan, const Arguments& arguments, const FixShow& show,
          Surroundings& surroundings) {
  const auto lock = remedy::Records(root).lock();
  if (!lock) return complain_of("nothing was changed", lock.error(), surroundings);
  if (!plan.in_the_way.empty() && !arguments.has("force")) return emit(surroundings, show.action_in_the_way(plan), k_not_now);
  remedy::ActOptions options;
  options.step = [&](std::string_view step) { surroundings.err(show.step(step)); };
  options.stop = [&] { return surroundings.stop != nullptr && surroundings.stop->load(); };
  const auto outcome = remedy::act(root, plan, now(), options);
  if (!outcome) return complain_of("nothing was changed", outcome.error(), surroundings);
  return emit(surroundings, show.action_outcome(*outcome), outcome->record.stage == remedy::Stage::applied ? k_done : k_failed);
}

}  // namespace

int run_action(const remedy::Action& action, const std::map<std::string, std::string>& parameters, const std::string& command,
               const Arguments& arguments, const FixShow& show, Surroundings& surroundings) {
  const auto title = fmt::format("unsnag fix {}", action.cause);
  const auto values = remedy::check_values(action.cause, action.parameters, parameters);
  if (!values) return complain_of(title, values.error(), surroundings);
  const auto root = node::Root::open(std::string(arguments.get("root", "/")));
  if (!root) return complain_of("the node's root can't be read", root.error(), surroundings);
  const auto facts = remedy::look_at(*root);
  if (!facts) return complain_of("this node can't be read", facts.error(), surroundings);
  const auto no_place = [&](const Error& why) { return emit(surroundings, show.no_place(action.cause, *facts, why), k_not_now); };
  if (const auto can = can_act_on(*root, arguments); !can) return no_place(can.error());

  remedy::Ground ground{*root, *facts, now(), {}, {}, {}};
  ground.store = [&] { return remedy::store_of(*root, *facts); };
  ground.machine = [&]() -> Result<std::shared_ptr<remedy::Machine>> {
    TRY_ASSIGN(auto machine, remedy::this_machine(*root));
    return std::shared_ptr<remedy::Machine>(std::move(machine));
  };
  auto plan = action.plan(ground, *values);
  if (!plan) {
    if (plan.error().code == Errc::unsupported) return no_place(plan.error());
    return complain_of(title, plan.error(), surroundings);
  }
  plan->cause = action.cause;
  plan->node = facts->name;
  plan->about = remedy::describe(*facts);
  plan->command = command;
  const bool as_text = arguments.get("output", "text") == "text";
  if (plan->steps.empty() || !arguments.has("apply"))
    return emit(surroundings, as_text ? show.action_plan(*plan) : show.action_plan_as_json(*plan), k_done);
  return do_it(*root, *plan, arguments, show, surroundings);
}

}  // namespace unsnag::cli
