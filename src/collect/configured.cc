// SPDX-License-Identifier: Apache-2.0
#include "collect/configured.h"

#include <algorithm>
#include <set>

#include "base/document.h"
#include "base/text.h"

namespace unsnag::collect {
namespace {

constexpr std::size_t k_most_places = 5000;
constexpr std::size_t k_most_bytes = std::size_t{1} << 20U;
constexpr int k_most_imports = 8;  // deep

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

class Search {
 public:
  explicit Search(const Survey& survey) : survey_(survey), list_([this](const std::string& folder) { return listed(folder); }) {}

  void known() {
    for (const auto& place : places::all())
      for (auto& path : places::expand(place.path, list_))
        if (places::is_pattern(place.path) || may_be_there(path))
          add({std::move(path), place.kind, std::string(place.what), std::string(place.of), ""});
  }

  void named_by_commands() {
    for (const auto* daemon : survey_.daemons())
      command(daemon->argv, std::string(node::daemon_of(*daemon)), "of pid " + std::to_string(daemon->pid));
    if (!survey_.daemons().empty()) return;
    // A root that isn't running: what its units would start.
    for (const auto& place : places::units()) {
      const auto unit = node::load_unit(survey_.root, place.unit);
      if (!unit || unit->state != node::Unit::State::found) continue;
      node::Process process;
      process.argv = node::unit_command(*unit, node::unit_environment(survey_.root, *unit));
      if (const auto daemon = node::daemon_of(process); !daemon.empty())
        command(process.argv, std::string(daemon), "of " + std::string(place.unit));
    }
  }

  void named_by_units() {
    for (const auto& unit : units_of(survey_))
      for (const auto& one : unit.values("Service", "EnvironmentFile"))
        for (auto& path : places::expand(one.value.substr(one.value.starts_with('-') ? 1 : 0), list_))
          add({std::move(path), places::Kind::config, "environment of " + unit.name, unit.name, "EnvironmentFile of " + one.file});
  }

  /// The files that containerd's configuration brings in, and the mirrors that it names.
  void named_by_containerd() {
    for (std::size_t i = 0; i < found_.size(); ++i)  // grows on the way
      if (found_[i].of == "containerd" && found_[i].path.ends_with(".toml") && !found_[i].path.ends_with("/hosts.toml") &&
          depth_of(i) <= k_most_imports)
        containerd_file(i);
  }

  std::vector<ConfiguredPlace> take() { return std::move(found_); }

 private:
  /// Also when its folder may not be looked into, as kubelet's: that is to be told.
  [[nodiscard]] bool may_be_there(const std::string& path) const {
    const auto info = survey_.root.status(path);
    return info || info.error().code != Errc::not_found;
  }

  std::vector<places::Found> listed(const std::string& folder) const {
    std::vector<places::Found> found;
    if (const auto entries = survey_.root.list(folder))
      for (const auto& entry : *entries) found.push_back({entry.name, S_ISDIR(entry.info.st_mode)});
    return found;
  }

  void add(ConfiguredPlace place, int depth = 0) {
    // Several names may lead to one file; its own counts.
    const auto real = survey_.root.resolve(place.path);
    if (found_.size() >= k_most_places || !seen_.insert(real ? *real : place.path).second) return;
    found_.push_back(std::move(place));
    depth_.push_back(depth);
  }
  [[nodiscard]] int depth_of(std::size_t i) const { return depth_[i]; }

  void add_all(const std::string& pattern, const std::string& what, const std::string& of, const std::string& by, int depth = 0) {
    for (auto& path : places::expand(pattern, list_)) add({std::move(path), places::Kind::config, what, of, by}, depth);
  }

  void command(const std::vector<std::string>& argv, const std::string& daemon, const std::string& whose) {
    for (std::size_t i = 1; i < argv.size(); ++i) {
      std::string_view flag = argv[i];
      if (!flag.starts_with('-')) continue;
      flag.remove_prefix(flag.starts_with("--") ? 2 : 1);
      const auto equals = flag.find('=');
      const std::string name(flag.substr(0, equals));
      std::string value = equals != std::string_view::npos ? std::string(flag.substr(equals + 1))
                          : i + 1 < argv.size()            ? argv[i + 1]
                                                           : std::string();
      while (value.size() > 1 && value.ends_with('/')) value.pop_back();
      if (!value.starts_with('/') || places::is_pattern(value)) continue;
      const std::string by = "--" + name + " " + whose, of = daemon == "microk8s" ? "kubelet" : daemon;
      if (name == "config" || name == "c" || name == "config-file" || name == "image-credential-provider-config" || name == "resolv-conf" ||
          name == "registry-config-file" || name == "private-registry") {
        add({value, places::Kind::config, "configuration of " + daemon, of, by});
        if (name == "image-credential-provider-config") add_all(value + "/*", "credential providers", of, by);
      } else if (name == "config-dir") {
        add_all(value + "/*.conf", "configuration of " + daemon, of, by);
      } else if (name == "kubeconfig" || name == "bootstrap-kubeconfig") {
        add({value, places::Kind::secret, "kubelet's way to the API", of, by});
      } else if (name == "image-credential-provider-bin-dir") {
        for (auto& path : places::expand(value + "/*", list_))
          add({std::move(path), places::Kind::names, "credential providers' programs", of, by});
      }
    }
  }

  void containerd_file(std::size_t i) {
    const std::string path = found_[i].path;
    const auto text = survey_.root.read(path, k_most_bytes);
    if (!text) return;
    const auto document = parse_toml(*text);
    if (!document) return;
    for (const auto& [key, value] : (*document)["imports"].entries) {
      if (!value.is_scalar()) continue;
      const auto pattern = value.scalar.starts_with('/') ? value.scalar : folder_of(path) + "/" + value.scalar;
      add_all(pattern, "containerd's configuration", "containerd", "imports of " + path, depth_of(i) + 1);
    }
    for (const auto* table : {"io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images"})
      for (const auto folder : split(document->at({"plugins", table, "registry", "config_path"}).scalar, ':'))
        if (folder.starts_with('/') && !places::is_pattern(folder)) {
          const std::string below(folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder);
          add_all(below + "/**/hosts.toml", "mirrors", "containerd", "config_path of " + path);
        }
  }

  const Survey& survey_;
  const places::List list_;
  std::vector<ConfiguredPlace> found_;
  std::vector<int> depth_;  // of imports; parallel to found_
  std::set<std::string> seen_;
};

}  // namespace

std::vector<ConfiguredPlace> places_of(const Survey& survey) {
  Search search(survey);
  search.known();
  search.named_by_commands();
  search.named_by_units();
  search.named_by_containerd();
  return search.take();
}

std::vector<node::Unit> units_of(const Survey& survey) {
  std::vector<std::string> names;
  for (const auto& place : places::units()) names.emplace_back(place.unit);
  for (const auto* daemon : survey.daemons()) {
    const auto group = node::cgroup(*survey.proc, daemon->pid).value_or("");
    for (const auto part : split(group, '/'))
      if (part.ends_with(".service")) names.emplace_back(part);
  }
  std::vector<node::Unit> units;
  std::set<std::string> seen;
  for (const auto& name : names) {
    auto unit = node::load_unit(survey.root, name);
    if (unit && (unit->state != node::Unit::State::not_found || !unit->files.empty()) && seen.insert(unit->name).second)
      units.push_back(std::move(*unit));
  }
  return units;
}

std::string logins_in(std::string_view text) {
  std::string out;
  const auto say = [&](std::string_view word) { out += (out.empty() ? "" : ", ") + printable(clip(word, 200)); };
  if (const auto json = parse_json(text); json && json->is_map()) {
    const auto host = [](std::string_view key) {
      // "https://user:password@host/v1/" has been seen.
      if (const auto at = key.rfind('@'); at != std::string_view::npos) key.remove_prefix(at + 1);
      if (const auto scheme = key.find("://"); scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
      return key.substr(0, key.find('/'));
    };
    for (const auto& [key, value] : (*json)["auths"].entries) say(host(key));
    for (const auto& [key, value] : (*json)["credHelpers"].entries) say(std::string(host(key)) + " (helper " + value.scalar + ")");
    if (const auto& store = (*json)["credsStore"]; store.is_scalar()) say("all (helper " + store.scalar + ")");
    // .dockercfg has the hosts at its top.
    for (const auto& [key, value] : json->entries)
      if (value.is_map() && (value["auth"].is_scalar() || value["password"].is_scalar())) say(host(key));
    if (!out.empty()) return out;
  }
  if (const auto documents = parse_yaml(text))
    for (const auto& document : *documents)
      for (const auto& [key, cluster] : document["clusters"].entries)
        if (const auto& server = cluster["cluster"]["server"]; server.is_scalar()) say("server " + redact(server.scalar));
  return out;
}

}  // namespace unsnag::collect
