// SPDX-License-Identifier: Apache-2.0
// What all places have in common.
#include "remedy/placing.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace unsnag::remedy {
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

template <typename T>
void add_once(std::vector<T>& list, T one) {
  if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(std::move(one));
}

}  // namespace

void Placing::already(const settings::Setting& setting, std::string_view place) const {
  add_once(plan.already, fmt::format("{} ({})", settings::describe(setting), place));
}

void Placing::warn(std::string text) const { add_once(plan.warnings, std::move(text)); }
void Placing::restart(Restart restart) const { add_once(plan.restarts, std::move(restart)); }
void Placing::probe(Probe probe) const { add_once(plan.probes, std::move(probe)); }

std::string name_behind(const std::vector<std::string>& others, std::string_view ending) {
  for (const auto* stem : {"90-unsnag", "99-unsnag", "zz-unsnag", "zzzz-unsnag"}) {
    auto name = std::string(stem) + std::string(ending);
    if (std::none_of(others.begin(), others.end(), [&](const std::string& other) { return other > name; })) return name;
  }
  return {};
}

std::string drop_in_for(const node::Unit& unit, std::string_view after) {
  std::vector<std::string> others;
  if (contains(after, ".d/")) others.emplace_back(file_name(after));
  const auto name = name_behind(others, ".conf");
  if (name.empty()) return std::string(after);
  return fmt::format("/etc/systemd/system/{}.d/{}", unit.name, name);
}

edit::NewValue new_value(const settings::Setting& setting) {
  switch (setting.kind) {
    case settings::Kind::text: break;
    case settings::Kind::number: return edit::number_value(setting.value);
    case settings::Kind::boolean: return edit::boolean_value(setting.value == "true");
    case settings::Kind::list: return edit::list_value(setting.values);
  }
  return edit::text_value(setting.value);
}

bool is_value(const Value& value, const settings::Setting& setting) {
  if (setting.kind != settings::Kind::list) return value.is_scalar() && value.scalar == setting.value;
  if (!value.is_list() || value.entries.size() != setting.values.size()) return false;
  return std::equal(value.entries.begin(), value.entries.end(), setting.values.begin(),
                    [](const auto& entry, const std::string& wanted) { return entry.second.is_scalar() && entry.second.scalar == wanted; });
}

edit::Path path_of(std::string_view dotted) {
  edit::Path path;
  for (const auto part : split(dotted, '.')) path.emplace_back(part);
  return path;
}

const Value& value_at(const Value& document, const edit::Path& path) {
  const auto* here = &document;
  for (const auto& key : path) here = &(*here)[key];
  return *here;
}

}  // namespace unsnag::remedy
