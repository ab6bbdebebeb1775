// SPDX-License-Identifier: Apache-2.0
#include "runtimes/documents.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "runtimes/containerd.h"
#include "runtimes/cri.h"
#include "runtimes/docker.h"

namespace unsnag::runtimes {
namespace {

constexpr std::size_t k_most_namespaces = 16;
constexpr std::size_t k_most_snapshotters = 8;
constexpr int k_most_limits = 6;                 // of one call, for all calls of one interface
constexpr std::size_t k_most_named = 2'000;      // snapshots that one document names
constexpr std::size_t k_most_counted = 500'000;  // blobs or snapshots

/// Names a document, asks for it, and remembers who does not answer, or takes so long for all of it that it hangs.
class Reader {
 public:
  Reader(const Socket& socket, const Asking& asking, const std::function<void(Document)>& take)
      : source_("unix://" + socket.path + " "), until_(std::chrono::steady_clock::now() + k_most_limits * asking.limit), take_(take) {}

  /// `ask` gives a Result of what `write` writes. Returns what was asked for, for further questions.
  template <typename Ask, typename Write>
  auto answer(const std::string& name, const std::string& call, Ask ask, Write write) -> decltype(ask()) {
    if (!silent_ && std::chrono::steady_clock::now() > until_) silent_ = Error{Errc::timed_out, "all answers before took too long"};
    if (silent_) {
      auto why = *silent_;
      why.context.emplace_back("not asked");
      take_({name, source_ + call, tl::unexpected<Error>(why)});
      return tl::unexpected<Error>(std::move(why));
    }
    auto got = ask();
    if (!got) {
      const auto code = got.error().code;
      // Of no use to be tried with the next question. Who is broken off in one answer may give others, and of a socket that
      // was there "not found" is said of something else.
      const bool no_socket = !answered_ && (code == Errc::not_found || code == Errc::permission_denied);
      if (code == Errc::timed_out || code == Errc::unreachable || code == Errc::cancelled || no_socket) silent_ = got.error();
      take_({name, source_ + call, tl::unexpected<Error>(got.error())});
      return got;
    }
    answered_ = true;
    JsonWriter json(JsonWriter::Style::pretty);
    write(json, *got);
    take_({name, source_ + call, json.take() + "\n"});
    return got;
  }
  template <typename Ask, typename Write>
  void document(const std::string& name, const std::string& call, Ask ask, Write write) {
    (void)answer(name, call, std::move(ask), std::move(write));
  }

 private:
  std::string source_;
  std::chrono::steady_clock::time_point until_;
  const std::function<void(Document)>& take_;
  bool answered_ = false;
  std::optional<Error> silent_;
};

void strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  json.key(key).begin_array();
  for (const auto& value : values) json.string(value);
  json.end_array();
}

void time(JsonWriter& json, std::string_view key, const std::optional<SysTime>& at) {
  if (at) json.member(key, format_rfc3339(*at));
}

template <typename List, typename Write>
void list(JsonWriter& json, std::string_view key, const List& all, Write write) {
  json.begin_object().key(key).begin_array();
  for (const auto& one : all) {
    json.begin_object();
    write(one);
    json.end_object();
  }
  json.end_array().end_object();
}

// ---- CRI, in crictl's words: 64-bit numbers are strings in the JSON of protocol buffers ----

std::string_view word_of(ContainerState state) {
  switch (state) {
    case ContainerState::created: return "CONTAINER_CREATED";
    case ContainerState::running: return "CONTAINER_RUNNING";
    case ContainerState::exited: return "CONTAINER_EXITED";
    case ContainerState::unknown: break;
  }
  return "CONTAINER_UNKNOWN";
}

std::string nanoseconds_of(const std::optional<SysTime>& at) { return at ? std::to_string(at->time_since_epoch().count()) : "0"; }

void write_status(JsonWriter& json, const CriStatus& status) {
  json.begin_object().key("status").begin_object().key("conditions").begin_array();
  for (const auto& one : status.conditions) {
    json.begin_object().member("type", one.type).key("status").boolean(one.met);
    json.member("reason", one.reason).member("message", one.message).end_object();
  }
  json.end_array().end_object();
  for (const auto& [key, value] : status.info) {
    if (key == "status") continue;
    json.key(key);
    const auto tree = value.starts_with('{') || value.starts_with('[') ? parse_json(value) : Result<Value>(Value());
    if (tree && *tree) json.document(*tree);
    else if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      json.string(std::string_view(value).substr(1, value.size() - 2));
    else json.string(value);
  }
  json.end_object();
}

void write_images(JsonWriter& json, const std::vector<CriImage>& images) {
  list(json, "images", images, [&](const CriImage& one) {
    json.member("id", one.id);
    strings(json, "repoTags", one.tags);
    strings(json, "repoDigests", one.digests);
    json.member("size", std::to_string(one.bytes)).key("pinned").boolean(one.pinned);
  });
}

void write_filesystems(JsonWriter& json, const CriFilesystems& filesystems) {
  json.begin_object().key("status").begin_object();
  for (const auto& [key, all] :
       {std::pair("imageFilesystems", &filesystems.images), std::pair("containerFilesystems", &filesystems.containers)}) {
    json.key(key).begin_array();
    for (const auto& one : *all) {
      json.begin_object().member("timestamp", nanoseconds_of(one.at));
      json.key("fsId").begin_object().member("mountpoint", one.mountpoint).end_object();
      json.key("usedBytes").begin_object().member("value", std::to_string(one.used_bytes)).end_object();
      if (one.used_inodes) json.key("inodesUsed").begin_object().member("value", std::to_string(*one.used_inodes)).end_object();
      json.end_object();
    }
    json.end_array();
  }
  json.end_object().end_object();
}

void write_containers(JsonWriter& json, const std::vector<CriContainer>& containers) {
  list(json, "containers", containers, [&](const CriContainer& one) {
    json.member("id", one.id).member("podSandboxId", one.sandbox);
    json.key("metadata").begin_object().member("name", one.name).key("attempt").number(std::uint64_t{one.attempt}).end_object();
    json.key("image").begin_object().member("image", one.image).end_object().member("imageRef", one.image_ref);
    json.member("state", word_of(one.state)).member("createdAt", nanoseconds_of(one.created));
    json.key("labels").begin_object();
    for (const auto& [key, value] : one.labels) json.member(key, value);
    json.end_object();
  });
}

void write_sandboxes(JsonWriter& json, const std::vector<CriSandbox>& sandboxes) {
  list(json, "items", sandboxes, [&](const CriSandbox& one) {
    json.member("id", one.id).key("metadata").begin_object().member("name", one.name).member("uid", one.uid);
    json.member("namespace", one.name_space).key("attempt").number(std::uint64_t{one.attempt}).end_object();
    json.member("state", one.ready ? "SANDBOX_READY" : "SANDBOX_NOTREADY").member("createdAt", nanoseconds_of(one.created));
    json.member("runtimeHandler", one.handler);
  });
}

void read_cri(const Socket& socket, const Asking& asking, const std::function<void(Document)>& take) {
  Cri cri(socket.here, asking);
  Reader reader(socket, asking, take);
  const auto version = reader.answer(
      "cri/version.json", "RuntimeService.Version", [&] { return cri.version(); },
      [](JsonWriter& json, const CriVersion& v) {
        json.begin_object()
            .member("runtimeName", v.runtime)
            .member("runtimeVersion", v.runtime_version)
            .member("runtimeApiVersion", v.api)
            .end_object();
      });
  // Who has no CRI would say so six times.
  if (!version && version.error().code == Errc::unsupported) return;
  reader.document(
      "cri/info.json", "RuntimeService.Status, verbose", [&] { return cri.status(Cri::Verbose::yes); }, write_status);
  reader.document(
      "cri/images.json", "ImageService.ListImages", [&] { return cri.images(); }, write_images);
  reader.document(
      "cri/imagefsinfo.json", "ImageService.ImageFsInfo", [&] { return cri.filesystems(); }, write_filesystems);
  reader.document(
      "cri/containers.json", "RuntimeService.ListContainers", [&] { return cri.containers(); }, write_containers);
  reader.document(
      "cri/pods.json", "RuntimeService.ListPodSandbox", [&] { return cri.sandboxes(); }, write_sandboxes);
}

// ---- containerd ----

void write_plugins(JsonWriter& json, const std::vector<Plugin>& plugins) {
  list(json, "plugins", plugins, [&](const Plugin& one) {
    json.member("type", one.type).member("id", one.id).key("exports").begin_object();
    for (const auto& [key, value] : one.exports) json.member(key, value);
    json.end_object();
    if (!one.error.empty()) json.member("error", one.error);
  });
}

void write_ingests(JsonWriter& json, const std::vector<Ingest>& ingests) {
  list(json, "ingests", ingests, [&](const Ingest& one) {
    json.member("ref", one.ref).key("offset").number(one.offset);
    if (one.total) json.key("total").number(*one.total);
    if (!one.expected.empty()) json.member("expected", one.expected);
    time(json, "started", one.started);
    time(json, "updated", one.updated);
  });
}

struct Counted {
  std::uint64_t count = 0, bytes = 0;
};

Result<Counted> count_content(Containerd& containerd, std::string_view name_space) {
  Counted counted;
  TRY(containerd.content(name_space, [&](const Blob& blob) -> Result<void*> {
    if (counted.count == k_most_counted) return fail(Errc::too_large, "more than 500,000 blobs");
    ++counted.count;
    counted.bytes += blob.bytes;
    return nullptr;
  }));
  return counted;
}

struct Snapshots {
  std::uint64_t committed = 0, active = 0, views = 0;
  std::vector<Snapshot> named;  // extractions first
};

Result<Snapshots> read_snapshots(Containerd& containerd, std::string_view name_space, std::string_view snapshotter) {
  Snapshots all;
  std::size_t count = 0;
  TRY(containerd.snapshots(name_space, snapshotter, [&](const Snapshot& one) -> Result<void*> {
    if (++count > k_most_counted) return fail(Errc::too_large, "more than 500,000 snapshots");
    if (one.kind == SnapshotKind::committed) ++all.committed;
    if (one.kind == SnapshotKind::active) ++all.active;
    if (one.kind == SnapshotKind::view) ++all.views;
    // Extractions are what matters here; they have room even behind thousands of others.
    if (all.named.size() < k_most_named) all.named.push_back(one);
    else if (one.is_extraction())
      *std::find_if(all.named.begin(), all.named.end() - 1, [](const Snapshot& s) { return !s.is_extraction(); }) = one;
    return nullptr;
  }));
  std::stable_partition(all.named.begin(), all.named.end(), [](const Snapshot& one) { return one.is_extraction(); });
  return all;
}

std::string_view word_of(SnapshotKind kind) {
  switch (kind) {
    case SnapshotKind::view: return "view";
    case SnapshotKind::active: return "active";
    case SnapshotKind::committed: return "committed";
    case SnapshotKind::unknown: break;
  }
  return "unknown";
}

void write_snapshots(JsonWriter& json, const Snapshots& all) {
  json.begin_object().key("committed").number(all.committed).key("active").number(all.active).key("views").number(all.views);
  json.key("named").number(std::uint64_t{all.named.size()}).key("snapshots").begin_array();
  for (const auto& one : all.named) {
    json.begin_object().member("key", one.key).member("parent", one.parent).member("kind", word_of(one.kind));
    time(json, "created", one.created);
    time(json, "updated", one.updated);
    json.end_object();
  }
  json.end_array().end_object();
}

void read_name_space(Reader& reader, Containerd& containerd, const std::string& name, const std::vector<std::string>& snapshotters) {
  const auto where = ", namespace " + name;
  // A namespace is a path's part: containerd allows letters, digits, dots, dashes and underscores (pkg/identifiers).
  const auto file = [&](std::string_view what) { return fmt::format("containerd/{}-{}.json", what, name); };
  reader.document(
      file("ingests"), "content.ListStatuses" + where, [&] { return containerd.ingests(name); }, write_ingests);
  reader.document(
      file("images"), "images.List" + where, [&] { return containerd.images(name); },
      [](JsonWriter& json, const std::vector<ContainerdImage>& images) {
        list(json, "images", images, [&](const ContainerdImage& one) {
          json.member("name", one.name).member("digest", one.digest).member("mediaType", one.media_type);
          time(json, "created", one.created);
          time(json, "updated", one.updated);
        });
      });
  for (const auto& snapshotter : snapshotters)
    reader.document(
        file("snapshots-" + snapshotter), "snapshots.List" + where + ", snapshotter " + snapshotter,
        [&] { return read_snapshots(containerd, name, snapshotter); }, write_snapshots);
  reader.document(
      file("content"), "content.List" + where, [&] { return count_content(containerd, name); },
      [](JsonWriter& json, const Counted& counted) {
        json.begin_object().key("blobs").number(counted.count).key("bytes").number(counted.bytes).end_object();
      });
  reader.document(
      file("leases"), "leases.List" + where, [&] { return containerd.leases(name); },
      [](JsonWriter& json, const std::vector<Lease>& leases) {
        list(json, "leases", leases, [&](const Lease& one) {
          json.member("id", one.id);
          time(json, "created", one.created);
          if (!one.expires.empty()) json.member("expires", one.expires);
        });
      });
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 76 && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

void read_containerd(const Socket& socket, const Asking& asking, const std::function<void(Document)>& take) {
  Containerd containerd(socket.here, asking);
  Reader reader(socket, asking, take);
  const auto version = reader.answer(
      "containerd/version.json", "version.Version", [&] { return containerd.version(); },
      [](JsonWriter& json, const ContainerdVersion& v) {
        json.begin_object().member("version", v.version).member("revision", v.revision).end_object();
      });
  if (!version && version.error().code == Errc::unsupported) return;
  const auto plugins = reader.answer(
      "containerd/plugins.json", "introspection.Plugins", [&] { return containerd.plugins(); }, write_plugins);
  auto names = reader.answer(
      "containerd/namespaces.json", "namespaces.List", [&] { return containerd.namespaces(); },
      [](JsonWriter& json, const std::vector<std::string>& all) {
        json.begin_object();
        strings(json, "namespaces", all);
        json.end_object();
      });
  // What can't be listed is tried by the names that it usually has.
  auto name_spaces = names ? *std::move(names) : std::vector<std::string>{"k8s.io", "moby"};
  std::erase_if(name_spaces, [](const std::string& name) { return !is_plain_name(name); });
  std::stable_partition(name_spaces.begin(), name_spaces.end(), [](const std::string& name) { return name == "k8s.io" || name == "moby"; });
  if (name_spaces.size() > k_most_namespaces) name_spaces.resize(k_most_namespaces);
  std::vector<std::string> snapshotters;
  if (plugins)
    for (const auto& one : *plugins)
      if (one.type == "io.containerd.snapshotter.v1" && one.error.empty() && is_plain_name(one.id) &&
          snapshotters.size() < k_most_snapshotters)
        snapshotters.push_back(one.id);
  if (snapshotters.empty()) snapshotters = {"overlayfs"};
  for (const auto& name : name_spaces) read_name_space(reader, containerd, name, snapshotters);
}

// ---- Docker ----

void read_docker(const Socket& socket, const Asking& asking, const std::function<void(Document)>& take) {
  Docker docker(socket.here, asking);
  Reader reader(socket, asking, take);
  const auto as_it_is = [](JsonWriter& json, const Value& tree) { json.document(tree); };
  reader.document(
      "docker/version.json", "GET /version", [&] { return docker.version(); }, as_it_is);
  reader.document(
      "docker/info.json", "GET /info", [&] { return docker.info(); }, as_it_is);
  reader.document(
      "docker/images.json", "GET /images/json", [&] { return docker.images(); },
      [](JsonWriter& json, const Value& images) {
        json.begin_array();
        for (const auto& [unused, one] : images.entries) {
          json.begin_object();
          for (const auto* key : {"Id", "RepoTags", "RepoDigests", "Created", "Size"})
            if (one[key]) json.key(key).document(one[key]);
          json.end_object();
        }
        json.end_array();
      });
  reader.document(
      "docker/containers.json", "GET /containers/json, the 500 newest", [&] { return docker.containers(); },
      [](JsonWriter& json, const std::vector<DockerContainer>& containers) {
        json.begin_array();
        for (const auto& one : containers) {
          json.begin_object().member("Id", one.id).member("Name", one.name).member("Image", one.image);
          json.member("State", one.state).member("Status", one.status);
          time(json, "Created", one.created);
          json.end_object();
        }
        json.end_array();
      });
}

}  // namespace

void read_state(const Socket& socket, const Asking& asking, const std::function<void(Document)>& take) {
  if (socket.speaks_cri) read_cri(socket, asking, take);
  if (socket.speaks_containerd) read_containerd(socket, asking, take);
  if (socket.speaks_docker) read_docker(socket, asking, take);
}

}  // namespace unsnag::runtimes
