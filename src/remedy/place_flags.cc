// SPDX-License-Identifier: Apache-2.0
// Flags of a program that systemd starts. The rules that make this worth a file: a later Environment= of the same variable
// replaces the earlier one, labels and taints included, so the value that is there is taken along; a variable of an
// EnvironmentFile= beats every Environment=, so it must be changed there; and of a flag that stands twice the last counts.
#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "edit/env.h"
#include "edit/flags.h"
#include "edit/unit.h"
#include "remedy/placing.h"

namespace unsnag::remedy {
namespace {

constexpr std::string_view k_service = "Service";

/// The variables that ExecStart= takes whole words from, in order: "$KUBELET_EXTRA_ARGS", not "${X}" inside a word.
std::vector<std::string> variables_of(std::string_view command) {
  std::vector<std::string> names;
  for (const auto& word : node::unit_words(command))
    if (word.size() > 1 && word[0] == '$' && word[1] != '$' && word[1] != '{') names.push_back(word.substr(1));
  return names;
}

const node::Variable* find(const std::vector<node::Variable>& all, std::string_view name) {
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const node::Variable& one) { return one.name == name; });
  return found == all.rend() ? nullptr : &*found;
}

bool is_part_of(const node::Unit& unit, std::string_view file) {
  return std::any_of(unit.files.begin(), unit.files.end(), [&](const node::UnitFile& one) { return one.path == file; });
}

/// The variable that people are meant to put flags into, else the last one.
std::optional<std::string> variable_for_new_flags(const std::vector<std::string>& variables) {
  for (const auto* name : {"KUBELET_EXTRA_ARGS", "KUBELET_OPTS", "NODEADM_KUBELET_ARGS", "KUBELET_FLAGS", "KUBELET_ARGS"})
    if (std::find(variables.begin(), variables.end(), name) != variables.end()) return name;
  return variables.empty() ? std::nullopt : std::optional(variables.back());
}

/// The file of variables that the unit names for people to write in; "" when it names none.
std::string file_for_variables(const node::Unit& unit) {
  for (const auto& one : unit.values(k_service, "EnvironmentFile")) {
    std::string_view path = one.value;
    if (!path.empty() && path.front() == '-') path.remove_prefix(1);
    if (path.substr(0, 13) == "/etc/default/" || path.substr(0, 15) == "/etc/sysconfig/") return std::string(path);
  }
  return {};
}

class Flags {
 public:
  Flags(const Placing& at, const Program& program, std::string_view who) : at_(at), program_(program), who_(who) {
    if (const auto start = program.unit.value(k_service, "ExecStart")) command_ = *start;
    variables_ = variables_of(command_.value);
  }

  Result<void> place(const settings::Setting& flag) {
    if (command_.value.empty()) return fail(Errc::unsupported, fmt::format("{} has no ExecStart=", program_.unit.name));
    if (program_.flag(flag.key) == flag.value) {
      at_.already(flag, where_now(flag.key));
      return {};
    }
    // Where it stands already it is changed; the last place counts.
    if (edit::get_flag(command_.value, flag.key)) return set_in_command(flag);
    for (auto name = variables_.rbegin(); name != variables_.rend(); ++name)
      if (const auto* variable = find(program_.environment, *name); variable != nullptr && edit::get_flag(variable->value, flag.key))
        return set_in_variable(*name, flag);
    const auto name = variable_for_new_flags(variables_);
    return name ? set_in_variable(*name, flag) : set_in_command(flag);
  }

 private:
  [[nodiscard]] std::string where_now(const std::string& flag) const {
    for (auto name = variables_.rbegin(); name != variables_.rend(); ++name)
      if (const auto* variable = find(program_.environment, *name); variable != nullptr && edit::get_flag(variable->value, flag))
        return fmt::format("{}:{}", variable->file, variable->line);
    return fmt::format("{}:{}", command_.file, command_.line);
  }

  Result<void> set_in_variable(const std::string& name, const settings::Setting& flag) {
    const auto* variable = find(program_.environment, name);
    // What an earlier flag of this plan made of it.
    const auto drafted = values_.find(name);
    const auto& value = drafted != values_.end() ? drafted->second : variable != nullptr ? variable->value : std::string();
    TRY_ASSIGN(auto changed, edit::set_flag(value, flag.key, flag.value));
    values_[name] = changed;

    const auto file = variable == nullptr                         ? file_for_variables(program_.unit)
                      : is_part_of(program_.unit, variable->file) ? ""
                                                                  : variable->file;
    if (!file.empty()) {
      TRY_ASSIGN(const auto text, at_.draft.text(file));
      TRY_ASSIGN(auto after, edit::set_env(text.value_or(""), name, changed));
      return at_.draft.put(file, std::move(after),
                           variable == nullptr ? fmt::format("{}'s file for {}", program_.unit.name, name)
                                               : fmt::format("{} is set there, and that beats every drop-in", name));
    }
    const auto path = drop_in_for(program_.unit, variable == nullptr ? "" : variable->file);
    TRY_ASSIGN(const auto text, at_.draft.text(path));
    TRY_ASSIGN(auto after, edit::set_unit_environment(text.value_or(""), k_service, name, changed));
    if (variable != nullptr && path != variable->file && !trim(variable->value).empty())
      at_.warn(fmt::format("{} repeats what {} gives to {} today: later changes there need one here too", path, variable->file, name));
    return at_.draft.put(
        path, std::move(after),
        variable == nullptr ? "a drop-in" : fmt::format("a drop-in behind {}, with its value taken along", variable->file));
  }

  Result<void> set_in_command(const settings::Setting& flag) {
    const auto& value = new_command_.empty() ? command_.value : new_command_;
    TRY_ASSIGN(new_command_, edit::set_flag(value, flag.key, flag.value));
    const auto path = drop_in_for(program_.unit, command_.file);
    TRY_ASSIGN(const auto text, at_.draft.text(path));
    std::string after;
    if (path == command_.file || edit::get_unit(text.value_or(""), k_service, "ExecStart")) {
      TRY_ASSIGN(after, edit::set_unit(text.value_or(""), k_service, "ExecStart", new_command_));
    } else {
      // A second ExecStart= would be a second command: the first is emptied.
      TRY_ASSIGN(const auto emptied, edit::add_unit(text.value_or(""), k_service, "ExecStart", ""));
      TRY_ASSIGN(after, edit::add_unit(emptied, k_service, "ExecStart", new_command_));
      at_.warn(fmt::format("{} repeats the command of {}: when an update changes that, this one stays", path, command_.file));
    }
    return at_.draft.put(path, std::move(after), fmt::format("a drop-in: {} takes no variable for flags", program_.unit.name));
  }

  const Placing& at_;
  const Program& program_;
  std::string_view who_;
  node::Assignment command_;
  std::vector<std::string> variables_;
  std::map<std::string, std::string> values_;
  std::string new_command_;
};

}  // namespace

Result<void> place_unit_flags(const Placing& at, const Program& program, const Settings& flags, std::string_view who) {
  Flags place(at, program, who);
  for (const auto& flag : flags) {
    TRY(context(place.place(flag), "{}", settings::describe(flag)));
    at.probe({Probe::What::command_line, program.unit.name, flag.key, flag.value});
  }
  return {};
}

Result<void> place_cri_dockerd_flags(const Placing& at, const Settings& flags) {
  const auto& program = at.facts.cri_dockerd;
  if (!program.found) return fail(Errc::unsupported, "this node has no cri-docker.service");
  TRY(place_unit_flags(at, program, flags, "cri-dockerd"));
  at.restart({Restart::How::restart, program.unit.name, "containers go on; pulls in flight break off and are tried again"});
  return {};
}

}  // namespace unsnag::remedy
