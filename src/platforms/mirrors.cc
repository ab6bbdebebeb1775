// SPDX-License-Identifier: Apache-2.0
#include "platforms/mirrors.h"

#include <optional>

#include "base/document.h"
#include "base/text.h"

namespace unsnag::platforms {
namespace {

std::optional<Mirror> mirror_of(const settings::Setting& setting) {
  if (setting.target != settings::Target::file || !contains(setting.key, "/certs.d/")) return std::nullopt;
  const auto parts = split(setting.key, '/');
  if (parts.size() < 3 || parts.back() != "hosts.toml") return std::nullopt;
  const auto file = parse_toml(setting.value);
  if (!file) return std::nullopt;
  Mirror mirror;
  mirror.registry = parts[parts.size() - 2] == "_default" ? "*" : std::string(parts[parts.size() - 2]);
  for (const auto& [key, value] : file->entries)
    if (key != "server" && key != "host") return std::nullopt;
  for (const auto& [url, host] : (*file)["host"].entries) {
    for (const auto& [key, value] : host.entries)
      if (key != "capabilities") return std::nullopt;
    if (!contains(url, "://")) return std::nullopt;
    mirror.endpoints.push_back(url);
  }
  if (mirror.endpoints.empty()) return std::nullopt;
  return mirror;
}

}  // namespace

std::vector<Mirror> take_mirrors(Order& order) {
  std::vector<Mirror> out;
  for (const auto& setting : order.take_if([](const auto& one) { return mirror_of(one).has_value(); })) out.push_back(*mirror_of(setting));
  return out;
}

}  // namespace unsnag::platforms
