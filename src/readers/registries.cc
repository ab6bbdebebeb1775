// SPDX-License-Identifier: Apache-2.0
// Where requests for a registry are sent: containerd's hosts.toml, c/image's registries.conf, k3s' registries.yaml.
// A runtime does not complain about a mirror that is well-formed but wrong, so what looks wrong is said here, with
// the URL that will really be asked. Whether it is the cause is for the rules to decide.
#include <cctype>

#include "base/text.h"
#include "readers/node_parts.h"
#include "timeline/timeline.h"

namespace unsnag::readers::node {
namespace {

/// "registry.example_5000_" is how containerd writes a port where a path may hold no colon (core/remotes/docker/config).
std::string registry_of_folder(std::string_view folder) {
  std::string name(folder);
  if (name.size() > 2 && name.back() == '_') {
    const std::size_t low = name.rfind('_', name.size() - 2);
    if (low != std::string::npos && low > 0 && low + 2 < name.size()) {
      name = name.substr(0, low) + ":" + name.substr(low + 1, name.size() - low - 2);
    }
  }
  return name;
}

/// The registry of ".../certs.d/<registry>/hosts.toml"; "" when the path does not tell.
std::string registry_of_path(std::string_view path) {
  const std::string_view folder = parent_name(path);
  if (folder.empty()) return {};
  const std::string_view above = parent_name(path.substr(0, path.find_last_of("/\\")));
  if (folder == "_default") return "_default";
  if (above == "certs.d" || above == "hosts.d" || above == "hosts") return registry_of_folder(folder);
  return {};
}

std::string yes(const Value& value) { return value.scalar == "true" ? "yes" : ""; }

std::string list_text(const Value& value) {
  if (value.is_scalar()) return value.scalar;
  std::vector<std::string> parts;
  for (const auto& [key, entry] : value.entries) {
    if (entry.is_scalar()) parts.push_back(entry.scalar);
    else if (entry.is_list()) parts.push_back(list_text(entry.entries.empty() ? Value{} : entry.entries.front().second));
  }
  return join(parts);
}

void mirror_oddity(const Mirror& mirror, const Url& url, std::string_view why, std::string_view words, Notes& notes) {
  notes.add(make_fact("mirror-oddity",
                      {{"registry", mirror.registry}, {"host", url.host}, {"why", why}, {"words", words}, {"file", notes.path()}}),
            mirror.line, timeline::Certainty::inferred);
}

}  // namespace

void mirror(const Mirror& given, Notes& notes) {
  const Url url = parse_url(given.url);
  const Url server = given.server.empty() ? Url{} : parse_url(given.server);
  notes.add(make_fact("mirror-set", {{"registry", given.registry},
                                     {"host", url.host},
                                     {"scheme", url.scheme},
                                     {"capabilities", given.capabilities},
                                     {"server", server.host},
                                     {"file", notes.path()},
                                     {"url-path", url.path},
                                     {"ca", given.ca},
                                     {"client", given.client},
                                     {"skip-verify", given.skip_verify},
                                     {"override-path", given.override_path}}),
            given.line);
  if (url.host.empty()) return;
  const auto odd = [&](std::string_view why, std::string_view words) { mirror_oddity(given, url, why, words, notes); };
  if (!url.has_scheme) odd("no-scheme", given.url);
  if (url.scheme == "http") odd("plain-http", "right only when the registry itself speaks plain HTTP");
  if (!given.capabilities.empty() && !contains(given.capabilities, "resolve")) {
    odd("no-resolve", "tags are resolved elsewhere: " + (server.host.empty() ? "the registry itself" : server.host));
  }
  if (!given.capabilities.empty() && !contains(given.capabilities, "pull")) odd("no-pull", given.capabilities);
  // containerd appends /v2 to the path of a host unless override_path is set (docs/hosts.md).
  const std::string asked = url.scheme + "://" + url.host + url.path;
  const bool ends_in_v2 = url.path.ends_with("/v2");
  if (given.override_path.empty() && !url.path.empty()) {
    if (contains(url.path + "/", "/v2/") && !ends_in_v2) odd("path-v2-twice", "requests go to " + asked + "/v2/");
    else if (!ends_in_v2) odd("path-without-v2", "requests go to " + asked + "/v2/");
  }
  if (!given.override_path.empty() && !contains(url.path + "/", "/v2/")) {
    odd("override-without-v2", "requests go to " + asked + "/");
  }
  if (!server.host.empty() && server.host == url.host && !given.registry.empty() && given.registry != "_default" &&
      given.registry != server.host && !(given.registry == "docker.io" && timeline::is_docker_hub(server.host))) {
    odd("server-is-the-mirror", "nothing falls back to " + given.registry);
  }
}

void hosts_toml(const Value& document, Notes& notes) {
  notes.reader = "reader.hosts-toml";
  Mirror base;
  base.registry = registry_of_path(notes.real_path.empty() ? notes.path() : std::string_view(notes.real_path));
  if (base.registry.empty()) {
    // Flat bundles lose the folder; a leading comment often names it.
    const std::string_view first = trim(notes.line_text(1));
    if (first.starts_with('#')) base.registry = registry_of_path(trim(first.substr(1)));
  }
  base.server = document["server"].scalar;
  const Url server = base.server.empty() ? Url{} : parse_url(base.server);
  if (base.registry.empty() && timeline::is_docker_hub(server.host)) base.registry = "docker.io";

  const Value& hosts = document["host"];
  bool server_listed = false;
  std::size_t count = 0;
  for (const auto& [address, host] : hosts.entries) {
    if (++count > 256) break;
    Mirror one = base;
    one.url = address;
    one.line = host.line;
    server_listed = server_listed || parse_url(address).host == server.host;
    // No `capabilities` means all of them (core/remotes/docker/config/hosts.go).
    one.capabilities = host["capabilities"] ? list_text(host["capabilities"]) : "pull, resolve";
    if (host["capabilities"] && host["capabilities"].entries.empty()) one.capabilities = "pull, resolve";
    one.ca = list_text(host["ca"]);
    one.client = host["client"] ? list_text(host["client"]) : "";
    one.skip_verify = yes(host["skip_verify"]);
    one.override_path = yes(host["override_path"]);
    mirror(one, notes);
  }
  if (!base.server.empty() && !server_listed) {
    // The server itself is a host too, the last one, with the file's top-level keys.
    Mirror last = base;
    last.url = base.server;
    last.line = document["server"].line;
    last.capabilities = list_text(document["capabilities"]);
    last.ca = list_text(document["ca"]);
    last.client = document["client"] ? list_text(document["client"]) : "";
    last.skip_verify = yes(document["skip_verify"]);
    last.override_path = yes(document["override_path"]);
    mirror(last, notes);
  }
}

void registries_conf(const Value& document, Notes& notes) {
  notes.reader = "reader.registries-conf";
  const auto set = [&](std::string_view key, const Value& value) {
    notes.setting("containers", key, list_text(value), "file", value.line);
  };
  set("unqualified-search-registries", document["unqualified-search-registries"]);
  set("short-name-mode", document["short-name-mode"]);
  set("credential-helpers", document["credential-helpers"]);
  // Version 1 of the format has [registries.search] and its sisters.
  set("unqualified-search-registries", document.at({"registries", "search", "registries"}));
  set("insecure", document.at({"registries", "insecure", "registries"}));
  set("blocked", document.at({"registries", "block", "registries"}));

  std::size_t count = 0;
  for (const auto& [unused, registry] : document["registry"].entries) {
    if (++count > 1024) break;
    const std::string location = registry["location"].scalar;
    const std::string name = registry["prefix"].scalar.empty() ? location : registry["prefix"].scalar;
    if (registry["blocked"].scalar == "true") notes.setting("containers", "blocked", name, "file", registry["blocked"].line);
    if (registry["insecure"].scalar == "true") notes.setting("containers", "insecure", name, "file", registry["insecure"].line);
    const auto add = [&](const Value& entry, std::string_view where) {
      const Url url = parse_url(where);
      const bool insecure = entry["insecure"].scalar == "true";
      notes.add(make_fact("mirror-set", {{"registry", name},
                                         {"host", url.host},
                                         {"url-path", url.path},
                                         {"scheme", "https"},
                                         {"skip-verify", insecure ? "yes" : ""},
                                         {"capabilities", entry["pull-from-mirror"].scalar},
                                         {"server", parse_url(location).host},
                                         {"file", notes.path()}}),
                entry.line);
      if (url.has_scheme) {
        // c/image wants a name here; with a scheme the reference does not parse.
        notes.add(
            make_fact("mirror-oddity",
                      {{"registry", name}, {"host", url.host}, {"why", "scheme-in-location"}, {"words", where}, {"file", notes.path()}}),
            entry.line, timeline::Certainty::inferred);
      }
    };
    for (const auto& [no_key, entry] : registry["mirror"].entries) add(entry, entry["location"].scalar);
    if (!registry["prefix"].scalar.empty() && !location.empty() && registry["prefix"].scalar != location) add(registry, location);
  }
}

bool k3s_registries(const Value& document, Notes& notes) {
  const Value& mirrors = document["mirrors"];
  const Value& configs = document["configs"];
  if (!document.is_map() || (!mirrors.is_map() && !configs.is_map())) return false;
  notes.reader = "reader.registries-yaml";
  std::size_t count = 0;
  for (const auto& [registry, entry] : mirrors.entries) {
    const Value& endpoints = entry["endpoint"];
    for (const auto& [unused, endpoint] : endpoints.entries) {
      // Each looks for its own entry in `configs`: a cap on both keeps that from growing with a hostile file's square.
      if (++count > 1024 || configs.entries.size() > 4096) break;
      Mirror one;
      one.registry = registry;
      one.url = endpoint.scalar;
      one.line = endpoint.line;
      const Value& config = configs[parse_url(endpoint.scalar).host];
      one.skip_verify = yes(config.at({"tls", "insecure_skip_verify"}));
      one.ca = config.at({"tls", "ca_file"}).scalar;
      one.client = config.at({"tls", "cert_file"}).scalar;
      mirror(one, notes);
    }
    if (entry["rewrite"].is_map()) notes.setting("containerd", "rewrite", registry, "file", entry["rewrite"].line);
  }
  count = 0;
  for (const auto& [host, config] : configs.entries) {
    if (++count > 1024) break;
    if (config["auth"].is_map()) notes.setting("containerd", "auth-for", host, "file", config.line);
  }
  return true;
}

}  // namespace unsnag::readers::node
