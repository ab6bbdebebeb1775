// SPDX-License-Identifier: Apache-2.0
#include "remedy/apply.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"
#include "codec/sha256.h"
#include "remedy/health.h"

namespace unsnag::remedy {
namespace {

void say(const ApplyOptions& options, std::string_view step) {
  if (options.step) options.step(step);
}

bool stopped(const ApplyOptions& options) { return options.stop && options.stop(); }

bool ends_in(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

/// Reads a file again as its program would: what does not parse is not left there.
Result<void> check_syntax(const node::Root& root, const FileChange& change) {
  TRY_ASSIGN(const auto text, root.read(change.path));
  if (text != change.after) return fail(Errc::io, "it does not read back as it was written");
  if (ends_in(change.path, ".toml")) TRY(parse_toml(text));
  if (ends_in(change.path, ".json")) TRY(parse_json(text));
  if (ends_in(change.path, ".yaml") || ends_in(change.path, ".yml")) TRY(parse_yaml(text));
  return {};
}

Result<void> write_files(const node::Root& root, const Plan& plan, const ApplyOptions& options) {
  for (const auto& change : plan.files) {
    if (stopped(options)) return fail(Errc::io, "interrupted");
    say(options, "write " + change.path);
    const auto slash = change.path.rfind('/');
    if (!change.before) TRY(context(node::make_folders(root, change.path.substr(0, slash)), "{}", change.path));
    TRY(context(node::write_file(root, change.path, change.after), "{}", change.path));
    TRY(context(check_syntax(root, change), "{}", change.path));
  }
  return {};
}

struct Failure {
  std::string why;
  std::string unit;  // whose log may say more
};

/// What the new files need: systemd's reload, the restarts, health.
std::optional<Failure> put_in_force(Machine& machine, bool reload_units, const std::vector<Restart>& restarts,
                                    const ApplyOptions& options) {
  if (reload_units) {
    say(options, "reload units");
    if (const auto done = machine.services().reload_units(); !done) return Failure{"systemd's reload: " + done.error().message(), ""};
  }
  for (const auto& restart : restarts) {
    if (stopped(options)) return Failure{"interrupted", ""};
    const bool reload = restart.how == Restart::How::reload;
    say(options, fmt::format("{} {}", reload ? "reload" : "restart", restart.unit));
    const auto done =
        reload ? machine.services().reload(restart.unit, options.patience) : machine.services().restart(restart.unit, options.patience);
    if (!done)
      return Failure{fmt::format("{} {}: {}", reload ? "reloading" : "restarting", restart.unit, done.error().message()), restart.unit};
  }
  for (const auto& restart : restarts) {
    say(options, "health " + restart.unit);
    if (const auto healthy = wait_for_health(machine, restart.unit, options); !healthy)
      return Failure{healthy.error().message(), restart.unit};
  }
  return std::nullopt;
}

enum class Now { old, fresh, other };

/// What a file of a record is at present.
Result<Now> now_of(const node::Root& root, const KeptFile& file) {
  TRY_ASSIGN(const auto state, context(node::file_state(root, file.path), "{}", file.path));
  if (!state) return file.is_new ? Now::old : Now::other;
  const auto digest = codec::sha256_hex(state->content);
  if (!file.is_new && digest == file.old_digest) return Now::old;
  return digest == file.new_digest ? Now::fresh : Now::other;
}

Result<void> put_back(const node::Root& root, const Records& records, const Record& record, std::size_t index) {
  const auto& file = record.files[index];
  if (file.is_new && !root.exists(file.path.substr(0, file.path.rfind('/')))) return {};  // its folder was not even made
  TRY(context(node::remove_staging(root, file.path), "{}", file.path));
  if (file.is_new) return context(node::remove_file(root, file.path), "{}", file.path);
  TRY_ASSIGN(const auto content, records.old_content(record, index));
  return context(node::write_file(root, file.path, content, &file.old), "{}", file.path);
}

/// Files, folders and the kernel's values; goes on after a failure and names it.
std::vector<std::string> take_back(const node::Root& root, const Records& records, const Record& record, Machine* machine,
                                   const ApplyOptions& options) {
  std::vector<std::string> failures;
  for (auto i = record.files.size(); i-- > 0;) {
    say(options, "put back " + record.files[i].path);
    if (const auto done = put_back(root, records, record, i); !done) failures.push_back(done.error().message());
  }
  for (auto folder = record.folders.rbegin(); folder != record.folders.rend(); ++folder)
    if (root.exists(*folder))
      if (const auto done = node::remove_empty_folder(root, *folder); !done) failures.push_back(*folder + ": " + done.error().message());
  if (machine != nullptr)
    for (const auto& one : record.kernel)
      if (!one.before.empty())
        if (const auto done = machine->set_kernel_value(one.key, one.before); !done)
          failures.push_back(one.key + ": " + done.error().message());
  return failures;
}

/// Undoing is not to be interrupted.
ApplyOptions without_stop(ApplyOptions options) {
  options.stop = {};
  return options;
}

/// After a failure. What the machine needs again: only what was reached.
Outcome undo_itself(const node::Root& root, const Records& records, Record record, Machine* machine, const ApplyOptions& options,
                    Failure failure) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::undone;
  outcome.why = std::move(failure.why);
  if (machine != nullptr && !failure.unit.empty()) outcome.log = machine->last_lines(failure.unit, 10);
  const auto patient = without_stop(options);
  outcome.not_undone = take_back(root, records, record, machine, patient);
  if (machine != nullptr)
    if (const auto again = put_in_force(*machine, record.reload_units, record.restarts, patient)) outcome.not_undone.push_back(again->why);
  if (!outcome.not_undone.empty()) outcome.kind = Outcome::Kind::half_undone;
  else if (const auto noted = records.set_stage(record, Stage::failed_undone, outcome.why); !noted)
    outcome.not_undone.push_back(noted.error().message());
  outcome.record = std::move(record);
  return outcome;
}

}  // namespace

Result<Outcome> apply(const node::Root& root, const Plan& plan, Machine* machine, const ApplyOptions& options) {
  const Records records(root);
  const auto begun = machine != nullptr ? machine->now() : std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
  say(options, "keep");
  TRY_ASSIGN(auto record, records.begin(plan, begun));

  // From here on a failure is undone.
  if (const auto written = write_files(root, plan, options); !written) {
    // Nothing was restarted yet, so nothing has to be restarted again.
    record.restarts.clear();
    record.reload_units = false;
    return undo_itself(root, records, std::move(record), machine, options, {written.error().message(), ""});
  }
  if (machine != nullptr) {
    for (const auto& one : plan.kernel) {
      say(options, "set " + one.key);
      if (const auto set = machine->set_kernel_value(one.key, one.after); !set)
        return undo_itself(root, records, std::move(record), machine, options, {one.key + ": " + set.error().message(), ""});
    }
    auto failure = put_in_force(*machine, plan.reload_units, plan.restarts, options);
    if (!failure) {
      say(options, "read back");
      if (const auto in_force = read_back(*machine, plan.probes, begun); !in_force)
        failure = Failure{in_force.error().message(), plan.restarts.empty() ? "" : plan.restarts.back().unit};
    }
    if (failure) return undo_itself(root, records, std::move(record), machine, options, std::move(*failure));
  }
  say(options, "done");
  TRY(records.set_stage(record, Stage::applied));
  Outcome outcome;
  outcome.checked = machine != nullptr;
  outcome.record = std::move(record);
  return outcome;
}

Result<Outcome> undo(const node::Root& root, Record record, Machine* machine, const ApplyOptions& options, bool force) {
  const Records records(root);
  if (record.stage == Stage::undone || record.stage == Stage::failed_undone)
    return fail(Errc::invalid_argument, fmt::format("fix {} is {} already", record.id, to_string(record.stage)));
  if (!record.undoable())
    return fail(Errc::unsupported,
                fmt::format("fix {} can't be undone: what it removed is gone, and comes again with the next pull", record.id));
  if (machine == nullptr && !record.units.empty())
    return fail(Errc::unsupported, "the services of that fix are those of a node that runs, and this tree does not");
  // Undone half way: the files may be old again, and what runs is not.
  bool changed = record.stage == Stage::undoing;
  for (const auto& file : record.files) {
    TRY_ASSIGN(const auto now, now_of(root, file));
    if (now == Now::other && !force)
      return fail(Errc::malformed, fmt::format("{} was changed since: undo that first, or --force overwrites it", file.path));
    changed = changed || now != Now::old;
  }
  TRY(records.set_stage(record, Stage::undoing));
  Outcome outcome;
  outcome.kind = Outcome::Kind::undone;
  const auto patient = without_stop(options);
  outcome.not_undone = take_back(root, records, record, machine, patient);
  if (machine != nullptr && (changed || !record.kernel.empty()))
    if (const auto failure = put_in_force(*machine, record.reload_units, record.restarts, patient))
      outcome.not_undone.push_back(failure->why);
  for (const auto& one : record.units) {
    const auto put_back = [&](const Result<void>& done) {
      if (!done) outcome.not_undone.push_back(one.unit + ": " + done.error().message());
    };
    if (!one.ran) put_back(machine->services().stop(one.unit, options.patience));
    if (!one.enabled) put_back(machine->services().set_enabled(one.unit, false));
  }
  if (outcome.not_undone.empty()) TRY(records.set_stage(record, Stage::undone));
  else outcome.kind = Outcome::Kind::half_undone;
  outcome.record = std::move(record);
  return outcome;
}

}  // namespace unsnag::remedy
