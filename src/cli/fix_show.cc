// SPDX-License-Identifier: Apache-2.0
#include "cli/fix_show.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "edit/diff.h"
#include "remedy/cure.h"

namespace unsnag::cli {
namespace {

constexpr std::size_t k_label = 10;

std::string title_of(std::string_view cause) {
  for (const auto& page : diagnose::cause_pages())
    if (page.id == cause) return page.title;
  return std::string(cause);
}

std::string_view without_service(std::string_view unit) {
  constexpr std::string_view k_ending = ".service";
  return unit.size() > k_ending.size() && unit.substr(unit.size() - k_ending.size()) == k_ending
             ? unit.substr(0, unit.size() - k_ending.size())
             : unit;
}

std::string probe_words(const remedy::Probe& probe) {
  using What = remedy::Probe::What;
  switch (probe.what) {
    case What::command_line: return fmt::format("--{} in its command line", probe.key);
    case What::environment: return fmt::format("{} in its environment", probe.key);
    case What::limit: return fmt::format("\"{}\" in its limits", probe.key);
    case What::kernel: return fmt::format("{} in the kernel", probe.key);
    case What::docker_list: return fmt::format("{} of {} in what dockerd has", probe.value, probe.key);
    case What::started: return fmt::format("{} read by a process that began after the change", probe.key);
  }
  return {};
}

std::string checks(const remedy::Plan& plan) {
  std::vector<std::string> all;
  for (const auto& restart : plan.restarts) all.push_back(fmt::format("{} healthy", without_service(restart.unit)));
  for (const auto& probe : plan.probes) all.push_back(probe_words(probe));
  return fmt::format("{}", fmt::join(all, ", "));
}

void write_restarts(JsonWriter& json, const std::vector<remedy::Restart>& restarts) {
  json.key("restarts").begin_array();
  for (const auto& one : restarts)
    json.begin_object()
        .member("unit", one.unit)
        .member("how", one.how == remedy::Restart::How::reload ? "reload" : "restart")
        .member("effect", one.effect)
        .end_object();
  json.end_array();
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  json.key(name).begin_array();
  for (const auto& one : list) json.string(one);
  json.end_array();
}

}  // namespace

std::string FixShow::paragraph(std::string_view label, std::string_view text) const {
  std::string out;
  const auto width = style_.width > k_label + 22 ? style_.width - k_label - 2 : 20;
  bool first = true;
  for (const auto& line : report::wrap(ink_.clean(text), width)) {
    out += "  " + report::pad(first ? label : "", k_label) + line + "\n";
    first = false;
  }
  return out;
}

/// The diff's lines without its head, since the path stands above them.
std::string FixShow::change(const remedy::FileChange& change) const {
  std::string text;
  std::size_t skipped = 0;
  const auto diff = edit::unified_diff(change.before.value_or(""), change.after, change.path);
  for (const auto line : split(diff, '\n')) {
    if (line.empty() || (skipped < 2 && (line.substr(0, 3) == "---" || line.substr(0, 3) == "+++") && ++skipped != 0)) continue;
    if (line.substr(0, 2) == "@@") {
      if (change.before) text += "       " + ink_.dim(ink_.clean(line)) + "\n";
      continue;
    }
    const auto body = line.substr(1);
    const auto indent = std::min(body.find_first_not_of(" \t"), body.size());
    const auto shown = fmt::format("{} {}{}", line.front(), std::string(indent, ' '), ink_.clean(redact(body.substr(indent))));
    text += "       " + (line.front() == '+' ? ink_.green(shown) : line.front() == '-' ? ink_.red(shown) : shown) + "\n";
  }
  return text;
}

std::string FixShow::files(const remedy::Plan& plan) const {
  auto text =
      ink_.bold(fmt::format("Plan for {} ({})", plan.node.empty() ? "this node" : ink_.clean(plan.node), ink_.clean(plan.about))) + "\n\n";
  std::size_t number = 0;
  for (const auto& file : plan.files) {
    text += fmt::format("  {}  write  {}   {}\n", ++number, ink_.bold(ink_.clean(file.path)), file.before ? "" : "new file");
    while (text.size() > 1 && text[text.size() - 2] == ' ') text.erase(text.size() - 2, 1);
    text += "       " + ink_.dim(ink_.clean(file.why)) + "\n";
    text += change(file);
  }
  for (const auto& one : plan.kernel)
    text += fmt::format("  {}  set    {} = {}   (now {})\n", ++number, one.key, one.after, one.before.empty() ? "unknown" : one.before);
  return text;
}

std::string FixShow::plan(const remedy::Plan& plan, bool runs, const std::vector<std::string>& waits_for) const {
  if (plan.changes_nothing()) {
    auto text = fmt::format("{} {} on {} already: nothing to do\n", ink_.green(ink_.glyphs.good), "in force",
                            plan.node.empty() ? "this node" : ink_.clean(plan.node));
    for (const auto& one : plan.already) text += "  " + ink_.clean(one) + "\n";
    return text;
  }
  auto text = files(plan);
  auto number = plan.files.size() + plan.kernel.size();
  if (!plan.runs) text += "\n  Nothing is restarted: this tree does not run. It is in force once it does.\n";
  if (plan.runs && plan.reload_units) text += fmt::format("  {}  systemctl daemon-reload\n", ++number);
  for (const auto& restart : plan.runs ? plan.restarts : std::vector<remedy::Restart>{}) {
    const bool reload = restart.how == remedy::Restart::How::reload;
    const bool harm = restart.effect.substr(0, 4) == "ENDS";
    const auto effect = ink_.clean(restart.effect);
    text += fmt::format("  {}  {} {}   {}\n", ++number, reload ? "reload" : "restart", without_service(restart.unit),
                        harm ? ink_.red(effect) : effect);
  }
  if (plan.runs && !(plan.probes.empty() && plan.restarts.empty()))
    for (std::size_t first = 0; const auto& line : report::wrap(fmt::format("{}; else all of this is undone", checks(plan)),
                                                                style_.width > 40 ? style_.width - 13 : 27))
      text += first++ == 0 ? fmt::format("  {}  check  {}\n", ++number, ink_.clean(line)) : "            " + ink_.clean(line) + "\n";
  text += "\n";
  for (const auto& one : plan.already) text += paragraph("already", one);
  if (runs && waits_for.empty()) text += paragraph("steady?", "yes: no pull is under way, and no pressure");
  for (std::size_t i = 0; i < waits_for.size(); ++i) text += paragraph(i == 0 ? "steady?" : "", (i == 0 ? "no: " : "") + waits_for[i]);
  text += paragraph("undo", plan.command.find(" --root ") == std::string::npos
                                ? std::string("unsnag fix undo")
                                : "unsnag fix undo" + plan.command.substr(plan.command.find(" --root ")));
  for (const auto& one : plan.warnings) text += paragraph("note", one);
  if (!plan.for_good.empty()) text += "  This lasts until the node is replaced. For good: " + ink_.clean(plan.for_good) + "\n";
  return text + fmt::format("\nApply it with  {}\n", ink_.bold(ink_.clean(plan.command) + " --apply"));
}

std::string FixShow::plan_as_json(const remedy::Plan& plan, const std::vector<std::string>& waits_for) const {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object()
      .key("version")
      .number(std::uint64_t{1})
      .member("cause", plan.cause)
      .member("node", plan.node)
      .member("about", plan.about);
  json.member("platform", plan.platform).member("command", plan.command).key("nothing_to_do").boolean(plan.changes_nothing());
  json.key("settings").begin_array();
  for (const auto& setting : plan.settings) json.string(settings::describe(setting));
  json.end_array().key("files").begin_array();
  for (const auto& file : plan.files)
    json.begin_object()
        .member("path", file.path)
        .key("new")
        .boolean(!file.before)
        .member("why", file.why)
        .member("diff", redact(edit::unified_diff(file.before.value_or(""), file.after, file.path)))
        .end_object();
  json.end_array().key("kernel").begin_array();
  for (const auto& one : plan.kernel)
    json.begin_object().member("key", one.key).member("before", one.before).member("after", one.after).end_object();
  json.end_array().key("reload_units").boolean(plan.reload_units);
  write_restarts(json, plan.restarts);
  json.key("checks").begin_array();
  for (const auto& probe : plan.probes)
    json.begin_object()
        .member("unit", probe.unit)
        .member("key", probe.key)
        .member("value", probe.value)
        .member("how", probe_words(probe))
        .end_object();
  json.end_array();
  write_list(json, "already", plan.already);
  write_list(json, "warnings", plan.warnings);
  write_list(json, "waits_for", waits_for);
  json.member("for_good", plan.for_good).end_object();
  return json.take() + "\n";
}

std::string FixShow::step(std::string_view step) const {
  return ink_.dim(fmt::format("  {} {}", ink_.glyphs.bullet, ink_.clean(step))) + "\n";
}

std::string FixShow::outcome(const remedy::Outcome& outcome) const {
  const auto& record = outcome.record;
  if (outcome.kind == remedy::Outcome::Kind::applied)
    return fmt::format("{} {} as fix {}   undo: unsnag fix undo {}\n", ink_.green(ink_.glyphs.good),
                       outcome.checked ? "applied, healthy and in force" : "written", record.id, record.id);
  std::string text;
  if (outcome.kind == remedy::Outcome::Kind::undone)
    text = fmt::format("{} it did not work, and is undone: the files are as they were\n", ink_.red(ink_.glyphs.failed));
  else text = fmt::format("{} it did not work, and not all of it could be undone\n", ink_.red(ink_.glyphs.failed));
  text += paragraph("why", outcome.why);
  for (std::size_t i = 0; i < outcome.log.size(); ++i) text += paragraph(i == 0 ? "log" : "", redact(outcome.log[i]));
  for (std::size_t i = 0; i < outcome.not_undone.size(); ++i) text += paragraph(i == 0 ? "left" : "", outcome.not_undone[i]);
  if (outcome.kind == remedy::Outcome::Kind::half_undone)
    text += paragraph("next", fmt::format("mend that, then: unsnag fix undo {}", record.id));
  return text;
}

std::string FixShow::undone(const remedy::Outcome& outcome) const {
  const auto& record = outcome.record;
  if (outcome.kind == remedy::Outcome::Kind::undone && !record.units.empty())
    return fmt::format("{} fix {} is undone: {} as before\n", ink_.green(ink_.glyphs.good), record.id,
                       ink_.clean(record.units.front().unit));
  if (outcome.kind == remedy::Outcome::Kind::undone)
    return fmt::format("{} fix {} is undone: {} {} as before\n", ink_.green(ink_.glyphs.good), record.id,
                       report::amount(record.files.size(), "file", "files"), record.files.size() == 1 ? "is" : "are");
  auto text = fmt::format("{} fix {} could not be undone altogether\n", ink_.red(ink_.glyphs.failed), record.id);
  for (const auto& one : outcome.not_undone) text += paragraph("left", one);
  return text + paragraph("next", fmt::format("mend that, then again: unsnag fix undo {}", record.id));
}

std::string FixShow::not_steady(const std::vector<std::string>& waits_for, const remedy::Plan& plan) const {
  return not_steady(waits_for, plan.command + " --apply");
}

std::string FixShow::not_steady(const std::vector<std::string>& waits_for, std::string_view command) const {
  auto text = fmt::format("{} nothing was changed: the node is not steady\n", ink_.yellow(ink_.glyphs.unknown));
  for (std::size_t i = 0; i < waits_for.size(); ++i) text += paragraph(i == 0 ? "waits for" : "", waits_for[i]);
  text += paragraph("next", fmt::format("{} --wait 5m", command));
  return text + paragraph("", fmt::format("{} --force   (breaks off what is under way)", command));
}

std::string FixShow::list(const std::vector<remedy::Record>& records) const {
  if (records.empty()) return "Nothing was fixed by unsnag here.\n";
  std::string text;
  for (const auto& record : records) {
    const bool interrupted = record.stage == remedy::Stage::applying || record.stage == remedy::Stage::undoing;
    text += fmt::format("{:>3}  {}  {}  {}\n", record.id, format_rfc3339(std::chrono::floor<std::chrono::seconds>(record.when)),
                        report::pad(ink_.clean(record.cause), 22),
                        interrupted ? ink_.red(record.undoable() ? fmt::format("{}: unsnag fix undo {}", to_string(record.stage), record.id)
                                                                 : fmt::format("{}: again: {}", to_string(record.stage), record.command))
                                    : std::string(to_string(record.stage)));
    for (const auto& file : record.files) text += "       " + ink_.clean(file.path) + (file.is_new ? "   new" : "") + "\n";
    for (std::size_t i = 0; i < record.actions.size(); ++i)
      text += "       " + ink_.clean(record.actions[i]) + (i < record.done ? "" : "   not done") + "\n";
    if (!record.note.empty()) text += "       " + ink_.dim(ink_.clean(record.note)) + "\n";
  }
  return text;
}

std::string FixShow::list_as_json(const std::vector<remedy::Record>& records) const {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_array();
  for (const auto& record : records) {
    json.begin_object().key("id").number(std::uint64_t{record.id}).member("cause", record.cause).member("command", record.command);
    json.member("when", format_rfc3339(record.when)).member("stage", to_string(record.stage)).member("note", record.note);
    json.key("files").begin_array();
    for (const auto& file : record.files) json.begin_object().member("path", file.path).key("new").boolean(file.is_new).end_object();
    json.end_array();
    write_restarts(json, record.restarts);
    write_list(json, "actions", record.actions);
    json.key("actions_done").number(std::uint64_t{record.done}).key("undoable").boolean(record.undoable());
    json.end_object();
  }
  json.end_array();
  return json.take() + "\n";
}

std::string FixShow::found(const diagnose::Verdict& verdict) const {
  return fmt::format("{} {}\n  {}  [{} {} {}]\n\n", ink_.red(ink_.glyphs.failed), ink_.clean(verdict.summary),
                     verdict.image.empty() ? "an image" : ink_.clean(verdict.image), verdict.cause, ink_.glyphs.dot,
                     diagnose::to_string(verdict.confidence));
}

std::string FixShow::for_others(std::string_view cause, const diagnose::Verdict* verdict) const {
  auto text = fmt::format("{} nothing that unsnag sets on a node cures {}: {}\n", ink_.yellow(ink_.glyphs.unknown), cause,
                          ink_.clean(title_of(cause)));
  std::vector<std::string> sentences;
  if (verdict != nullptr)
    for (const auto& advice : verdict->advice) {
      auto sentence = advice.text;
      if (!advice.command.empty()) sentence += "\n" + advice.command;
      if (advice.when == diagnose::Advice::When::others) sentences.push_back(std::move(sentence));
      else text += paragraph("to do", sentence);
    }
  if (sentences.empty()) sentences = remedy::for_others(cause);
  if (!sentences.empty()) text += "\n  for those whose it is\n";
  for (const auto& sentence : sentences)
    for (const auto line : split(sentence, '\n')) text += paragraph("", line);
  return text + paragraph("more", fmt::format("unsnag explain {}", cause));
}

std::string FixShow::no_place(std::string_view cause, const remedy::NodeFacts& facts, const Error& why) const {
  auto text = fmt::format("{} {} can't be cured on {} ({})\n", ink_.yellow(ink_.glyphs.unknown), cause,
                          facts.name.empty() ? "this node" : ink_.clean(facts.name), ink_.clean(remedy::describe(facts)));
  text += paragraph("why", why.message());
  return text + paragraph("more", fmt::format("unsnag explain {}", cause));
}

}  // namespace unsnag::cli
