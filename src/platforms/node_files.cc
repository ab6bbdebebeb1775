// SPDX-License-Identifier: Apache-2.0
#include "platforms/node_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

std::vector<std::string> who_reads(std::string_view path, const Context& context) {
  // hosts.toml is read at each pull (containerd, remotes/docker/config/hosts.go).
  if (contains(path, "/certs.d/")) return {};
  if (starts_with(path, "/etc/containerd/")) return {"containerd.service"};
  if (starts_with(path, "/etc/crio/") || starts_with(path, "/etc/containers/")) return {"crio.service"};
  if (starts_with(path, "/etc/docker/")) return {"docker.service"};
  if (starts_with(path, "/var/lib/kubelet/") || starts_with(path, "/etc/kubernetes/") || path == "/etc/default/kubelet")
    return {"kubelet.service"};
  if (is_ca_file(path)) {
    switch (context.runtime) {
      case Runtime::docker:
      case Runtime::cri_dockerd: return {"docker.service"};
      case Runtime::crio: return {"crio.service"};
      default: return {"containerd.service"};
    }
  }
  return {};
}

std::string ca_command(std::string_view path) {
  return starts_with(path, "/usr/local/share/ca-certificates/") ? "update-ca-certificates" : "update-ca-trust";
}

}  // namespace

bool is_ca_file(std::string_view path) {
  return starts_with(path, "/usr/local/share/ca-certificates/") || starts_with(path, "/etc/pki/ca-trust/source/anchors/");
}

std::string crio_fragment(const Settings& settings) {
  std::vector<std::pair<std::string, std::string>> tables;
  for (const auto& setting : settings) {
    const auto dot = setting.key.rfind('.');
    const auto table = dot == std::string::npos ? "crio" : setting.key.substr(0, dot);
    const auto line = fmt::format("{} = {}\n", dot == std::string::npos ? setting.key : setting.key.substr(dot + 1), toml_value(setting));
    const auto known = std::find_if(tables.begin(), tables.end(), [&](const auto& one) { return one.first == table; });
    if (known != tables.end()) known->second += line;
    else tables.emplace_back(table, line);
  }
  std::string out;
  for (const auto& [table, lines] : tables) out += fmt::format("{}[{}]\n{}", out.empty() ? "" : "\n", table, lines);
  return out;
}

std::string unit_dropin(const Settings& settings) {
  std::vector<std::pair<std::string, std::string>> sections;
  const auto add = [&](const std::string& section, const std::string& line) {
    const auto known = std::find_if(sections.begin(), sections.end(), [&](const auto& one) { return one.first == section; });
    if (known != sections.end()) known->second += line;
    else sections.emplace_back(section, line);
  };
  for (const auto& setting : settings) {
    if (setting.target == Target::environment) {
      add("Service", fmt::format("Environment=\"{}={}\"\n", setting.key, unit_text(plain_value(setting))));
      continue;
    }
    const auto dot = setting.key.find('.');
    const auto key = setting.key.substr(dot + 1);
    if (setting.kind == settings::Kind::list) {
      for (const auto& value : setting.values) add(setting.key.substr(0, dot), fmt::format("{}={}\n", key, value));
    } else {
      add(setting.key.substr(0, dot), fmt::format("{}={}\n", key, setting.value));
    }
  }
  std::string out;
  for (const auto& [section, lines] : sections) out += fmt::format("{}[{}]\n{}", out.empty() ? "" : "\n", section, lines);
  return out;
}

std::string sysctl_lines(const Settings& settings) {
  std::string out;
  for (const auto& setting : settings) out += fmt::format("{} = {}\n", setting.key, plain_value(setting));
  return out;
}

std::vector<UnitSettings> take_units(Order& order) {
  std::vector<UnitSettings> units;
  for (auto& setting : order.take_if([](const Setting& one) { return one.target == Target::unit || one.target == Target::environment; })) {
    auto known = std::find_if(units.begin(), units.end(), [&](const UnitSettings& one) { return one.unit == setting.unit; });
    if (known == units.end()) known = units.insert(units.end(), {setting.unit, {}});
    known->settings.push_back(std::move(setting));
  }
  return units;
}

std::vector<NodeFile> take_node_files(Order& order, const FileKinds& kinds) {
  std::vector<NodeFile> out;
  if (kinds.files) {
    for (const auto& setting : order.take(Target::file)) {
      NodeFile file{setting.key, setting.value, who_reads(setting.key, order.context), {}};
      if (is_ca_file(setting.key)) file.apply = ca_command(setting.key);
      if (file.text.empty() || file.text.back() != '\n') file.text += '\n';
      out.push_back(std::move(file));
    }
  }
  if (kinds.units) {
    for (const auto& [unit, settings] : take_units(order)) {
      out.push_back({fmt::format("/etc/systemd/system/{}.d/50-{}.conf", unit, order.name()), unit_dropin(settings), {unit}, {}});
    }
  }
  if (kinds.crio) {
    if (const auto own = order.take(Target::crio); !own.empty())
      out.push_back({fmt::format("/etc/crio/crio.conf.d/99-{}.conf", order.name()), crio_fragment(own), {"crio.service"}, {}});
  }
  if (kinds.sysctls) {
    if (const auto own = order.take(Target::sysctl); !own.empty()) {
      const auto path = fmt::format("/etc/sysctl.d/90-{}.conf", order.name());
      out.push_back({path, sysctl_lines(own), {}, "sysctl -p " + path});
    }
  }
  return out;
}

std::vector<std::string> restarts_of(const std::vector<NodeFile>& files) {
  std::vector<std::string> out;
  for (const auto& file : files)
    for (const auto& unit : file.restarts)
      if (std::find(out.begin(), out.end(), unit) == out.end()) out.push_back(unit);
  const auto rank = [](std::string_view unit) {
    constexpr std::array<std::string_view, 5> k_order = {"containerd.service", "docker.service", "crio.service", "cri-docker.service",
                                                         "kubelet.service"};
    return std::find(k_order.begin(), k_order.end(), unit) - k_order.begin();
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return out;
}

}  // namespace unsnag::platforms
