// SPDX-License-Identifier: Apache-2.0
#include "runtimes/activity.h"

#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "runtimes/containerd.h"
#include "runtimes/cri.h"
#include "runtimes/docker.h"

namespace unsnag::runtimes {
namespace {

constexpr std::size_t k_most_namespaces = 16;

class Watcher {
 public:
  explicit Watcher(const Lately& lately) : lately_(lately) {}

  /// `touched`: when something was last heard of it. What has no time is under way: nobody knows better.
  void add(Activity activity, const std::optional<SysTime>& touched, nanoseconds most) {
    const bool long_ago = touched && lately_.now - *touched > most;
    (long_ago ? all_.left_over : all_.under_way).push_back(std::move(activity));
  }
  void unknown(std::string sentence) { all_.unknown.push_back(std::move(sentence)); }

  void ask_cri(Cri& cri);
  void ask_containerd(Containerd& containerd);
  void ask_docker(Docker& docker);
  Activities take() { return std::move(all_); }

 private:
  void ask_name_space(Containerd& containerd, const std::string& name, const std::vector<std::string>& snapshotters);

  const Lately& lately_;
  Activities all_;
};

void Watcher::ask_cri(Cri& cri) {
  const auto sandboxes = cri.sandboxes();
  if (!sandboxes) return unknown("Pods could not be listed: " + sandboxes.error().message());
  for (const auto& one : *sandboxes)
    // A pod that has ended is not ready either; only a new one is on its way.
    if (!one.ready && one.created && lately_.now - *one.created <= lately_.touched)
      add({Doing::creating_pod, one.name_space + "/" + one.name, one.created, {}}, one.created, lately_.touched);
  const auto containers = cri.containers();
  if (!containers) return unknown("Containers could not be listed: " + containers.error().message());
  for (const auto& one : *containers) {
    if (one.state != ContainerState::created) continue;
    const auto label = [&](const char* key) {
      const auto found = one.labels.find(key);
      return found == one.labels.end() ? std::string("?") : found->second;
    };
    add({Doing::creating_container,
         label("io.kubernetes.pod.namespace") + "/" + label("io.kubernetes.pod.name") + " " + one.name,
         one.created,
         {}},
        one.created, lately_.touched);
  }
}

void Watcher::ask_containerd(Containerd& containerd) {
  auto names = containerd.namespaces();
  if (!names) return unknown("Pulls could not be listed: " + names.error().message());
  if (names->size() > k_most_namespaces) names->resize(k_most_namespaces);
  std::vector<std::string> snapshotters;
  if (const auto plugins = containerd.plugins())
    for (const auto& one : *plugins)
      if (one.type == "io.containerd.snapshotter.v1" && one.error.empty()) snapshotters.push_back(one.id);
  if (snapshotters.empty()) snapshotters = {"overlayfs"};
  for (const auto& name : *names) ask_name_space(containerd, name, snapshotters);
}

void Watcher::ask_name_space(Containerd& containerd, const std::string& name, const std::vector<std::string>& snapshotters) {
  const auto ingests = containerd.ingests(name);
  if (!ingests) return unknown(fmt::format("Downloads of namespace {} could not be listed: {}", name, ingests.error().message()));
  for (const auto& one : *ingests) {
    const auto detail = one.total ? format_size(one.offset) + " of " + format_size(*one.total) : format_size(one.offset);
    // The time is that of the last byte written (containerd, content/local/store.go).
    add({Doing::downloading, one.ref, one.started, detail}, one.updated ? one.updated : one.started, lately_.touched);
  }
  for (const auto& snapshotter : snapshotters) {
    const auto listed = containerd.snapshots(name, snapshotter, [&](const Snapshot& one) -> Result<void*> {
      if (!one.is_extraction()) return nullptr;
      // Nothing touches a snapshot while a layer is unpacked into it, however long that takes.
      const auto most = lately_.runtime_started ? lately_.now - *lately_.runtime_started : nanoseconds(std::chrono::hours(1));
      const auto blank = one.key.find(' ');
      add({Doing::unpacking, blank == std::string::npos ? one.key : one.key.substr(blank + 1), one.created, {}}, one.created, most);
      return nullptr;
    });
    // A snapshotter behind a socket of its own (stargz, nydus) may be gone; the others still say what they do.
    if (!listed) unknown(fmt::format("Layers being unpacked by {} could not be listed: {}", snapshotter, listed.error().message()));
    if (!listed && listed.error().code == Errc::timed_out) return;
  }
}

void Watcher::ask_docker(Docker& docker) {
  const auto containers = docker.containers();
  if (!containers) return unknown("Docker's containers could not be listed: " + containers.error().message());
  for (const auto& one : *containers)
    if (one.state == "created") add({Doing::creating_container, one.name, one.created, {}}, one.created, lately_.touched);
}

}  // namespace

std::string_view to_string(Doing what) {
  switch (what) {
    case Doing::downloading: return "downloading";
    case Doing::unpacking: return "unpacking";
    case Doing::creating_container: return "creating a container";
    case Doing::creating_pod: return "creating a pod";
  }
  return "busy";
}

Activities activities(const Socket& socket, const Asking& asking, const Lately& lately) {
  Watcher watcher(lately);
  if (socket.speaks_cri) {
    Cri cri(socket.here, asking);
    watcher.ask_cri(cri);
  }
  if (socket.speaks_containerd) {
    Containerd containerd(socket.here, asking);
    watcher.ask_containerd(containerd);
  } else {
    watcher.unknown("This runtime does not say which pulls are under way.");
  }
  if (socket.speaks_docker) {
    Docker docker(socket.here, asking);
    watcher.ask_docker(docker);
  }
  return watcher.take();
}

Result<void*> is_ready(const Socket& socket, const Asking& asking, Need need) {
  if (socket.speaks_docker) return Docker(socket.here, asking).ping();
  if (!socket.speaks_cri) {
    TRY(Containerd(socket.here, asking).version());
    return nullptr;
  }
  TRY_ASSIGN(const auto status, Cri(socket.here, asking).status(Cri::Verbose::no));
  bool told = false;
  for (const auto& one : status.conditions) {
    if (one.type == "RuntimeReady") told = true;
    const bool needed = one.type == "RuntimeReady" || (need == Need::runtime_and_network && one.type == "NetworkReady");
    if (needed && !one.met) return fail(Errc::server, fmt::format("{} is false: {}: {}", one.type, one.reason, one.message));
  }
  if (!told) return fail(Errc::server, "it does not say whether it is ready");
  return nullptr;
}

Result<void*> kubelet_is_healthy(const Asking& asking, const std::string& url) {
  http::Peer peer;
  peer.stop = asking.stop;
  http::Request request;
  request.url = url;
  request.limit = asking.limit;
  TRY_ASSIGN(auto answer, http::Client(std::move(peer)).send(request));
  TRY(http::succeeded(std::move(answer)));
  return nullptr;
}

}  // namespace unsnag::runtimes
