// SPDX-License-Identifier: Apache-2.0
// containerd's config.toml, versions 1 to 4, whole files and imported fragments, and CRI-O's crio.conf. The same
// key lives in another table in each version of containerd's file, and a key in the wrong table is silently
// ignored, so the tables are read apart. Defaults depend on the program's version and are left to the rules.
#include <array>

#include "base/text.h"
#include "base/time.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

constexpr std::string_view k_cri_v1 = "cri";
constexpr std::string_view k_cri_v2 = "io.containerd.grpc.v1.cri";
constexpr std::string_view k_images_v3 = "io.containerd.cri.v1.images";
constexpr std::string_view k_transfer = "io.containerd.transfer.v1.local";
/// Came with 2.1 and is read from version 3's table alone, also in a version 2 file: the migration of the CRI table leaves it
/// behind (plugins/cri/images/plugin.go, migrateConfig).
constexpr std::string_view k_local_pull = "use_local_image_pull";

struct Key {
  std::initializer_list<std::string_view> path;  // below the CRI or images table
  std::string_view name;                         // what the setting is called, the same for every version
};

/// Keys of version 3's images table; in versions 1 and 2 some stand in a `containerd` table below CRI's.
const std::array<Key, 14> k_image_keys{{
    {{"image_pull_progress_timeout"}, "image_pull_progress_timeout"},
    {{"max_concurrent_downloads"}, "max_concurrent_downloads"},
    {{"concurrent_layer_fetch_buffer"}, "concurrent_layer_fetch_buffer"},
    {{"image_pull_with_sync_fs"}, "image_pull_with_sync_fs"},
    {{"stats_collect_period"}, "stats_collect_period"},
    {{"discard_unpacked_layers"}, "discard_unpacked_layers"},
    {{"containerd", "discard_unpacked_layers"}, "discard_unpacked_layers"},
    {{"disable_snapshot_annotations"}, "disable_snapshot_annotations"},
    {{"containerd", "disable_snapshot_annotations"}, "disable_snapshot_annotations"},
    {{"snapshotter"}, "snapshotter"},
    {{"containerd", "snapshotter"}, "snapshotter"},
    {{"pinned_images", "sandbox"}, "sandbox_image"},
    {{"sandbox_image"}, "sandbox_image"},
    {{"registry", "config_path"}, "registry.config_path"},
}};

/// A fragment sets a few keys and is merged into the main file by `imports`.
bool is_fragment(const Value& document, std::string_view path) {
  const std::string folder = lower(parent_name(path));
  if (folder == "config.d" || folder == "conf.d" || folder == "containerd.d" || folder == "config-v3.toml.d") return true;
  return !document["version"] && !document["root"] && !document["state"] && !document["grpc"] && document["plugins"];
}

void registry_tables(const Value& registry, Notes& notes) {
  std::size_t count = 0;
  for (const auto& [name, entry] : registry["mirrors"].entries) {
    const Value& endpoints = entry["endpoint"];
    for (const auto& [unused, endpoint] : endpoints.entries) {
      // Each looks for its own entry in `configs`: a cap on both keeps that from growing with a hostile file's square.
      if (++count > 1024 || registry["configs"].entries.size() > 4096) break;
      Mirror one;
      one.registry = name;
      one.url = endpoint.scalar;
      one.line = endpoint.line;
      const Value& tls = registry.at({"configs", parse_url(endpoint.scalar).host, "tls"});
      if (tls["insecure_skip_verify"].scalar == "true") one.skip_verify = "yes";
      one.ca = tls["ca_file"].scalar;
      one.client = tls["cert_file"].scalar;
      mirror(one, notes);
    }
  }
  count = 0;
  for (const auto& [name, entry] : registry["configs"].entries) {
    if (++count > 1024) break;
    if (entry["auth"]) notes.setting("containerd", "auth-for", name, "file", entry.line);
    if (entry.at({"tls", "insecure_skip_verify"}).scalar == "true") {
      notes.setting("containerd", "insecure", name, "file", entry["tls"].line);
    }
  }
  // "`mirrors` cannot be set when `config_path` is provided": the CRI plugin then does not load at all.
  if (registry["mirrors"].is_map() && !registry["mirrors"].entries.empty() && !registry["config_path"].scalar.empty()) {
    notes.oddity("containerd", "registry.mirrors", "", "excludes-config-path", registry["mirrors"].line);
  }
}

/// What makes containerd 2.1 and later pull with its old code (internal/cri/config CheckLocalImagePullConfigs);
/// SOCI and Talos' settings do that on purpose.
void local_pull(const Value& images, Notes& notes) {
  const auto found = [&](const Value& value, std::string_view why) {
    notes.add(make_fact("local-pull-mode", {{"why", why}}), value.line, timeline::Certainty::inferred);
  };
  const auto either = [&](std::string_view key) -> const Value& { return images[key] ? images[key] : images["containerd"][key]; };
  if (const Value& v = either("disable_snapshot_annotations"); v.scalar == "false") found(v, "disable_snapshot_annotations");
  if (const Value& v = either("discard_unpacked_layers"); v.scalar == "true") found(v, "discard_unpacked_layers");
  if (const Value& v = images["image_pull_with_sync_fs"]; v.scalar == "true") found(v, "image_pull_with_sync_fs");
  if (const Value& v = images["max_concurrent_downloads"]; v.is_scalar() && v.scalar != "3") found(v, "max_concurrent_downloads");
  for (std::string_view table : {"mirrors", "configs", "auths"}) {
    const Value& v = images["registry"][table];
    if (v.is_map() && !v.entries.empty()) found(v, "registry." + std::string(table));
  }
}

void timeout_oddities(const Value& timeout, std::string_view of, std::string_view key, Notes& notes) {
  if (!timeout.is_scalar() || timeout.scalar.empty()) return;
  const auto span = parse_duration(timeout.scalar);
  if (timeout.scalar == "0" || (span && span->count() == 0)) notes.oddity(of, key, timeout.scalar, "zero", timeout.line);
  else if (!span) notes.oddity(of, key, timeout.scalar, "not-a-duration", timeout.line);
}

void image_table(const Value& images, std::string_view origin, Notes& notes) {
  for (const Key& key : k_image_keys) {
    const Value* value = &images;
    for (std::string_view part : key.path) value = &(*value)[part];
    if (value->is_scalar()) notes.setting("containerd", key.name, value->scalar, origin, value->line);
  }
  timeout_oddities(images["image_pull_progress_timeout"], "containerd", "image_pull_progress_timeout", notes);
  registry_tables(images["registry"], notes);
  local_pull(images, notes);
}

/// `v3`: the images table; `others`: the tables of older versions.
void local_pull_key(const Value& v3, std::initializer_list<std::pair<std::string_view, const Value*>> others, std::string_view origin,
                    Notes& notes) {
  const Value& value = v3[k_local_pull];
  notes.setting("containerd", k_local_pull, value.scalar, origin, value.line);
  if (value.scalar == "true") notes.add(make_fact("local-pull-mode", {{"why", k_local_pull}}), value.line, timeline::Certainty::inferred);
  for (const auto& [name, table] : others)
    if (const Value& dropped = (*table)[k_local_pull]; dropped.is_scalar() && !dropped.scalar.empty())
      notes.oddity("containerd", std::string(name) + "." + std::string(k_local_pull), dropped.scalar, "wrong-table", dropped.line);
}

/// Image settings in a table that this version of the file does not have.
void wrong_table(const Value& table, std::string_view name, Notes& notes) {
  for (const Key& key : k_image_keys) {
    const Value* value = &table;
    for (std::string_view part : key.path) value = &(*value)[part];
    if (value->is_scalar() && !value->scalar.empty()) {
      notes.oddity("containerd", std::string(name) + "." + std::string(key.name), value->scalar, "wrong-table", value->line);
    }
  }
}

}  // namespace

void containerd_config(const Value& document, Notes& notes) {
  notes.reader = "reader.containerd-config";
  const bool fragment = is_fragment(document, notes.real_path.empty() ? notes.path() : std::string_view(notes.real_path));
  const std::string_view origin = fragment ? "drop-in" : "file";
  const std::string& version = document["version"].scalar;
  notes.setting("containerd", "config-version", version, origin, document["version"].line);
  for (std::string_view key : {"root", "state"}) {
    notes.setting("containerd", key, document[key].scalar, origin, document[key].line);
  }
  notes.setting("containerd", "debug.level", document.at({"debug", "level"}).scalar, origin, document.at({"debug", "level"}).line);
  std::vector<std::string> imports;
  for (const auto& [unused, entry] : document["imports"].entries) imports.push_back(entry.scalar);
  notes.setting("containerd", "imports", join(imports), origin, document["imports"].line);
  for (const auto& [unused, entry] : document["disabled_plugins"].entries) {
    if (entry.scalar == "cri" || contains(entry.scalar, ".cri")) {
      // The file that Docker's containerd.io package installs; kubelet then gets "unknown service runtime.v1…".
      notes.oddity("containerd", "disabled_plugins", entry.scalar, "cri-disabled", entry.line);
    }
  }
  for (const auto& [name, plugin] : document["proxy_plugins"].entries) {
    notes.setting("containerd", "proxy_plugins", name, origin, plugin.line);
  }

  const Value& plugins = document["plugins"];
  const bool modern = version == "3" || version == "4";
  const Value& v3 = plugins[k_images_v3];
  const Value& v2 = plugins[k_cri_v2];
  if (modern) {
    image_table(v3, origin, notes);
    wrong_table(v2, k_cri_v2, notes);
  } else if (version == "2") {
    image_table(v2, origin, notes);
    wrong_table(v3, k_images_v3, notes);
  } else {
    // Version 1 if nothing is said; a fragment may leave the version to the main file, so its tables are believed.
    image_table(v2 ? v2 : v3 ? v3 : plugins[k_cri_v1], origin, notes);
  }
  local_pull_key(v3, {{k_cri_v2, &v2}, {k_cri_v1, &plugins[k_cri_v1]}}, origin, notes);
  if (fragment && v2 && !modern) {
    // Up to 1.7 an imported table replaces the main file's whole table of that plugin (mergeConfig).
    notes.oddity("containerd", k_cri_v2, "", "replaces-table-before-2.0", v2.line);
  }
  const Value& transfer = plugins[k_transfer];
  for (std::string_view key : {"max_concurrent_downloads", "concurrent_layer_fetch_buffer", "max_concurrent_unpacks", "config_path"}) {
    notes.setting("containerd", "transfer." + std::string(key), transfer[key].scalar, origin, transfer[key].line);
  }
}

void crio_config(const Value& document, Notes& notes) {
  notes.reader = "reader.crio-config";
  const std::string_view origin =
      parent_name(notes.real_path.empty() ? notes.path() : std::string_view(notes.real_path)) == "crio.conf.d" ? "drop-in" : "file";
  const Value& crio = document["crio"];
  const Value& image = crio["image"];
  for (std::string_view key : {"pull_progress_timeout", "pause_image", "signature_policy", "signature_policy_dir", "short_name_mode",
                               "global_auth_file", "pause_image_auth_file", "big_files_temporary_dir", "separate_pull_cgroup"}) {
    notes.setting("cri-o", key, image[key].scalar, origin, image[key].line);
  }
  for (std::string_view key : {"insecure_registries", "registries", "pinned_images"}) {
    std::vector<std::string> parts;
    for (const auto& [unused, entry] : image[key].entries) parts.push_back(entry.scalar);
    notes.setting("cri-o", key, join(parts), origin, image[key].line);
  }
  for (std::string_view key : {"root", "runroot", "storage_driver", "imagestore"}) {
    notes.setting("cri-o", key, crio[key].scalar, origin, crio[key].line);
  }
  // 0 is the default since 1.33 and means "never cancel"; it is odd only where it stands in a file of older ones,
  // which the file does not tell, so nothing is said about it.
  if (const Value& timeout = image["pull_progress_timeout"];
      timeout.is_scalar() && timeout.scalar != "0" && !parse_duration(timeout.scalar)) {
    notes.oddity("cri-o", "pull_progress_timeout", timeout.scalar, "not-a-duration", timeout.line);
  }
}

bool read_toml(Notes& notes) {
  const std::string_view text = notes.text();
  const std::string name = lower(notes.basename());
  const bool hosts = contains(name, "hosts") && name.ends_with(".toml");
  const bool is_hosts = has_line(text, "[host.") || (hosts && (has_line(text, "server") || has_line(text, "[host")));
  const bool is_registries =
      has_line(text, "[[registry]]") || has_line(text, "[registries.") || has_line(text, "unqualified-search-registries");
  const bool is_containerd = has_line(text, "[plugins.") || has_line(text, "[plugins]") ||
                             (name == "config.toml" && (has_line(text, "version") || has_line(text, "imports"))) ||
                             has_line(text, "disabled_plugins =");
  const bool is_crio = has_line(text, "[crio");
  if (!is_hosts && !is_registries && !is_containerd && !is_crio) return false;
  if (starts_like_a_log(text)) return false;
  const Result<Value> document = parse_toml(text);
  if (!document) {
    // A runtime ignores a mirror file that does not parse, and says so only in its log; a broken main file keeps
    // it from starting.
    if (is_hosts || is_registries) {
      notes.reader = is_hosts ? "reader.hosts-toml" : "reader.registries-conf";
      notes.add(make_fact("mirror-config-broken", {{"file", notes.path()}, {"words", document.error().message()}}), 0,
                timeline::Certainty::inferred);
    } else {
      notes.reader = is_crio ? "reader.crio-config" : "reader.containerd-config";
      notes.oddity(is_crio ? "cri-o" : "containerd", notes.path(), document.error().message(), "does-not-parse", 0);
    }
    return true;
  }
  if (is_hosts) hosts_toml(*document, notes);
  else if (is_crio) crio_config(*document, notes);
  else if (is_containerd) containerd_config(*document, notes);
  else registries_conf(*document, notes);
  return true;
}

}  // namespace unsnag::readers::node
