// SPDX-License-Identifier: Apache-2.0
#include "remedy/apply.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"
#include "codec/sha256.h"
#include "remedy/docker_reload.h"
#include "remedy/health.h"

namespace unsnag::remedy {
namespace {

void say(const ApplyOptions& options, std::string_view step) {
  if (options.step) options.step(step);
}

/// kubelet looks at its runtime every 5 s, and may end at that; what ran before the change has shown already that it goes on.
constexpr std::chrono::seconds k_known_to_run{3};

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

/// The units whose runtime has no CRI as it is, so that it is not missed afterwards either.
std::set<std::string> without_cri(Machine* machine, const std::vector<Restart>& restarts) {
  std::set<std::string> units;
  if (machine == nullptr) return units;
  for (const auto& restart : restarts)
    if (const auto ready = machine->runtime_ready(restart.unit); !ready && ready.error().code == Errc::unsupported)
      units.insert(restart.unit);
  return units;
}

struct Failure {
  std::string why;
  std::string unit;  // whose log may say more
};

/// What the new files need: systemd's reload, the restarts, health.
std::optional<Failure> put_in_force(Machine& machine, bool reload_units, const std::vector<Restart>& restarts,
                                    const std::set<std::string>& no_cri, const ApplyOptions& options) {
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
    auto patient = options;
    if (restart.how == Restart::How::reload) patient.steady_for = std::min(patient.steady_for, k_known_to_run);
    if (const auto healthy =
            wait_for_health(machine, restart.unit, patient, no_cri.count(restart.unit) != 0 ? Cri::not_needed : Cri::needed);
        !healthy)
      return Failure{healthy.error().message(), restart.unit};
  }
  return std::nullopt;
}

enum class Now { old, fresh, other };

Result<std::string> old_text(const Records& records, const Record& record, std::size_t index) {
  if (record.files[index].is_new) return std::string();
  return records.old_content(record, index);
}

/// What a file of a record is at present.
Result<Now> now_of(const node::Root& root, const Records& records, const Record& record, std::size_t index) {
  const auto& file = record.files[index];
  TRY_ASSIGN(const auto state, context(node::file_state(root, file.path), "{}", file.path));
  if (!state) return file.is_new ? Now::old : Now::other;
  const auto digest = codec::sha256_hex(state->content);
  if (!file.is_new && digest == file.old_digest) return Now::old;
  if (digest == file.new_digest) return Now::fresh;
  if (!ends_in(file.path, ".json")) return Now::other;
  // What an interrupted forget_lists leaves.
  TRY_ASSIGN(const auto old, old_text(records, record, index));
  const auto keys = lists_to_empty(old, state->content);
  const auto emptied = with_empty_lists(old, keys);
  return !keys.empty() && emptied && *emptied == state->content ? Now::fresh : Now::other;
}

/// Has dockerd let go of the lists that it would keep (docker_reload.h), and waits until it has.
Result<void> forget_lists(const node::Root& root, const Records& records, const Record& record, std::size_t index, Machine& machine,
                          const ApplyOptions& options) {
  constexpr int k_looks = 25;
  constexpr std::chrono::milliseconds k_between{200};
  const auto& path = record.files[index].path;
  const auto reloaded =
      std::find_if(record.restarts.begin(), record.restarts.end(), [](const Restart& one) { return one.how == Restart::How::reload; });
  if (reloaded == record.restarts.end() || !ends_in(path, ".json") || !root.exists(path)) return {};
  TRY_ASSIGN(const auto old, old_text(records, record, index));
  TRY_ASSIGN(const auto now, root.read(path));
  const auto keys = lists_to_empty(old, now);
  if (keys.empty()) return {};
  say(options, fmt::format("have dockerd forget {}", fmt::join(keys, ", ")));
  TRY_ASSIGN(const auto emptied, with_empty_lists(old, keys));
  TRY_ASSIGN(const auto had, context(parse_json(now), "{}", path));
  TRY(context(node::write_file(root, path, emptied), "{}", path));
  TRY(machine.services().reload(reloaded->unit, options.patience));
  const auto still_has = [&](const std::string& key) -> Result<bool> {
    TRY_ASSIGN(const auto has, machine.docker_list(reloaded->unit, key));
    for (const auto& entry : had[key].entries) {
      const auto& url = entry.second.scalar;
      if (std::any_of(has.begin(), has.end(), [&](const auto& item) { return item == url || item == url + "/"; })) return true;
    }
    return false;
  };
  for (const auto& key : keys) {
    // The signal is taken some time after systemd has sent it.
    for (int look = 0;; ++look) {
      machine.wait(k_between);
      TRY_ASSIGN(const bool has, still_has(key));
      if (!has) break;
      if (look == k_looks) return fail(Errc::io, fmt::format("dockerd keeps its {}: restart {}", key, reloaded->unit));
    }
  }
  return {};
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
    if (machine != nullptr)
      if (const auto done = forget_lists(root, records, record, i, *machine, options); !done) failures.push_back(done.error().message());
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

/// Undoing is not to be interrupted, and brings back what is known to run.
ApplyOptions for_undoing(ApplyOptions options) {
  options.stop = {};
  options.steady_for = std::min(options.steady_for, k_known_to_run);
  return options;
}

/// After a failure. What the machine needs again: only what was reached.
Outcome undo_itself(const node::Root& root, const Records& records, Record record, Machine* machine, const std::set<std::string>& no_cri,
                    const ApplyOptions& options, Failure failure) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::undone;
  outcome.why = std::move(failure.why);
  if (machine != nullptr && !failure.unit.empty()) outcome.log = machine->last_lines(failure.unit, 10);
  const auto patient = for_undoing(options);
  outcome.not_undone = take_back(root, records, record, machine, patient);
  if (machine != nullptr)
    if (const auto again = put_in_force(*machine, record.reload_units, record.restarts, no_cri, patient))
      outcome.not_undone.push_back(again->why);
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
  const auto no_cri = without_cri(machine, plan.restarts);
  say(options, "keep");
  TRY_ASSIGN(auto record, records.begin(plan, begun));

  // From here on a failure is undone.
  if (const auto written = write_files(root, plan, options); !written) {
    // Nothing was restarted yet, so nothing has to be restarted again.
    record.restarts.clear();
    record.reload_units = false;
    return undo_itself(root, records, std::move(record), machine, no_cri, options, {written.error().message(), ""});
  }
  if (machine != nullptr) {
    for (const auto& one : plan.kernel) {
      say(options, "set " + one.key);
      if (const auto set = machine->set_kernel_value(one.key, one.after); !set)
        return undo_itself(root, records, std::move(record), machine, no_cri, options, {one.key + ": " + set.error().message(), ""});
    }
    auto failure = put_in_force(*machine, plan.reload_units, plan.restarts, no_cri, options);
    if (!failure) {
      say(options, "read back");
      if (const auto in_force = read_back(*machine, plan.probes, begun); !in_force)
        failure = Failure{in_force.error().message(), plan.restarts.empty() ? "" : plan.restarts.back().unit};
    }
    if (failure) return undo_itself(root, records, std::move(record), machine, no_cri, options, std::move(*failure));
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
  for (std::size_t i = 0; i < record.files.size(); ++i) {
    TRY_ASSIGN(const auto now, now_of(root, records, record, i));
    if (now == Now::other && !force)
      return fail(Errc::malformed, fmt::format("{} was changed since: undo that first, or --force overwrites it", record.files[i].path));
    changed = changed || now != Now::old;
  }
  const auto no_cri = without_cri(machine, record.restarts);
  TRY(records.set_stage(record, Stage::undoing));
  Outcome outcome;
  outcome.kind = Outcome::Kind::undone;
  const auto patient = for_undoing(options);
  outcome.not_undone = take_back(root, records, record, machine, patient);
  if (machine != nullptr && (changed || !record.kernel.empty()))
    if (const auto failure = put_in_force(*machine, record.reload_units, record.restarts, no_cri, patient))
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
