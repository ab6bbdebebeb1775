// SPDX-License-Identifier: Apache-2.0
// What belongs to no program's own configuration: a unit's variables and limits, the kernel's values, whole files.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "edit/env.h"
#include "edit/unit.h"
#include "remedy/placing.h"

namespace unsnag::remedy {
namespace {

Restart restart_for(const Placing& at, const std::string& unit) {
  if (unit == at.facts.engine.unit.name) return restart_of_engine(at.root, at.facts);
  if (unit == at.facts.kubelet.unit.name) return {Restart::How::restart, unit, "running pods go on; no new ones for about 10 s"};
  return {Restart::How::restart, unit, ""};
}

Result<node::Unit> unit_of(const Placing& at, const std::string& name) {
  TRY_ASSIGN(auto unit, node::load_unit(at.root, name));
  if (unit.state != node::Unit::State::found) return fail(Errc::unsupported, fmt::format("this node has no {}", name));
  return unit;
}

std::string_view name_in(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// What a limit of systemd is called in /proc/PID/limits.
std::string_view limit_named(std::string_view key) {
  if (key == "Service.LimitNOFILE") return "Max open files";
  if (key == "Service.LimitNPROC") return "Max processes";
  return {};
}

/// What the files of sysctl.d say of one key: every folder's files are put in one order by name (sysctl.d(5)).
struct KernelFiles {
  std::vector<std::string> names;  // of those that set it
  std::string file, value;         // what counts
};

Result<KernelFiles> kernel_files(const Placing& at, const std::string& wanted) {
  KernelFiles all;
  for (const auto* folder : {"/usr/lib/sysctl.d", "/run/sysctl.d", "/etc/sysctl.d"}) {
    const auto entries = at.root.list(folder);
    if (!entries) continue;
    for (const auto& entry : *entries) {
      if (entry.name.size() < 6 || entry.name.substr(entry.name.size() - 5) != ".conf") continue;
      TRY_ASSIGN(const auto there, at.draft.text(std::string(folder) + "/" + entry.name));
      const auto text = there.value_or("");
      for (const auto line : split(text, '\n')) {
        auto body = trim(line);
        if (!body.empty() && body.front() == '-') body = trim(body.substr(1));
        const auto equals = body.find('=');
        if (equals == std::string_view::npos || body.front() == '#' || body.front() == ';') continue;
        std::string key(trim(body.substr(0, equals)));
        std::replace(key.begin(), key.end(), '/', '.');
        if (key != wanted) continue;
        all.names.push_back(entry.name);
        if (entry.name < all.file) continue;
        all.file = entry.name;
        all.value = trim(body.substr(equals + 1));
      }
    }
  }
  return all;
}

/// The text with the key's line replaced, or one more.
std::string with_kernel_value(std::string_view text, const settings::Setting& setting) {
  std::string after;
  bool done = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || trim(line.substr(0, equals)) != setting.key) {
      after.append(line).append("\n");
      continue;
    }
    if (!done) after += fmt::format("{} = {}\n", setting.key, setting.value);
    done = true;
  }
  if (!done) after += fmt::format("{} = {}\n", setting.key, setting.value);
  return after;
}

}  // namespace

Result<void> place_environment(const Placing& at, const Settings& variables) {
  // One drop-in a unit, behind all that set one of them.
  std::map<std::string, std::string> last;
  for (const auto& setting : variables) {
    TRY_ASSIGN(const auto unit, unit_of(at, setting.unit));
    for (const auto& file : unit.files)
      for (const auto& one : node::unit_environment(at.root, unit))
        if (one.file == file.path && one.name == setting.key && contains(file.path, ".d/") && name_in(file.path) > name_in(last[unit.name]))
          last[unit.name] = file.path;
  }
  for (const auto& setting : variables) {
    TRY_ASSIGN(const auto unit, unit_of(at, setting.unit));
    const auto all = node::unit_environment(at.root, unit);
    const auto now = std::find_if(all.rbegin(), all.rend(), [&](const node::Variable& one) { return one.name == setting.key; });
    at.probe({Probe::What::environment, unit.name, setting.key, setting.value});
    if (now != all.rend() && now->value == setting.value) {
      at.already(setting, fmt::format("{}:{}", now->file, now->line));
      continue;
    }
    at.restart(restart_for(at, unit.name));
    const bool of_a_file = now != all.rend() && std::none_of(unit.files.begin(), unit.files.end(),
                                                             [&](const node::UnitFile& one) { return one.path == now->file; });
    if (of_a_file) {
      TRY_ASSIGN(const auto text, at.draft.text(now->file));
      TRY_ASSIGN(auto after, edit::set_env(text.value_or(""), setting.key, setting.value));
      TRY(at.draft.put(now->file, std::move(after), fmt::format("{} is set there, and that beats every drop-in", setting.key)));
      continue;
    }
    const auto path = drop_in_for(unit, last[unit.name]);
    TRY_ASSIGN(const auto text, at.draft.text(path));
    TRY_ASSIGN(auto after, edit::set_unit_environment(text.value_or(""), "Service", setting.key, setting.value));
    TRY(at.draft.put(path, std::move(after), now == all.rend() ? "a drop-in" : fmt::format("a drop-in behind {}", now->file)));
  }
  return {};
}

Result<void> place_unit(const Placing& at, const Settings& assignments) {
  for (const auto& setting : assignments) {
    TRY_ASSIGN(const auto unit, unit_of(at, setting.unit));
    const auto dot = setting.key.find('.');
    if (dot == std::string::npos) return fail(Errc::invalid_argument, fmt::format("\"{}\" names no section", setting.key));
    const auto section = setting.key.substr(0, dot), key = setting.key.substr(dot + 1);
    if (const auto limit = limit_named(setting.key); !limit.empty())
      at.probe({Probe::What::limit, unit.name, std::string(limit), setting.value});
    const auto now = unit.value(section, key);
    if (now && now->value == setting.value) {
      at.already(setting, fmt::format("{}:{}", now->file, now->line));
      continue;
    }
    at.restart(restart_for(at, unit.name));
    const auto path = drop_in_for(unit, now ? now->file : "");
    TRY_ASSIGN(const auto text, at.draft.text(path));
    TRY_ASSIGN(auto after, edit::set_unit(text.value_or(""), section, key, setting.value));
    TRY(at.draft.put(path, std::move(after), "a drop-in"));
  }
  return {};
}

Result<void> place_kernel(const Placing& at, const Settings& values) {
  std::vector<std::string> others;
  for (const auto& setting : values) {
    TRY_ASSIGN(const auto files, kernel_files(at, setting.key));
    others.insert(others.end(), files.names.begin(), files.names.end());
  }
  for (const auto& setting : values) {
    std::string now;
    if (at.root.is_this_machine()) {
      auto path = "/proc/sys/" + setting.key;
      std::replace(path.begin() + 10, path.end(), '.', '/');
      TRY_ASSIGN(const auto text, context(at.root.read(path), "the kernel's {}", setting.key));
      now = trim(text);
    }
    TRY_ASSIGN(const auto files, kernel_files(at, setting.key));
    const bool kept = files.value == setting.value, in_force = now == setting.value || !at.root.is_this_machine();
    if (kept && in_force) {
      at.already(setting, files.file);
      continue;
    }
    if (!in_force) at.plan.kernel.push_back({setting.key, now, setting.value});
    at.probe({Probe::What::kernel, "", setting.key, setting.value});
    if (kept) continue;
    const auto name = name_behind(others, ".conf");
    if (name.empty()) return fail(Errc::unsupported, fmt::format("{} is set in {}: change it there", setting.key, files.file));
    const auto file = "/etc/sysctl.d/" + name;
    TRY_ASSIGN(const auto text, at.draft.text(file));
    TRY(at.draft.put(file, with_kernel_value(text.value_or(""), setting), "so that it lasts over a reboot"));
  }
  return {};
}

Result<void> place_files(const Placing& at, const Settings& files) {
  for (const auto& setting : files) {
    TRY_ASSIGN(const auto text, at.draft.text(setting.key));
    if (text == setting.value) {
      at.already(setting, "as it is");
      continue;
    }
    TRY(at.draft.put(setting.key, setting.value, text ? "the whole file" : "a new file"));
  }
  return {};
}

}  // namespace unsnag::remedy
