// SPDX-License-Identifier: Apache-2.0
// OpenShift's objects that are there already. In a MachineConfig files are data: URLs and units have drop-ins inside of it: a key
// that one of them sets already is changed there, since a file beside it might be read before it; else a file or a drop-in is
// added. What MachineConfigs of other names say is not known here: of one path, the last by name wins.
#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/document.h"
#include "base/text.h"
#include "edit/toml.h"
#include "edit/unit.h"
#include "edit/yaml.h"
#include "platforms/clouds.h"
#include "platforms/makers.h"
#include "platforms/node_files.h"
#include "platforms/user_data.h"
#include "platforms/write.h"

namespace unsnag::platforms::openshift {
namespace {

using settings::Setting;
using settings::Target;

edit::Path in_machine(std::initializer_list<std::string> path) {
  edit::Path out = {"[kind=MachineConfig]", "spec", "config"};
  out.insert(out.end(), path);
  return out;
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto* const begin = text.data() + i + 1;
    if (i + 2 >= text.size() || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2)
      return fail(Errc::malformed, "a data: URL with a % that is no escape");
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

/// The content of one of its files. Errors: unsupported (compressed, or not in the object), malformed.
Result<std::string> content_of(const Value& file) {
  const auto& path = file["path"].scalar;
  const auto& source = file.at({"contents", "source"}).scalar;
  if (!file.at({"contents", "compression"}).scalar.empty())
    return fail(Errc::unsupported, fmt::format("{} is compressed in it: write it out first", path));
  const auto comma = source.find(',');
  if (source.rfind("data:", 0) != 0 || comma == std::string::npos)
    return fail(Errc::unsupported, fmt::format("the content of {} is not in it", path));
  const auto data = std::string_view(source).substr(comma + 1);
  if (!contains(std::string_view(source).substr(0, comma), ";base64")) return percent_decoded(data);
  auto decoded = decode_base64(data);
  if (!decoded) return fail(Errc::malformed, fmt::format("the content of {} is no base64", path));
  return std::move(*decoded);
}

std::string data_url(std::string_view text) { return "data:text/plain;charset=utf-8;base64," + encode_base64(text); }

/// The one MachineConfig of a stream.
Result<Value> machine_of(std::string_view yaml) {
  TRY_ASSIGN(const auto documents, parse_yaml(yaml));
  const auto* const machine = document_of(documents, "MachineConfig");
  if (machine == nullptr) return fail(Errc::not_found, "there is no MachineConfig in it");
  return machine->at({"spec", "config"});
}

/// The drop-in of CRI-O in it that is read last of those that set `path`; "": none does.
Result<std::string> crio_file_with(const Value& machine, const edit::Path& path, std::string_view own) {
  std::string found;
  for (const auto& [index, file] : machine.at({"storage", "files"}).entries) {
    const auto& name = file["path"].scalar;
    if (name.rfind("/etc/crio/crio.conf.d/", 0) != 0 || name < found) continue;
    TRY_ASSIGN(const auto text, content_of(file));
    TRY_ASSIGN(const auto toml, context(parse_toml(text), "{}", name));
    const Value* at = &toml;
    for (const auto& step : path) at = &(*at)[step];
    if (*at || name == own) found = name;
  }
  return found;
}

const Value* named(const Value& list, std::string_view key, std::string_view value) {
  const auto found =
      std::find_if(list.entries.begin(), list.entries.end(), [&](const auto& one) { return one.second[key].scalar == value; });
  return found == list.entries.end() ? nullptr : &found->second;
}

Result<std::string> put_file(std::string_view yaml, const NodeFile& file) {
  TRY_ASSIGN(const auto machine, machine_of(yaml));
  if (named(machine.at({"storage", "files"}), "path", file.path) != nullptr)
    return edit::set_yaml(yaml, in_machine({"storage", "files", fmt::format("[path={}]", file.path), "contents", "source"}),
                          edit::text_value(data_url(file.text)));
  return add_map_to_list(yaml, in_machine({"storage", "files"}), machine_file(file));
}

Result<std::string> set_crio(std::string_view yaml, const Order& order, const Settings& settings) {
  std::string out(yaml);
  const auto own = fmt::format("/etc/crio/crio.conf.d/99-{}.conf", order.name());
  Settings fresh;
  for (const auto& setting : settings) {
    edit::Path path;
    for (const auto part : split(setting.key, '.')) path.emplace_back(part);
    TRY_ASSIGN(const auto machine, machine_of(out));
    TRY_ASSIGN(const auto there, crio_file_with(machine, path, own));
    if (there.empty()) {
      fresh.push_back(setting);
      continue;
    }
    TRY_ASSIGN(const auto before, content_of(*named(machine.at({"storage", "files"}), "path", there)));
    TRY_ASSIGN(const auto after, context(edit::set_toml(before, path, new_value(setting)), "{}", there));
    if (after == before) continue;
    TRY_ASSIGN(out, put_file(out, {there, after, {}, {}}));
  }
  if (fresh.empty()) return out;
  return put_file(out, {own, crio_fragment(fresh), {}, {}});
}

bool says(std::string_view dropin, const Setting& setting) {
  if (setting.target == Target::environment) return edit::get_unit_environment(dropin, "Service", setting.key).has_value();
  const auto dot = setting.key.find('.');
  return edit::get_unit(dropin, setting.key.substr(0, dot), setting.key.substr(dot + 1)).has_value();
}

Result<std::string> with(std::string_view dropin, const Setting& setting) {
  if (setting.target == Target::environment)
    return edit::set_unit_environment(dropin, "Service", setting.key, unit_text(plain_value(setting)));
  const auto dot = setting.key.find('.');
  return edit::set_unit(dropin, setting.key.substr(0, dot), setting.key.substr(dot + 1), plain_value(setting));
}

Result<std::string> set_unit_keys(std::string_view yaml, const Order& order, const std::string& unit, const Settings& settings) {
  std::string out(yaml);
  const auto own = fmt::format("50-{}.conf", order.name());
  const auto dropins = in_machine({"systemd", "units", fmt::format("[name={}]", unit), "dropins"});
  Settings fresh;
  bool has_unit = false;
  for (const auto& setting : settings) {
    TRY_ASSIGN(const auto machine, machine_of(out));
    const auto* const item = named(machine.at({"systemd", "units"}), "name", unit);
    has_unit = item != nullptr;
    std::string there;
    if (has_unit)
      for (const auto& [index, one] : (*item)["dropins"].entries)
        if (one["name"].scalar >= there && (one["name"].scalar == own || says(one["contents"].scalar, setting))) there = one["name"].scalar;
    if (there.empty()) {
      fresh.push_back(setting);
      continue;
    }
    auto path = dropins;
    path.push_back(fmt::format("[name={}]", there));
    path.emplace_back("contents");
    TRY_ASSIGN(const auto before, edit::get_yaml(out, path));
    TRY_ASSIGN(const auto after, with(before, setting));
    TRY_ASSIGN(out, edit::set_yaml(out, path, edit::text_value(after)));
  }
  if (fresh.empty()) return out;
  const auto lines = fmt::format("name: {}\ncontents: {}\n", yaml_text(own), yaml_block(unit_dropin(fresh), 2));
  if (has_unit) return add_map_to_list(out, dropins, lines);
  return add_map_to_list(out, in_machine({"systemd", "units"}),
                         fmt::format("name: {}\ndropins:\n  - {}", yaml_text(unit), indent(lines, 4).substr(4)));
}

Result<std::string> patch_machine(std::string_view yaml, Order& order) {
  TRY_ASSIGN(const auto machine, machine_of(yaml));
  const auto& version = machine.at({"ignition", "version"}).scalar;
  if (version.rfind("3.", 0) != 0)
    return fail(Errc::unsupported,
                fmt::format("its Ignition is of version '{}': OpenShift 4.6 and later have 3", clip(printable(version), 20)));
  std::string out(yaml);
  if (const auto keys = order.take(Target::crio); !keys.empty()) {
    TRY_ASSIGN(out, set_crio(out, order, keys));
  }
  for (const auto& [unit, settings] : take_units(order)) {
    TRY_ASSIGN(out, set_unit_keys(out, order, unit, settings));
  }
  for (const auto& file : take_node_files(order, {false, true, false, true})) {
    TRY_ASSIGN(out, put_file(out, file));
  }
  return out;
}

}  // namespace

Result<std::string> patch(std::string_view text, Order& order) {
  std::string out(text);
  TRY_ASSIGN(const auto documents, parse_yaml(text));
  if (document_of(documents, "KubeletConfig") != nullptr) {
    TRY_ASSIGN(out, set_kubelet_keys(out, {"[kind=KubeletConfig]", "spec", "kubeletConfig"}, order.take(Target::kubelet_config)));
  }
  if (document_of(documents, "Proxy") != nullptr) {
    for (const auto& proxy : take_proxies(order)) {
      TRY_ASSIGN(out, edit::set_yaml(out, {"[kind=Proxy]", "spec", proxy.key}, edit::text_value(plain_value(proxy))));
    }
  } else if (!take_proxies(order).empty()) {
    return fail(Errc::unsupported, "there is no Proxy in this file, and a proxy is the whole cluster's on OpenShift: --print writes one");
  }
  const bool crio_nodes = order.context.runtime == Runtime::unknown || order.context.runtime == Runtime::crio;
  const auto machines =
      std::count_if(documents.begin(), documents.end(), [](const auto& one) { return one["kind"].scalar == "MachineConfig"; });
  if (machines > 1) return fail(Errc::unsupported, "there are several MachineConfigs in this file: patch each in a file of its own");
  if (machines == 1 && crio_nodes) {
    TRY_ASSIGN(out, patch_machine(out, order));
  }
  TRY(all_taken(order, "OpenShift", [&](const Setting& setting) -> std::string {
    if (!crio_nodes && setting.target != Target::kubelet_config) return "OpenShift's nodes run CRI-O";
    return setting.target == Target::kubelet_config ? "there is no KubeletConfig in this file: --print writes one"
                                                    : "there is no MachineConfig in this file: --print writes one";
  }));
  return out;
}

}  // namespace unsnag::platforms::openshift
