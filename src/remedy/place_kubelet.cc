// SPDX-License-Identifier: Apache-2.0
// kubelet's flags and its configuration. A flag on the command line beats the files of --config-dir, and those beat the
// file of --config (cmd/kubelet/app/server.go); most keys have a flag of another name, which is looked for first.
#include <fmt/format.h>

#include "base/text.h"
#include "edit/json.h"
#include "edit/yaml.h"
#include "remedy/placing.h"
#include "settings/kubelet_flags.h"

namespace unsnag::remedy {
namespace {

Restart kubelet_restart(const NodeFacts& facts) {
  if (facts.distribution.empty()) return {Restart::How::restart, facts.kubelet.unit.name, "running pods go on; no new ones for about 10 s"};
  return {Restart::How::restart, facts.kubelet.unit.name, "running pods go on; pulls in flight break off; no new pods for about 30 s"};
}

Result<void> there_is_a_kubelet(const NodeFacts& facts) {
  if (facts.kubelet.found) return {};
  return fail(Errc::unsupported,
              "no unit starts kubelet on this node (looked for kubelet.service, k3s, k3s-agent, rke2-agent, rke2-server)");
}

/// k3s and RKE2 hand flags on: a list in their own file.
Result<void> place_in_distribution(const Placing& at, const Settings& flags) {
  const auto file = fmt::format("/etc/rancher/{}/config.yaml", at.facts.distribution);
  TRY_ASSIGN(const auto text, at.draft.text(file));
  auto after = text.value_or("");
  for (const auto& flag : flags) {
    const auto wanted = fmt::format("{}={}", flag.key, flag.value);
    TRY_ASSIGN(const auto documents, parse_yaml(after));
    const auto& list = documents.empty() ? Value{} : documents.front()["kubelet-arg"];
    bool there = false;
    std::vector<std::string> old;
    for (const auto& [key, item] : list.entries) {
      if (item.scalar == wanted) there = true;
      else if (item.scalar.substr(0, item.scalar.find('=')) == flag.key) old.push_back(item.scalar);
    }
    if (list.is_scalar()) return fail(Errc::unsupported, fmt::format("{}: kubelet-arg is no list; make it one first", file));
    if (there && old.empty()) {
      at.already(flag, file);
      continue;
    }
    for (const auto& item : old) {
      TRY_ASSIGN(after, edit::remove_from_list_yaml(after, {"kubelet-arg"}, item));
    }
    TRY_ASSIGN(after, edit::add_to_list_yaml(after, {"kubelet-arg"}, wanted));
  }
  return at.draft.put(file, std::move(after), fmt::format("{} hands these flags on to its kubelet", at.facts.distribution));
}

/// The folder's files in the order in which kubelet reads them; those with another ending it skips.
Result<std::vector<std::string>> config_drop_ins(const node::Root& root, const std::string& folder) {
  std::vector<std::string> names;
  const auto entries = root.list(folder);
  if (!entries) {
    if (entries.error().code == Errc::not_found) return names;
    return context<std::vector<std::string>>(tl::unexpected<Error>(entries.error()), "{}", folder);
  }
  for (const auto& entry : *entries)
    if (entry.name.size() > 5 && entry.name.substr(entry.name.size() - 5) == ".conf") names.push_back(entry.name);
  return names;
}

struct Standing {
  std::string file;  // "" nowhere
  bool wanted = false;
};

/// Who sets the key now: the last drop-in that does, else the file.
Result<Standing> standing_of(const Placing& at, const settings::Setting& setting, const std::vector<std::string>& drop_ins) {
  const auto path = path_of(setting.key);
  Standing standing;
  const auto look = [&](const std::string& file) -> Result<void> {
    TRY_ASSIGN(const auto text, at.draft.text(file));
    TRY_ASSIGN(const auto document, context(parse_kubelet_config(text.value_or("")), "{}", file));
    if (const auto& value = value_at(document, path)) standing = {file, is_value(value, setting)};
    return {};
  };
  if (!at.facts.kubelet_config.empty()) TRY(look(at.facts.kubelet_config));
  for (const auto& name : drop_ins) TRY(look(at.facts.kubelet_config_dir + "/" + name));
  return standing;
}

Result<void> set_key(const Placing& at, const std::string& file, const settings::Setting& setting, std::string_view why) {
  TRY_ASSIGN(const auto text, at.draft.text(file));
  auto before = text.value_or("");
  if (trim(before).empty()) before = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
  const bool json = trim(before).front() == '{';
  auto after = json ? edit::set_json(before, path_of(setting.key), new_value(setting))
                    : edit::set_yaml(before, path_of(setting.key), new_value(setting));
  if (!after) return context<void>(tl::unexpected<Error>(std::move(after).error()), "{}", file);
  return at.draft.put(file, std::move(*after), why);
}

}  // namespace

Result<void> place_kubelet_flags(const Placing& at, const Settings& flags) {
  TRY(there_is_a_kubelet(at.facts));
  if (at.facts.distribution.empty()) TRY(place_unit_flags(at, at.facts.kubelet, flags, "kubelet"));
  else TRY(place_in_distribution(at, flags));
  at.restart(kubelet_restart(at.facts));
  return {};
}

Result<void> place_kubelet_config(const Placing& at, const Settings& keys) {
  TRY(there_is_a_kubelet(at.facts));
  const auto& facts = at.facts;
  Settings as_flags;
  std::vector<std::string> drop_ins;
  if (!facts.kubelet_config_dir.empty()) {
    TRY_ASSIGN(drop_ins, config_drop_ins(at.root, facts.kubelet_config_dir));
  }
  for (const auto& setting : keys) {
    // What stands on the command line beats the files; without any file there is the flag alone.
    const auto flag = settings::kubelet_flag_of(setting.key);
    const bool no_file = facts.kubelet_config.empty() && facts.kubelet_config_dir.empty();
    if (!flag.empty() && (no_file || facts.kubelet.flag(flag))) {
      auto as_flag = setting;
      as_flag.target = settings::Target::kubelet_flag;
      as_flag.key = flag;
      as_flags.push_back(std::move(as_flag));
      continue;
    }
    if (no_file)
      return fail(Errc::unsupported,
                  fmt::format("kubelet has no configuration file here, and no flag for {}: give it a file with --config", setting.key));
    TRY_ASSIGN(const auto standing, standing_of(at, setting, drop_ins));
    if (standing.wanted) {
      at.already(setting, standing.file);
      continue;
    }
    const auto name = name_behind(drop_ins, ".conf");
    if (!facts.kubelet_config_dir.empty() && !name.empty()) {
      TRY(set_key(at, facts.kubelet_config_dir + "/" + name, setting, "a drop-in of kubelet's --config-dir"));
    } else {
      TRY(set_key(at, facts.kubelet_config, setting, "kubelet's --config; this kubelet reads no folder of drop-ins"));
    }
    at.probe({Probe::What::started, facts.kubelet.unit.name, setting.key, setting.value});
  }
  if (!as_flags.empty()) return place_kubelet_flags(at, as_flags);
  at.restart(kubelet_restart(facts));
  return {};
}

}  // namespace unsnag::remedy
