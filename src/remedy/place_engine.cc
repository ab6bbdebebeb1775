// SPDX-License-Identifier: Apache-2.0
// CRI-O's drop-ins and Docker's daemon.json, and what a restart of a runtime does to running pods.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "edit/json.h"
#include "edit/toml.h"
#include "remedy/placing.h"

namespace unsnag::remedy {
namespace {

constexpr std::string_view k_crio_file = "/etc/crio/crio.conf";
constexpr std::string_view k_crio_folder = "/etc/crio/crio.conf.d";

/// dockerd reads these again on SIGHUP (daemon/reload.go): no container notices.
constexpr std::array<std::string_view, 7> k_reloaded{"registry-mirrors",
                                                     "insecure-registries",
                                                     "max-concurrent-downloads",
                                                     "max-download-attempts",
                                                     "max-concurrent-uploads",
                                                     "live-restore",
                                                     "debug"};

std::string daemon_json_of(const NodeFacts& facts) { return facts.engine.flag("config-file").value_or("/etc/docker/daemon.json"); }

bool is_true(const Value& value) { return value.is_scalar() && value.scalar == "true"; }

}  // namespace

Restart restart_of_engine(const node::Root& root, const NodeFacts& facts) {
  Restart restart{Restart::How::restart, facts.engine.unit.name, {}};
  switch (facts.runtime) {
    case Runtime::dockershim:
    case Runtime::cri_dockerd: {
      const auto text = root.read(daemon_json_of(facts));
      const auto settings = text ? parse_json(*text) : Result<Value>(Value{});
      const bool lives = (settings && is_true((*settings)["live-restore"])) || facts.engine.flag("live-restore").value_or("") == "true";
      restart.effect = lives ? "containers go on (live-restore); pulls in flight break off"
                             : "ENDS ALL CONTAINERS of this node (no live-restore): drain it first";
      break;
    }
    case Runtime::crio: restart.effect = "containers go on; pulls in flight break off and are tried again"; break;
    default:
      restart.effect = facts.distribution.empty() ? "containers go on; pulls in flight break off and are tried again"
                                                  : "containers go on; pulls in flight break off; no new pods for about 30 s";
  }
  return restart;
}

Result<void> place_crio(const Placing& at, const Settings& keys) {
  const auto& facts = at.facts;
  if (facts.runtime != Runtime::crio) return fail(Errc::unsupported, fmt::format("this node's runtime is {}", name_of(facts.runtime)));
  const std::string folder = facts.engine.flag("config-dir").value_or(std::string(k_crio_folder));
  std::vector<std::string> files;
  if (at.root.exists(k_crio_file)) files.emplace_back(k_crio_file);
  std::vector<std::string> names;
  if (const auto entries = at.root.list(folder))
    for (const auto& entry : *entries)
      if (S_ISREG(entry.info.st_mode) || S_ISLNK(entry.info.st_mode)) files.push_back(folder + "/" + entry.name);
  for (const auto& setting : keys) {
    if (setting.key == "crio.image.pull_progress_timeout" && !facts.knows_progress_timeout)
      return fail(Errc::unsupported, "this CRI-O has no pull_progress_timeout (it came with 1.32, and with late 1.29 to 1.31): update it");
    const auto path = path_of(setting.key);
    std::string holder;
    bool wanted = false;
    std::vector<std::string> others;
    for (const auto& file : files) {
      TRY_ASSIGN(const auto text, at.draft.text(file));
      TRY_ASSIGN(const auto document, context(parse_toml(text.value_or("")), "{}", file));
      const auto& value = value_at(document, path);
      if (!value) continue;
      holder = file;
      wanted = is_value(value, setting);
      if (file != k_crio_file) others.push_back(file.substr(file.rfind('/') + 1));
    }
    at.probe({Probe::What::started, facts.engine.unit.name, setting.key, setting.value});
    if (wanted) {
      at.already(setting, holder);
      continue;
    }
    const auto name = name_behind(others, ".conf");
    const auto file = name.empty() ? holder : folder + "/" + name;
    TRY_ASSIGN(const auto text, at.draft.text(file));
    auto after = edit::set_toml(text.value_or(""), path, new_value(setting));
    if (!after) return context<void>(tl::unexpected<Error>(std::move(after).error()), "{}", file);
    TRY(at.draft.put(file, std::move(*after), holder.empty() ? "a drop-in" : fmt::format("a drop-in behind {}", holder)));
  }
  at.restart(restart_of_engine(at.root, facts));
  return {};
}

Result<void> place_docker(const Placing& at, const Settings& keys) {
  const auto& facts = at.facts;
  if (facts.runtime != Runtime::dockershim && facts.runtime != Runtime::cri_dockerd)
    return fail(Errc::unsupported, fmt::format("this node's runtime is {}", name_of(facts.runtime)));
  const auto file = daemon_json_of(facts);
  bool reload = true;
  for (const auto& setting : keys) {
    // dockerd does not start when a key stands in both places.
    if (const auto given = facts.engine.flag(setting.key); given || facts.engine.flag(setting.key.substr(0, setting.key.size() - 1)))
      return fail(Errc::unsupported,
                  fmt::format("dockerd has {} as a flag in {}: it starts with only one of flag and daemon.json; change it there",
                              setting.key, facts.engine.unit.name));
    TRY_ASSIGN(const auto text, at.draft.text(file));
    const auto before = text.value_or("{}\n");
    TRY_ASSIGN(const auto document, context(parse_json(trim(before).empty() ? "{}" : before), "{}", file));
    if (is_value(value_at(document, {setting.key}), setting)) {
      at.already(setting, file);
      continue;
    }
    // dockerd only logs what it does not like of it (a mirror with a path); of these lists it tells what it has.
    if (setting.key == "registry-mirrors" || setting.key == "insecure-registries") {
      for (const auto& one : setting.values)
        at.probe({Probe::What::docker_list, facts.engine.unit.name, setting.key, one.ends_with('/') ? one.substr(0, one.size() - 1) : one});
    }
    reload = reload && std::find(k_reloaded.begin(), k_reloaded.end(), setting.key) != k_reloaded.end();
    auto after = edit::set_json(before, {setting.key}, new_value(setting));
    if (!after) return context<void>(tl::unexpected<Error>(std::move(after).error()), "{}", file);
    TRY(at.draft.put(file, std::move(*after), "dockerd reads this one file"));
  }
  if (reload) {
    at.restart({Restart::How::reload, facts.engine.unit.name, "dockerd reads it again; no container notices"});
  } else {
    at.probe({Probe::What::started, facts.engine.unit.name, keys.front().key, keys.front().value});
    at.restart(restart_of_engine(at.root, facts));
  }
  return {};
}

}  // namespace unsnag::remedy
