// SPDX-License-Identifier: Apache-2.0
// containerd's keys: a drop-in where it merges imported files (2.x), else the file that holds the plugin's table now. k3s and
// RKE2 write the main file anew at each start, out of a template that is there to be changed.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "edit/toml.h"
#include "remedy/containerd_files.h"
#include "remedy/placing.h"

namespace unsnag::remedy {
namespace {

constexpr std::string_view k_timeout = "image_pull_progress_timeout";

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of_file(const std::string& path) { return path.substr(path.rfind('/') + 1); }

edit::Path full_path(int version, const settings::Setting& setting) {
  auto path = image_table(version);
  const auto key = path_of(setting.key);
  path.insert(path.end(), key.begin(), key.end());
  return path;
}

/// The last file that has the plugin's table, or the key: what counts. Null: none does.
const ContainerdFile* holder(const ContainerdFiles& files, const edit::Path& path) {
  for (auto file = files.files.rbegin(); file != files.files.rend(); ++file)
    if (value_at(file->document, path)) return &*file;
  return nullptr;
}

/// A folder of imports in which a file of ours is read, behind the files that set the key; "" none.
std::string drop_in_of(const ContainerdFiles& files, const edit::Path& path) {
  for (auto pattern = files.patterns.rbegin(); pattern != files.patterns.rend(); ++pattern) {
    std::vector<std::string> others;
    for (const auto& file : files.files)
      if (folder_of(file.path) == folder_of(*pattern) && value_at(file.document, path)) others.push_back(name_of_file(file.path));
    const auto name = name_behind(others, ".toml");
    if (!name.empty() && matches(name_of_file(*pattern), name)) return folder_of(*pattern) + "/" + name;
  }
  return {};
}

struct Target {
  std::string file, why;
  std::string start;  // what a new file begins with
};

Result<Target> target_of(const Placing& at, const ContainerdFiles& files, int version, const settings::Setting& setting) {
  const auto& facts = at.facts;
  const auto header = fmt::format("version = {}\n", version);
  if (facts.is_containerd_2)
    if (auto file = drop_in_of(files, full_path(version, setting)); !file.empty())
      return Target{std::move(file), "a drop-in: containerd 2 merges what it imports", header};
  if (!facts.distribution.empty()) {
    const auto folder = folder_of(facts.containerd_config);
    // The newer template's name comes first where both are there, as in k3s' own look-up.
    const std::string name = version >= 3 ? "config-v3.toml.tmpl" : "config.toml.tmpl";
    const auto file = folder + "/" + name;
    TRY_ASSIGN(const auto there, at.draft.text(file));
    if (there) return Target{file, fmt::format("the template that {} makes config.toml of", facts.distribution), ""};
    if (!files.has_main)
      return fail(Errc::unsupported, fmt::format("{} has not written {} yet: start it once, or put the key into {}", facts.distribution,
                                                 facts.containerd_config, file));
    TRY_ASSIGN(const auto generated, at.draft.text(facts.containerd_config));
    at.warn(fmt::format("{} is a copy of what {} generates today; updates of {} will not change it any more", file, facts.distribution,
                        facts.distribution));
    return Target{file, fmt::format("{} writes config.toml anew at each start, out of this template", facts.distribution),
                  generated.value_or("")};
  }
  const auto* table = holder(files, image_table(version));
  if (!facts.is_containerd_2 && table != nullptr && table->path != facts.containerd_config)
    return Target{table->path, "up to containerd 1.7 an imported file replaces the plugin's whole table, and this one does", ""};
  if (const auto* key = holder(files, full_path(version, setting)); key != nullptr) return Target{key->path, "the key stands there", ""};
  return Target{facts.containerd_config,
                !files.has_main         ? "containerd's file; there was none"
                : facts.is_containerd_2 ? "containerd's file, which imports no folder of drop-ins"
                                        : "containerd's file: up to 1.7 an imported file would replace the plugin's whole table",
                header};
}

Result<void> place_one(const Placing& at, const ContainerdFiles& files, const settings::Setting& setting) {
  const int version = files.has_main ? files.version : at.facts.is_containerd_2 ? 3 : 2;
  const auto path = full_path(version, setting);
  const auto* table = holder(files, image_table(version));
  const auto* in_force = at.facts.is_containerd_2 ? holder(files, path) : table;
  if (in_force != nullptr && is_value(value_at(in_force->document, path), setting)) {
    at.already(setting, in_force->path);
    return {};
  }
  TRY_ASSIGN(const auto target, target_of(at, files, version, setting));
  TRY_ASSIGN(const auto text, at.draft.text(target.file));
  auto after = edit::set_toml(text.value_or(target.start), path, new_value(setting));
  if (!after) return context<void>(tl::unexpected<Error>(std::move(after).error()), "{}", target.file);
  return at.draft.put(target.file, std::move(*after), target.why);
}

}  // namespace

Result<void> place_containerd(const Placing& at, const Settings& keys) {
  const auto& facts = at.facts;
  if (facts.runtime != Runtime::containerd)
    return fail(Errc::unsupported, fmt::format("this node's runtime is {}", name_of(facts.runtime)));
  TRY_ASSIGN(const auto files, read_containerd_files(at.root, facts.containerd_config));
  for (const auto& setting : keys) {
    if (setting.key == k_timeout && !facts.knows_progress_timeout)
      return fail(Errc::unsupported,
                  fmt::format("containerd {} has no {}: that came with 1.7, and what cancelled the pull was something else",
                              facts.engine.version.empty() ? "here" : facts.engine.version, k_timeout));
    TRY(context(place_one(at, files, setting), "{}", settings::describe(setting)));
    at.probe({Probe::What::started, facts.engine.unit.name, setting.key, setting.value});
  }
  at.restart(restart_of_engine(at.root, facts));
  return {};
}

}  // namespace unsnag::remedy
