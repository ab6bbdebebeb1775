// SPDX-License-Identifier: Apache-2.0
// unsnag fix: a plan for this node, shown or applied; undo and list.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/fix_act.h"
#include "cli/fix_print.h"
#include "cli/fix_show.h"
#include "cli/parse.h"
#include "cli/progress.h"
#include "diagnose/verdict.h"
#include "readers/read.h"
#include "remedy/action.h"
#include "remedy/apply.h"
#include "remedy/cure.h"
#include "remedy/lasting.h"
#include "remedy/plan.h"
#include "remedy/record.h"
#include "remedy/steady.h"
#include "timeline/timeline.h"

namespace unsnag::cli {
namespace {

constexpr int k_done = 0, k_failed_and_undone = 1, k_not_now = 3;

bool interrupted(const Surroundings& surroundings) { return surroundings.stop != nullptr && surroundings.stop->load(); }

int complain_of(std::string what, const Error& error, std::string next, Surroundings& surroundings) {
  Complaint complaint{std::move(what), error.detail, "", "", std::move(next)};
  for (auto it = error.context.rbegin(); it != error.context.rend(); ++it) complaint.where += (complaint.where.empty() ? "" : ": ") + *it;
  return complain(surroundings, complaint);
}

std::string next_for(const Error& error) {
  if (error.code == Errc::permission_denied) return "run it as root";
  return "";
}

// ---- what is asked for ----

struct Wish {
  std::string cause;
  std::map<std::string, std::string> parameters;
  const diagnose::Verdict* verdict = nullptr;  // of the diagnosis that proposed the cause
};

/// Of all that cures something.
std::vector<remedy::Parameter> all_parameters() {
  std::vector<remedy::Parameter> all;
  for (const auto* cure : remedy::cures()) all.insert(all.end(), cure->parameters.begin(), cure->parameters.end());
  for (const auto* action : remedy::actions()) all.insert(all.end(), action->parameters.begin(), action->parameters.end());
  return all;
}

std::map<std::string, std::string> parameters_in(const Arguments& arguments) {
  std::map<std::string, std::string> given;
  for (const auto& parameter : all_parameters())
    if (arguments.has(parameter.name)) given.emplace(parameter.name, arguments.get(parameter.name, ""));
  return given;
}

/// "unsnag fix CAUSE --deadline 10m", with what was given.
std::string command_line(const std::string& cause, const std::map<std::string, std::string>& parameters, const Arguments& arguments) {
  auto text = "unsnag fix " + cause;
  for (const auto& [name, value] : parameters) text += fmt::format(" --{} {}", name, value);
  if (arguments.has("root")) text += fmt::format(" --root {}", arguments.get("root", ""));
  return text;
}

int unknown_cause(const std::string& cause, Surroundings& surroundings) {
  std::vector<std::string_view> names{"undo", "list"};
  for (const auto& page : diagnose::cause_pages()) names.push_back(page.id);
  const auto meant = nearest(cause, names);
  return complain(surroundings, {fmt::format("there is no cause \"{}\"", cause), "", "", "",
                                 meant.empty() ? "unsnag explain lists them" : fmt::format("did you mean: unsnag fix {}", meant)});
}

bool is_cause(const std::string& name) {
  const auto& pages = diagnose::cause_pages();
  return std::any_of(pages.begin(), pages.end(), [&](const auto& one) { return one.id == name; });
}

/// What `unsnag why` says of this node, or of --from's target.
Result<diagnose::Diagnosis> diagnosis_of(const Arguments& arguments, Surroundings& surroundings) {
  timeline::Fold fold;
  ProgressLine line(surroundings);
  readers::ReadOptions options;
  options.progress = [&](std::string_view what, std::uint64_t bytes) { line.show(what, bytes); };
  options.stop = [&] { return interrupted(surroundings); };
  std::vector<std::string> targets;
  if (arguments.has("from")) targets.emplace_back(arguments.get("from", ""));
  TRY_ASSIGN(const auto reading, readers::read_targets(targets, fold, options));
  (void)reading;
  return diagnose::diagnose(fold.take());
}

/// As diagnosis recommends it: well above what would have sufficed.
std::string deadline_for(const diagnose::Timer& timer) {
  using std::chrono::minutes;
  nanoseconds wanted = minutes(10);
  if (timer.enough) wanted = std::max(wanted, nanoseconds(*timer.enough * 5 / 2));
  if (timer.limit) wanted = std::max(wanted, nanoseconds(*timer.limit * 2));
  return fmt::format("{}m", std::chrono::ceil<minutes>(wanted).count());
}

// ---- steadiness ----

/// Waits up to `patience`; what is still in the way when it is over.
std::vector<std::string> wait_until_steady(const node::Root& root, const remedy::NodeFacts& facts, std::chrono::seconds patience,
                                           Surroundings& surroundings) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  std::string said;
  for (;;) {
    const auto now = std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
    auto waits_for = remedy::in_the_way(remedy::observe(root, facts, now));
    if (waits_for.empty() || std::chrono::steady_clock::now() >= give_up || interrupted(surroundings)) return waits_for;
    if (waits_for.front() != said) {
      said = waits_for.front();
      surroundings.err(fmt::format("waiting for {}\n", said));
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

// ---- the steps ----

Result<std::chrono::seconds> duration_in(const Arguments& arguments, std::string_view option, std::chrono::seconds otherwise) {
  if (!arguments.has(option)) return otherwise;
  TRY_ASSIGN(const auto text, context(remedy::check_duration(arguments.get(option, "")), "--{}", option));
  return std::chrono::ceil<std::chrono::seconds>(parse_duration(text).value_or(nanoseconds(0)));
}

struct Patience {
  std::chrono::seconds wait{0}, settle{0};
};
Result<Patience> patience_in(const Arguments& arguments) {
  Patience patience;
  TRY_ASSIGN(patience.wait, duration_in(arguments, "wait", std::chrono::seconds(0)));
  TRY_ASSIGN(patience.settle, duration_in(arguments, "settle", remedy::ApplyOptions{}.steady_for));
  return patience;
}

remedy::ApplyOptions options_for(const Patience& patience, const FixShow& show, Surroundings& surroundings) {
  remedy::ApplyOptions options;
  options.steady_for = patience.settle;
  options.step = [&surroundings, show](std::string_view step) { surroundings.err(show.step(step)); };
  options.stop = [&surroundings] { return interrupted(surroundings); };
  return options;
}

int show_outcome(const remedy::Outcome& outcome, const FixShow& show, Surroundings& surroundings) {
  return emit(surroundings, show.outcome(outcome), outcome.kind == remedy::Outcome::Kind::applied ? k_done : k_failed_and_undone);
}

/// Null where the tree does not run: files only.
Result<std::unique_ptr<remedy::Machine>> machine_for(const node::Root& root, bool needed) {
  if (!root.is_this_machine() || !needed) return std::unique_ptr<remedy::Machine>();
  return remedy::this_machine(root);
}

int apply_plan(const node::Root& root, const remedy::NodeFacts& facts, const remedy::Plan& plan, const Arguments& arguments,
               const FixShow& show, Surroundings& surroundings) {
  const auto patience = patience_in(arguments);
  if (!patience) return complain_of("unsnag fix", patience.error(), "unsnag fix --help", surroundings);
  const auto machine = machine_for(root, !plan.restarts.empty() || plan.reload_units || !plan.kernel.empty());
  if (!machine)
    return complain_of("nothing was changed: what the change needs can't be restarted here", machine.error(),
                       machine.error().code == Errc::permission_denied ? "run it as root" : "on a tree that isn't running: --root DIR",
                       surroundings);
  const remedy::Records records(root);
  const auto lock = records.lock();
  if (!lock) return complain_of("nothing was changed", lock.error(), next_for(lock.error()), surroundings);
  if (*machine && !plan.restarts.empty() && !arguments.has("force")) {
    const auto waits_for = wait_until_steady(root, facts, patience->wait, surroundings);
    if (interrupted(surroundings)) return k_interrupted;
    if (!waits_for.empty()) return emit(surroundings, show.not_steady(waits_for, plan), k_not_now);
  }
  auto options = options_for(*patience, show, surroundings);
  options.healthz_port = remedy::healthz_port_of(facts);
  const auto outcome = remedy::apply(root, plan, machine->get(), options);
  if (!outcome) return complain_of("nothing was changed", outcome.error(), next_for(outcome.error()), surroundings);
  return show_outcome(*outcome, show, surroundings);
}

int fix_cause(const Wish& wish, const Arguments& arguments, const FixShow& show, Surroundings& surroundings) {
  if (const auto* action = remedy::find_action(wish.cause); action != nullptr)
    return run_action(*action, wish.parameters, command_line(wish.cause, wish.parameters, arguments), arguments, show, surroundings);
  const auto* cure = remedy::find_cure(wish.cause);
  if (cure == nullptr) return emit(surroundings, show.for_others(wish.cause, wish.verdict), k_not_now);
  const auto values = remedy::check_values(*cure, wish.parameters);
  if (!values) return complain_of(fmt::format("unsnag fix {}", wish.cause), values.error(), "unsnag fix --help", surroundings);
  if (arguments.has("print") || arguments.has("patch"))
    return print_lasting(*cure, *values, command_line(wish.cause, wish.parameters, {}), arguments, surroundings);

  const auto root = node::Root::open(std::string(arguments.get("root", "/")));
  if (!root) return complain_of("the node's root can't be read", root.error(), "--root names the folder it is mounted on", surroundings);
  const auto facts = remedy::look_at(*root);
  if (!facts) return complain_of("this node can't be read", facts.error(), next_for(facts.error()), surroundings);
  const auto prescription = cure->prescribe(*root, *facts, *values);
  if (!prescription) {
    if (prescription.error().code == Errc::invalid_argument)
      return complain_of(fmt::format("unsnag fix {}", wish.cause), prescription.error(), "unsnag fix --help", surroundings);
    return emit(surroundings, show.no_place(wish.cause, *facts, prescription.error()), k_not_now);
  }
  auto plan = remedy::make_plan(*root, *facts, wish.cause, prescription->settings);
  if (!plan) {
    if (plan.error().code == Errc::unsupported) return emit(surroundings, show.no_place(wish.cause, *facts, plan.error()), k_not_now);
    return complain_of("no plan can be made", plan.error(), next_for(plan.error()), surroundings);
  }
  const auto command = command_line(wish.cause, wish.parameters, arguments);
  if (!plan->for_good.empty()) plan->for_good.replace(0, plan->command.size(), command_line(wish.cause, wish.parameters, {}));
  plan->command = command;
  if (!plan->changes_nothing()) plan->warnings.insert(plan->warnings.end(), prescription->warnings.begin(), prescription->warnings.end());

  if (plan->changes_nothing() || !arguments.has("apply")) {
    std::vector<std::string> waits_for;
    const bool runs = root->is_this_machine() && !plan->restarts.empty();
    if (runs)
      waits_for =
          remedy::in_the_way(remedy::observe(*root, *facts, std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now())));
    if (arguments.get("output", "text") == "json") return emit(surroundings, show.plan_as_json(*plan, waits_for), k_done);
    return emit(surroundings, show.plan(*plan, runs, waits_for), k_done);
  }
  if (arguments.get("output", "text") == "text") surroundings.err(show.files(*plan));
  return apply_plan(*root, *facts, *plan, arguments, show, surroundings);
}

int fix_what_is_found(const Arguments& arguments, const FixShow& show, Surroundings& surroundings) {
  const auto diagnosis = diagnosis_of(arguments, surroundings);
  if (!diagnosis)
    return complain_of("the input can't be read", diagnosis.error(), "unsnag fix CAUSE says what is to be cured", surroundings);
  if (interrupted(surroundings)) return k_interrupted;
  if (diagnosis->verdicts.empty())
    return emit(surroundings, "No failed pull is found here: nothing to cure. unsnag fix CAUSE cures what you name.\n", k_done);
  // The first that something can be done about.
  const auto& all = diagnosis->verdicts;
  auto chosen = std::find_if(all.begin(), all.end(), [](const auto& one) {
    return remedy::find_cure(one.cause) != nullptr || remedy::find_action(one.cause) != nullptr;
  });
  if (chosen == all.end()) chosen = all.begin();
  surroundings.err(show.found(*chosen));
  if (!is_cause(chosen->cause)) return emit(surroundings, show.for_others(chosen->cause, &*chosen), k_not_now);
  Wish wish{chosen->cause, parameters_in(arguments), &*chosen};
  if (chosen->timer && wish.parameters.find("deadline") == wish.parameters.end() && wish.cause == "progress-deadline")
    wish.parameters.emplace("deadline", deadline_for(*chosen->timer));
  if (wish.cause == "corrupt-store" && !chosen->image.empty()) wish.parameters.emplace("image", chosen->image);
  return fix_cause(wish, arguments, show, surroundings);
}

Result<remedy::Record> record_to_undo(const remedy::Records& records, const Arguments& arguments) {
  if (arguments.targets.size() > 1) {
    std::uint32_t id = 0;
    const auto& word = arguments.targets[1];
    if (std::from_chars(word.data(), word.data() + word.size(), id).ptr != word.data() + word.size())
      return fail(Errc::invalid_argument, fmt::format("\"{}\" is no number of a fix", word));
    auto record = records.get(id);
    if (!record && record.error().code == Errc::not_found) return fail(Errc::not_found, fmt::format("there is no fix {}", id));
    return record;
  }
  TRY_ASSIGN(auto all, records.list());
  for (auto it = all.rbegin(); it != all.rend(); ++it)
    if (it->undoable() && it->stage != remedy::Stage::undone && it->stage != remedy::Stage::failed_undone) return std::move(*it);
  return fail(Errc::not_found, all.empty() ? "nothing was fixed by unsnag here" : "all that can be undone here is undone already");
}

int undo_one(const Arguments& arguments, const FixShow& show, Surroundings& surroundings) {
  const auto patience = patience_in(arguments);
  if (!patience) return complain_of("unsnag fix undo", patience.error(), "unsnag fix --help", surroundings);
  const auto root = node::Root::open(std::string(arguments.get("root", "/")));
  if (!root) return complain_of("the node's root can't be read", root.error(), "--root names the folder it is mounted on", surroundings);
  const remedy::Records records(*root);
  auto record = record_to_undo(records, arguments);
  if (!record) return complain_of("nothing was undone", record.error(), "unsnag fix list", surroundings);
  const auto machine =
      machine_for(*root, !record->restarts.empty() || record->reload_units || !record->kernel.empty() || !record->units.empty());
  if (!machine) return complain_of("nothing was undone", machine.error(), next_for(machine.error()), surroundings);
  const auto lock = records.lock();
  if (!lock) return complain_of("nothing was undone", lock.error(), next_for(lock.error()), surroundings);
  auto options = options_for(*patience, show, surroundings);
  const auto facts = remedy::look_at(*root);
  if (facts) {
    options.healthz_port = remedy::healthz_port_of(*facts);
    if (*machine && !record->restarts.empty() && !arguments.has("force") && record->stage == remedy::Stage::applied) {
      const auto waits_for = wait_until_steady(*root, *facts, patience->wait, surroundings);
      if (interrupted(surroundings)) return k_interrupted;
      if (!waits_for.empty())
        return emit(surroundings, show.not_steady(waits_for, fmt::format("unsnag fix undo {}", record->id)), k_not_now);
    }
  }
  const auto outcome = remedy::undo(*root, std::move(*record), machine->get(), options, arguments.has("force"));
  if (!outcome) return complain_of("nothing was undone", outcome.error(), next_for(outcome.error()), surroundings);
  return emit(surroundings, show.undone(*outcome), outcome->kind == remedy::Outcome::Kind::undone ? k_done : k_failed_and_undone);
}

int list_all(const Arguments& arguments, const FixShow& show, Surroundings& surroundings) {
  const auto root = node::Root::open(std::string(arguments.get("root", "/")));
  if (!root) return complain_of("the node's root can't be read", root.error(), "--root names the folder it is mounted on", surroundings);
  std::vector<std::string> unreadable;
  const auto all = remedy::Records(*root).list(&unreadable);
  if (!all) return complain_of("the list can't be read", all.error(), next_for(all.error()), surroundings);
  for (const auto& one : unreadable) surroundings.err(fmt::format("unsnag: {}\n", one));
  return emit(surroundings, arguments.get("output", "text") == "json" ? show.list_as_json(*all) : show.list(*all), k_done);
}

}  // namespace

std::vector<Option> options_of_fix() {
  std::vector<Option> options{
      {"apply", 0, "", {}, "do it: keep the old files, write, restart, check; undone by itself if that fails"},
      {"wait", 0, "TIME", {}, "wait so long for a steady node, e.g. 5m"},
      {"settle", 0, "TIME", {}, "how long what was restarted has to run on before it counts as healthy (10s)"},
      {"force", 0, "", {}, "do it though the node is not steady, or pods use the image; undo: overwrite later changes too"},
      {"root", 0, "DIR", {}, "a node's root folder that isn't running: files only, no restart"},
      {"from", 0, "TARGET", {}, "cure what unsnag why finds in TARGET, not on this node"},
      {"print", 0, "PLATFORM", platform_names(), "the lasting change for a platform, ready to paste"},
      {"patch", 0, "FILE", {}, "with --print: put it into FILE; shows the difference, --apply writes it"},
      {"runtime", 0, "NAME", remedy::runtime_names(), "with --print: what those nodes have, if not this one's"},
      {"output", 'o', "FORMAT", {"text", "json"}, "text (default), json"}};
  for (const auto& parameter : all_parameters()) {
    // Two cures may have a parameter of the same name; its words are then those of the first.
    if (std::any_of(options.begin(), options.end(), [&](const Option& one) { return one.name == parameter.name; })) continue;
    options.push_back({parameter.name, 0, parameter.argument, {}, parameter.help});
  }
  options.push_back({"color", 0, "WHEN", {"auto", "always", "never"}, "colours: auto (on a terminal, without NO_COLOR), always, never"});
  return options;
}

int run_fix(const Arguments& arguments, Surroundings& surroundings) {
  const FixShow show(style_for(surroundings, arguments.get("color", "auto"), false));
  if (arguments.targets.empty()) return fix_what_is_found(arguments, show, surroundings);
  const auto& word = arguments.targets.front();
  if (word == "undo") return undo_one(arguments, show, surroundings);
  if (arguments.targets.size() > 1)
    return complain(surroundings, {fmt::format("\"{}\" is one argument too many", arguments.targets[1]), "", "", "", "unsnag fix --help"});
  if (word == "list") return list_all(arguments, show, surroundings);
  if (!is_cause(word)) return unknown_cause(word, surroundings);
  return fix_cause({word, parameters_in(arguments), nullptr}, arguments, show, surroundings);
}

}  // namespace unsnag::cli
