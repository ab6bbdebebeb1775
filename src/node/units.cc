// SPDX-License-Identifier: Apache-2.0
#include "node/units.h"

#include <fnmatch.h>
#include <algorithm>
#include <map>

#include "base/text.h"

namespace unsnag::node {
namespace {

constexpr std::size_t k_most_bytes = std::size_t{1} << 20U;  // of one file
constexpr std::size_t k_most_files = 1000;
constexpr std::size_t k_most_command = std::size_t{2} << 20U;
constexpr int k_most_aliases = 16;

bool masks(const Root& root, const std::string& path) {
  const auto where = root.resolve(path);
  if (!where) return false;
  if (*where == "/dev/null") return true;
  const auto info = root.status(path);
  return info && S_ISREG(info->st_mode) && info->st_size == 0;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// "a@b.service" → "a@.service"; "" for what is no instance.
std::string template_of(std::string_view name) {
  const auto at = name.find('@'), dot = name.rfind('.');
  if (at == std::string_view::npos || dot == std::string_view::npos || at + 1 >= dot) return {};
  return std::string(name.substr(0, at + 1)) + std::string(name.substr(dot));
}

/// "a-b-c.service" → "a-b-.service"; "a-.service" has none above it.
std::string prefix_of(std::string_view name) {
  const auto dot = name.rfind('.');
  auto stem = name.substr(0, dot);
  if (stem.ends_with('-')) stem.remove_suffix(1);
  const auto dash = stem.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  return std::string(stem.substr(0, dash + 1)) + std::string(name.substr(dot));
}

/// The names whose drop-in folders count in one search folder, nearest first (dropin.c, unit_file_find_dirs).
std::vector<std::string> dropin_names(const std::string& name) {
  std::vector<std::string> names{name};
  if (auto of = template_of(name); !of.empty()) {
    for (auto& one : dropin_names(of)) names.push_back(std::move(one));
    return names;
  }
  for (auto prefix = prefix_of(name); !prefix.empty(); prefix = prefix_of(prefix)) names.push_back(prefix);
  return names;
}

void read_file(const Root& root, const std::string& path, Unit& unit) {
  auto text = root.read(path, k_most_bytes);
  if (!text) {
    unit.unread.push_back({path, text.error()});
    return;
  }
  auto assignments = parse_unit(*text, path);
  unit.assignments.insert(unit.assignments.end(), std::make_move_iterator(assignments.begin()), std::make_move_iterator(assignments.end()));
  unit.files.push_back({path, std::move(*text)});
}

/// The unit's own file, through its aliases.
void find_fragment(const Root& root, Unit& unit) {
  std::vector<std::string> wanted{unit.name};
  if (auto of = template_of(unit.name); !of.empty()) wanted.push_back(of);
  for (std::size_t i = 0; i < wanted.size() && unit.names.size() < k_most_aliases; ++i) {
    for (const auto& folder : unit_folders()) {
      const std::string path = folder + "/" + wanted[i];
      if (!root.exists(path)) continue;
      if (masks(root, path)) {
        unit.state = Unit::State::masked;
        unit.files.push_back({path, {}});
        return;
      }
      // A link to another name makes this one an alias of that.
      const auto target = root.read_link(path);
      const auto other = target ? std::string(base_name(*target)) : std::string();
      const bool alias = !other.empty() && other != wanted[i] && other.find('.') != std::string::npos &&
                         std::find(unit.names.begin(), unit.names.end(), other) == unit.names.end();
      if (alias) {
        unit.name = other;
        unit.names.push_back(other);
        find_fragment(root, unit);
        if (unit.state != Unit::State::not_found) return;
        // The file behind the link is in no search folder (`systemctl link`).
      }
      unit.state = Unit::State::found;
      read_file(root, path, unit);
      return;
    }
  }
}

void add_dropins(const Root& root, Unit& unit) {
  std::vector<std::string> folders;
  for (const auto& name : unit.names)
    for (const auto& folder : unit_folders())
      for (const auto& one : dropin_names(name)) folders.push_back(folder + "/" + one + ".d");
  // Those for all units of a type come last: what is nearer has the say over a file of the same name.
  const std::string type = unit.name.substr(unit.name.rfind('.') + 1);
  for (const auto& folder : unit_folders()) folders.push_back(folder + "/" + type + ".d");

  std::map<std::string, std::string> chosen;  // file name → path; applied in the order of names
  for (const auto& folder : folders) {
    const auto entries = root.list(folder);
    if (!entries) {
      if (entries.error().code != Errc::not_found && root.exists(folder)) unit.unread.push_back({folder, entries.error()});
      continue;
    }
    for (const auto& entry : *entries)
      if (entry.name.ends_with(".conf") && chosen.size() < k_most_files) chosen.emplace(entry.name, folder + "/" + entry.name);
  }
  for (const auto& [name, path] : chosen)
    if (!masks(root, path)) read_file(root, path, unit);
}

void set(std::vector<Variable>& variables, Variable one) {
  const auto known = std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == one.name; });
  if (known == variables.end()) variables.push_back(std::move(one));
  else *known = std::move(one);
}

/// The files that an EnvironmentFile= names; it may be a pattern (glob(7)) in its last part.
std::vector<std::string> named_files(const Root& root, const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || path.find_first_of("*?[", slash) == std::string::npos) return {path};
  std::vector<std::string> files;
  const std::string folder = path.substr(0, slash), pattern = path.substr(slash + 1);
  if (const auto entries = root.list(folder.empty() ? "/" : folder))
    for (const auto& entry : *entries)
      if (::fnmatch(pattern.c_str(), entry.name.c_str(), FNM_PERIOD) == 0 && files.size() < k_most_files)
        files.push_back(folder + "/" + entry.name);
  return files;
}

}  // namespace

const std::vector<std::string>& unit_folders() {
  static const std::vector<std::string> k_folders{
      "/etc/systemd/system.control", "/run/systemd/system.control",   "/run/systemd/transient",  "/run/systemd/generator.early",
      "/etc/systemd/system",         "/etc/systemd/system.attached",  "/run/systemd/system",     "/run/systemd/system.attached",
      "/run/systemd/generator",      "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
      "/run/systemd/generator.late"};
  return k_folders;
}

std::optional<Assignment> Unit::value(std::string_view section, std::string_view key) const {
  auto all = values(section, key);
  if (all.empty()) return std::nullopt;
  return std::move(all.back());
}

Result<Unit> load_unit(const Root& root, std::string_view name) {
  const auto dot = name.rfind('.');
  if (name.empty() || name.size() > 255 || dot == std::string_view::npos || dot == 0 || dot + 1 == name.size() ||
      name.find('/') != std::string_view::npos || name.find('\0') != std::string_view::npos)
    return fail(Errc::invalid_argument, "no unit's name: " + printable(clip(name, 100)));
  Unit unit;
  unit.name = std::string(name);
  unit.names.push_back(unit.name);
  find_fragment(root, unit);
  if (unit.state != Unit::State::masked) add_dropins(root, unit);
  return unit;
}

std::vector<Variable> unit_environment(const Root& root, const Unit& unit, std::vector<UnreadFile>* unread) {
  std::vector<Variable> variables;
  for (const auto& one : unit.values("Service", "Environment"))
    for (const auto& word : unit_words(one.value))
      if (const auto equals = word.find('='); equals != std::string::npos && equals != 0)
        set(variables, {word.substr(0, equals), word.substr(equals + 1), one.file, one.line});
  for (const auto& one : unit.values("Service", "EnvironmentFile")) {
    const bool optional = one.value.starts_with('-');
    for (const auto& path : named_files(root, one.value.substr(optional ? 1 : 0))) {
      const auto text = root.read(path, k_most_bytes);
      if (!text) {
        if (unread != nullptr && !(optional && text.error().code == Errc::not_found)) unread->push_back({path, text.error()});
        continue;
      }
      for (auto& variable : parse_environment_file(*text, path)) set(variables, std::move(variable));
    }
  }
  for (const auto& one : unit.values("Service", "UnsetEnvironment"))
    for (const auto& word : unit_words(one.value))
      variables.erase(std::remove_if(variables.begin(), variables.end(),
                                     [&](const Variable& v) { return word == v.name || word == v.name + "=" + v.value; }),
                      variables.end());
  return variables;
}

std::vector<std::string> unit_command(const Unit& unit, const std::vector<Variable>& environment) {
  const auto command = unit.value("Service", "ExecStart");
  if (!command) return {};
  std::size_t bytes = 0;
  const auto value_of = [&](std::string_view name) -> std::string_view {
    for (const auto& variable : environment)
      if (variable.name == name) return variable.value;
    return {};
  };
  std::vector<std::string> words;
  const auto add = [&](std::string word) {
    bytes += word.size() + 1;
    if (bytes <= k_most_command) words.push_back(std::move(word));
  };
  for (const auto& word : unit_words(command->value)) {
    if (words.empty() && bytes == 0) {
      const auto path = word.find_first_not_of("-@+!:|");
      add(path == std::string::npos ? word : word.substr(path));
      continue;
    }
    if (word.size() > 1 && word[0] == '$' && word[1] != '{' && word[1] != '$') {  // a whole word: split at blanks, nothing if unset
      for (auto& part : unit_words(value_of(std::string_view(word).substr(1)))) add(std::move(part));
      continue;
    }
    std::string whole;
    for (std::size_t i = 0; i < word.size() && whole.size() < k_most_command; ++i) {
      const auto close = word.compare(i, 2, "${") == 0 ? word.find('}', i) : std::string::npos;
      if (close != std::string::npos) {
        whole += value_of(std::string_view(word).substr(i + 2, close - i - 2));
        i = close;
      } else {
        if (word.compare(i, 2, "$$") == 0) ++i;
        whole += word[i];
      }
    }
    add(std::move(whole));
  }
  return words;
}

std::string as_cat(const Unit& unit) {
  std::string out;
  for (const auto& file : unit.files) {
    if (!out.empty()) out += '\n';
    out += "# " + file.path + "\n" + file.text;
    if (!out.ends_with('\n')) out += '\n';
  }
  return out;
}

}  // namespace unsnag::node
