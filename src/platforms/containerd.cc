// SPDX-License-Identifier: Apache-2.0
#include "platforms/containerd.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

// Version 3 moved these out of the runtime's table (containerd 2.0, plugins/cri/images and internal/cri/config).
constexpr std::array<std::string_view, 3> k_from_runtime = {"snapshotter", "disable_snapshot_annotations", "discard_unpacked_layers"};

// Keys that came after version 3: reading a file of version 2, containerd 2 carries a list of old keys over into the new table
// and drops the rest (plugins/cri/images/plugin.go, migrateConfig); what stands in the new table in such a file is kept.
constexpr std::array<std::string_view, 3> k_since_version_3 = {"use_local_image_pull", "max_concurrent_unpacks",
                                                               "concurrent_layer_fetch_buffer"};

// A dotted TOML key into its parts; parts may be in quotes.
std::vector<std::string> parts_of(std::string_view key) {
  std::vector<std::string> parts(1);
  char quote = 0;
  for (const char c : key) {
    if (quote != 0 ? c == quote : c == '"' || c == '\'') quote = quote != 0 ? char{0} : c;
    else if (quote == 0 && c == '.') parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

std::vector<std::string> inner(std::string_view key, int version) {
  auto parts = parts_of(key);
  const auto moved = [&](std::string_view name) {
    return std::find(k_from_runtime.begin(), k_from_runtime.end(), name) != k_from_runtime.end();
  };
  if (version >= 3) {
    if (parts == std::vector<std::string>{"sandbox_image"}) return {"pinned_images", "sandbox"};
    if (parts.size() == 2 && parts[0] == "containerd" && moved(parts[1])) parts.erase(parts.begin());
  } else {
    if (parts == std::vector<std::string>{"pinned_images", "sandbox"}) return {"sandbox_image"};
    if (parts.size() == 1 && moved(parts[0])) parts.insert(parts.begin(), "containerd");
  }
  return parts;
}

}  // namespace

bool is_since_version_3(std::string_view key) {
  return std::find(k_since_version_3.begin(), k_since_version_3.end(), key) != k_since_version_3.end();
}

int fragment_version(const std::vector<settings::Setting>& settings, const Context& context, int otherwise) {
  const bool newer = std::any_of(settings.begin(), settings.end(), [](const auto& setting) { return is_since_version_3(setting.key); });
  const int known = config_version(context);
  return newer ? 3 : known != 0 ? known : otherwise;
}

int config_version(const Context& context) {
  if (context.containerd_config_version >= 1 && context.containerd_config_version <= 3) return context.containerd_config_version;
  const auto version = parse_version(context.containerd_version);
  return !version ? 0 : version->major >= 2 ? 3 : 2;
}

std::vector<std::string> containerd_path(std::string_view key, int version) {
  if (is_since_version_3(key)) version = 3;
  std::vector<std::string> path = {"plugins", version >= 3   ? "io.containerd.cri.v1.images"
                                              : version == 1 ? "cri"
                                                             : "io.containerd.grpc.v1.cri"};
  for (auto& part : inner(key, version)) path.push_back(std::move(part));
  return path;
}

std::string containerd_inner_key(std::string_view key, int version) {
  std::string out;
  for (const auto& part : inner(key, version)) out += (out.empty() ? "" : ".") + toml_key(part);
  return out;
}

std::string containerd_header(const std::vector<std::string>& table) {
  std::string out;
  for (const auto& part : table) {
    // containerd's own files quote a plugin's name in ' since version 3.
    const auto name = part == "io.containerd.cri.v1.images" ? fmt::format("'{}'", part) : toml_key(part);
    out += (out.empty() ? "[" : ".") + name;
  }
  return out + "]";
}

std::string containerd_fragment(const std::vector<settings::Setting>& settings, int version) {
  std::vector<std::pair<std::vector<std::string>, std::string>> tables;
  for (const auto& setting : settings) {
    auto path = containerd_path(setting.key, version);
    const auto line = fmt::format("{} = {}\n", toml_key(path.back()), toml_value(setting));
    path.pop_back();
    const auto known = std::find_if(tables.begin(), tables.end(), [&](const auto& table) { return table.first == path; });
    if (known != tables.end()) known->second += line;
    else tables.emplace_back(std::move(path), line);
  }
  // A file of version 1 has no such line.
  auto out = version >= 2 ? fmt::format("version = {}\n", version) : std::string();
  for (const auto& [table, lines] : tables) out += fmt::format("{}{}\n{}", out.empty() ? "" : "\n", containerd_header(table), lines);
  return out;
}

std::string containerd_lacks(const settings::Setting& setting, const Context& context) {
  const auto version = parse_version(context.containerd_version);
  if (!version) return {};
  const auto before = [&](int major, int minor) { return version->before(major, minor); };
  if (setting.key == "image_pull_progress_timeout" && before(1, 7))
    return fmt::format(
        "containerd {} has no image_pull_progress_timeout: it came with 1.7, and before it containerd cancels no pull by itself",
        context.containerd_version);
  if (setting.key == "use_local_image_pull" && before(2, 1))
    return fmt::format("containerd {} has no use_local_image_pull: it came with 2.1, and before it pulls are local anyway",
                       context.containerd_version);
  return {};
}

}  // namespace unsnag::platforms
