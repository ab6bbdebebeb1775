// SPDX-License-Identifier: Apache-2.0
#include "platforms/mirrors.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "base/document.h"
#include "base/text.h"

namespace unsnag::platforms {
namespace {

// A hosts.toml; `allowed`: what its hosts may have.
std::optional<Mirror> mirror_of(const settings::Setting& setting, const std::vector<std::string_view>& allowed = {"capabilities"}) {
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
      if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) return std::nullopt;
    if (!contains(url, "://")) return std::nullopt;
    mirror.endpoints.push_back(url);
  }
  if (mirror.endpoints.empty()) return std::nullopt;
  return mirror;
}

// The path of the CA that a hosts.toml names; "" when it says more than that.
std::string ca_of(const settings::Setting& setting) {
  const auto mirror = mirror_of(setting, {"capabilities", "ca"});
  if (!mirror || mirror->endpoints.size() != 1 || mirror->registry == "*") return {};
  return (*parse_toml(setting.value))["host"][mirror->endpoints[0]]["ca"].scalar;
}

}  // namespace

std::vector<Mirror> take_mirrors(Order& order) {
  std::vector<Mirror> out;
  for (const auto& setting : order.take_if([](const auto& one) { return mirror_of(one).has_value(); })) out.push_back(*mirror_of(setting));
  return out;
}

std::vector<Trust> take_trusts(Order& order) {
  std::vector<Trust> out;
  const auto is_one = [&](const settings::Setting& one) {
    const auto path = ca_of(one);
    return !path.empty() && order.has_if([&](const auto& other) { return other.target == settings::Target::file && other.key == path; });
  };
  for (const auto& setting : order.take_if(is_one)) {
    const auto path = ca_of(setting);
    for (const auto& ca : order.take_if([&](const auto& other) { return other.target == settings::Target::file && other.key == path; }))
      out.push_back({mirror_of(setting, {"capabilities", "ca"})->registry, ca.value});
  }
  return out;
}

std::string plain_name(std::string_view registry) {
  std::string out;
  for (const char c : registry) out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
  return out;
}

}  // namespace unsnag::platforms
