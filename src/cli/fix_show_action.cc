// SPDX-License-Identifier: Apache-2.0
// What `unsnag fix` prints of actions.
#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "cli/fix_show.h"

namespace unsnag::cli {

std::string FixShow::paragraphs(std::string_view label, const std::vector<std::string>& texts) const {
  std::string text;
  for (std::size_t i = 0; i < texts.size(); ++i) text += paragraph(i == 0 ? label : "", redact(texts[i]));
  return text;
}

std::string FixShow::action_plan(const remedy::ActionPlan& plan) const {
  if (plan.steps.empty()) {
    auto text =
        fmt::format("{} nothing to do on {}\n", ink_.green(ink_.glyphs.good), plan.node.empty() ? "this node" : ink_.clean(plan.node));
    return text + paragraphs("", plan.found) + paragraphs("note", plan.notes);
  }
  auto text =
      ink_.bold(fmt::format("Plan for {} ({})", plan.node.empty() ? "this node" : ink_.clean(plan.node), ink_.clean(plan.about))) + "\n\n";
  text += paragraphs("found", plan.found) + "\n";
  std::size_t number = 0;
  for (const auto& step : plan.steps) {
    text += fmt::format("  {}  {}\n", ++number, ink_.clean(step.what));
    if (!step.effect.empty()) text += "       " + ink_.dim(ink_.clean(step.effect)) + "\n";
  }
  text += fmt::format("  {}  check: {}\n\n", ++number, ink_.clean(plan.check));
  text += paragraphs("blocked", plan.in_the_way);
  text += paragraph("undo", plan.undo) + paragraphs("note", plan.notes);
  return text + fmt::format("\nApply it with  {}\n",
                            ink_.bold(ink_.clean(plan.command) + " --apply" + (plan.in_the_way.empty() ? "" : " --force")));
}

std::string FixShow::action_plan_as_json(const remedy::ActionPlan& plan) const {
  JsonWriter json(JsonWriter::Style::pretty);
  const auto list = [&](std::string_view name, const std::vector<std::string>& texts) {
    json.key(name).begin_array();
    for (const auto& one : texts) json.string(redact(one));
    json.end_array();
  };
  json.begin_object().key("version").number(std::uint64_t{1}).member("cause", plan.cause).member("node", plan.node);
  json.member("about", plan.about).member("command", plan.command).key("nothing_to_do").boolean(plan.steps.empty());
  list("found", plan.found);
  json.key("steps").begin_array();
  for (const auto& step : plan.steps) json.begin_object().member("what", step.what).member("effect", step.effect).end_object();
  json.end_array().member("check", plan.check).member("undo", plan.undo).key("undoable").boolean(!plan.units.empty());
  list("in_the_way", plan.in_the_way);
  list("notes", plan.notes);
  json.end_object();
  return json.take() + "\n";
}

std::string FixShow::action_in_the_way(const remedy::ActionPlan& plan) const {
  auto text = fmt::format("{} nothing was changed\n", ink_.yellow(ink_.glyphs.unknown));
  text += paragraphs("why", plan.in_the_way);
  return text + paragraph("next", fmt::format("end that, and try again; or {} --apply --force", plan.command));
}

std::string FixShow::action_outcome(const remedy::ActOutcome& outcome) const {
  const auto& record = outcome.record;
  if (record.stage == remedy::Stage::applied)
    return fmt::format("{} done, and checked, as fix {}{}\n", ink_.green(ink_.glyphs.good), record.id,
                       record.undoable() ? fmt::format("   undo: unsnag fix undo {}", record.id) : "") +
           paragraphs("note", outcome.notes) + paragraph("now", redact(outcome.now));
  auto text = fmt::format("{} it failed; {} of {} steps were done\n", ink_.red(ink_.glyphs.failed), record.done, record.actions.size());
  text += paragraph("why", redact(outcome.why)) + paragraphs("note", outcome.notes);
  text += paragraph("next", fmt::format("the same again looks anew, and goes on: {}", record.command));
  return text;
}

}  // namespace unsnag::cli
