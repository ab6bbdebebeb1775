// SPDX-License-Identifier: Apache-2.0
// What Docker is told (daemon.json) and what it says of itself (`docker info`, `docker version`, also as JSON).
#include <array>

#include "base/text.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

/// Docker uses registry-mirrors for Docker Hub alone.
void hub_mirror(std::string_view url, std::uint64_t line, Notes& notes) {
  Mirror one;
  one.registry = "docker.io";
  one.url = std::string(url);
  one.line = line;
  mirror(one, notes);
}

constexpr std::array<std::string_view, 9> k_daemon_scalars{"max-concurrent-downloads",
                                                           "max-download-attempts",
                                                           "data-root",
                                                           "graph",
                                                           "live-restore",
                                                           "storage-driver",
                                                           "debug",
                                                           "containerd",
                                                           "log-driver"};

/// Values of `docker info` that matter, by label.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> k_info_labels{{
    {"Storage Driver", "storage-driver"},
    {"Backing Filesystem", "backing-filesystem"},
    {"Docker Root Dir", "data-root"},
    {"Live Restore Enabled", "live-restore"},
    {"Cgroup Driver", "cgroup-driver"},
    {"Supports d_type", "supports-d_type"},
    {"driver-type", "driver-type"},
}};

class DockerInfo : public LineReader {
 public:
  explicit DockerInfo(Notes& notes) : notes_(notes) {}

  bool line(std::string_view raw, std::uint64_t number) override {
    const std::string_view text = trim(raw);
    if (!inside_) {
      // Both programs' output begins with the client's half; "docker version" alone has "Engine".
      if (text != "Client:" && !text.starts_with("Client: Docker") && text != "Server:" && !text.starts_with("Server: Docker") &&
          !text.starts_with("Server Version:")) {
        return false;
      }
      inside_ = true;
    }
    if (text.empty()) return false;
    if (text.starts_with("REPOSITORY ") || text.starts_with("CONTAINER ID")) {  // other tables follow in some bundles
      inside_ = false;
      return false;
    }
    notes_.reader = "reader.docker-info";
    const bool indented = raw.starts_with(' ');
    const std::size_t colon = text.find(": ");
    if (!indented && text.back() != ':' && colon == std::string_view::npos) {
      if (!text.starts_with("WARNING:")) inside_ = false;
      return inside_;
    }
    if (text == "Client:" || text.starts_with("Client: ")) part_ = "client";
    if (text == "Server:" || text.starts_with("Server: ")) part_ = "server";
    if (text == "Engine:") part_ = "dockerd";
    if (text == "containerd:" || text == "runc:") part_ = text.substr(0, text.size() - 1);
    if (text == "docker-init:") part_ = "docker-init";
    if (list_ != List::none && colon == std::string_view::npos && text.back() != ':') {
      if (list_ == List::mirrors) hub_mirror(text, number, notes_);
      if (list_ == List::insecure) notes_.setting("dockerd", "insecure-registries", text, "effective", number);
      return true;
    }
    list_ = text == "Registry Mirrors:" ? List::mirrors : text == "Insecure Registries:" ? List::insecure : List::none;
    if (colon != std::string_view::npos) value(text.substr(0, colon), trim(text.substr(colon + 2)), number);
    return true;
  }

 private:
  enum class List { none, mirrors, insecure };

  void version(std::string_view of, std::string_view text, std::uint64_t number) {
    notes_.add(make_fact("version", {{"of", of}, {"version", text}}), number);
  }

  void value(std::string_view label, std::string_view text, std::uint64_t number) {
    for (const auto& [known, key] : k_info_labels) {
      if (label == known) notes_.setting("dockerd", key, text, "effective", number);
    }
    if (label == "Server Version") version("dockerd", text, number);
    if (label == "Version" && (part_ == "dockerd" || part_ == "containerd" || part_ == "runc")) version(part_, text, number);
    if (label == "containerd version" && text.find('.') != std::string_view::npos) version("containerd", text, number);
    if (label == "runc version" && text.find('.') != std::string_view::npos) version("runc", text, number);
    if (label == "Kernel Version") version("kernel", text, number);
    if (label == "Operating System") version("os", text, number);
    if (label == "HTTP Proxy") proxy_setting("dockerd", "HTTP_PROXY", text, number, notes_);
    if (label == "HTTPS Proxy") proxy_setting("dockerd", "HTTPS_PROXY", text, number, notes_);
    if (label == "No Proxy") proxy_setting("dockerd", "NO_PROXY", text, number, notes_);
  }

  Notes& notes_;
  bool inside_ = false;
  List list_ = List::none;
  std::string_view part_;
};

}  // namespace

std::unique_ptr<LineReader> make_docker_info(Notes& notes) { return std::make_unique<DockerInfo>(notes); }

bool docker_daemon_json(const Value& document, Notes& notes) {
  static constexpr std::array<std::string_view, 14> k_signs{"registry-mirrors",
                                                            "insecure-registries",
                                                            "max-concurrent-downloads",
                                                            "data-root",
                                                            "live-restore",
                                                            "storage-driver",
                                                            "log-driver",
                                                            "log-opts",
                                                            "exec-opts",
                                                            "bridge",
                                                            "default-ulimits",
                                                            "iptables",
                                                            "graph",
                                                            "containerd-snapshotter"};
  if (!document.is_map()) return false;
  std::size_t signs = 0;
  for (std::string_view sign : k_signs) {
    if (document[sign]) ++signs;
  }
  if (signs < 2 && !(signs == 1 && contains(notes.basename(), "daemon"))) return false;
  notes.reader = "reader.daemon-json";
  for (std::string_view key : k_daemon_scalars) {
    if (document[key].is_scalar()) notes.setting("dockerd", key, document[key].scalar, "file", document[key].line);
  }
  for (const auto& [unused, url] : document["registry-mirrors"].entries) hub_mirror(url.scalar, url.line, notes);
  std::vector<std::string> insecure;
  for (const auto& [unused, host] : document["insecure-registries"].entries) {
    insecure.push_back(host.scalar);
    // Docker wants host[:port] or a CIDR here and does not start with a scheme (since 1.13).
    if (contains(host.scalar, "://")) notes.oddity("dockerd", "insecure-registries", host.scalar, "refused", host.line);
  }
  notes.setting("dockerd", "insecure-registries", join(insecure), "file", document["insecure-registries"].line);
  const Value& snapshotter = document.at({"features", "containerd-snapshotter"});
  notes.setting("dockerd", "containerd-snapshotter", snapshotter.scalar, "file", snapshotter.line);
  // Old files have the keys at the top, newer ones in a table.
  for (const Value* table : {&document["proxies"], &document}) {
    for (std::string_view key : {"http-proxy", "https-proxy", "no-proxy"}) {
      const Value& value = (*table)[key];
      if (!value.is_scalar()) continue;
      proxy_setting("dockerd",
                    key == "http-proxy"    ? "HTTP_PROXY"
                    : key == "https-proxy" ? "HTTPS_PROXY"
                                           : "NO_PROXY",
                    value.scalar, value.line, notes);
    }
  }
  return true;
}

bool json_info(const Value& document, Notes& notes) {
  if (document["ServerVersion"].is_scalar() && document["Driver"]) {  // docker info --format '{{json .}}'
    notes.reader = "reader.docker-info";
    notes.add(make_fact("version", {{"of", "dockerd"}, {"version", document["ServerVersion"].scalar}}), document["ServerVersion"].line);
    notes.setting("dockerd", "storage-driver", document["Driver"].scalar, "effective", document["Driver"].line);
    notes.setting("dockerd", "data-root", document["DockerRootDir"].scalar, "effective", document["DockerRootDir"].line);
    for (const auto& [unused, url] : document.at({"RegistryConfig", "Mirrors"}).entries) hub_mirror(url.scalar, url.line, notes);
    proxy_setting("dockerd", "HTTP_PROXY", document["HttpProxy"].scalar, document["HttpProxy"].line, notes);
    proxy_setting("dockerd", "HTTPS_PROXY", document["HttpsProxy"].scalar, document["HttpsProxy"].line, notes);
    proxy_setting("dockerd", "NO_PROXY", document["NoProxy"].scalar, document["NoProxy"].line, notes);
    return true;
  }
  const Value& config = document["config"];
  if (document["status"].is_map() && config.is_map() && (config["containerd"] || config["registry"] || config["cni"])) {
    // crictl info; up to containerd 1.7 it holds the running values, in 2.x only the runtime's half.
    notes.reader = "reader.crictl-info";
    const auto set = [&](std::string_view key, const Value& value) {
      if (value.is_scalar()) notes.setting("containerd", key, value.scalar, "effective", value.line);
    };
    set("image_pull_progress_timeout", config["imagePullProgressTimeout"]);
    set("max_concurrent_downloads", config["maxConcurrentDownloads"]);
    set("sandbox_image", config["sandboxImage"]);
    set("registry.config_path", config.at({"registry", "configPath"}));
    set("snapshotter", config.at({"containerd", "snapshotter"}));
    set("discard_unpacked_layers", config.at({"containerd", "discardUnpackedLayers"}));
    set("disable_snapshot_annotations", config.at({"containerd", "disableSnapshotAnnotations"}));
    return true;
  }
  return false;
}

}  // namespace unsnag::readers::node
