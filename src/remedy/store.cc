// SPDX-License-Identifier: Apache-2.0
#include "remedy/store.h"

#include <chrono>

#include <fmt/format.h>

#include "remedy/ask_node.h"

namespace unsnag::remedy {
namespace {

constexpr std::string_view k_space = "k8s.io";
constexpr std::size_t k_most_manifest = std::size_t{8} << 20U;
// Removing an image waits for the garbage collection, and a pull takes as long as it takes.
constexpr std::chrono::seconds k_patience{60};
constexpr std::chrono::hours k_pull_patience{1};

Result<void> plain(const Result<void*>& result) {
  if (result) return {};
  return tl::unexpected<Error>(result.error());
}

class SocketStore : public Store {
 public:
  explicit SocketStore(const std::string& path) : containerd_(path, {k_patience}), cri_(path, {k_patience}) {}

  Result<std::vector<runtimes::ContainerdImage>> names() override { return containerd_.images(k_space); }
  Result<std::vector<runtimes::CriImage>> images() override { return cri_.images(); }
  Result<std::vector<runtimes::CriContainer>> containers() override { return cri_.containers(); }
  Result<std::string> read(const std::string& digest) override { return containerd_.read(k_space, digest, k_most_manifest); }
  Result<runtimes::Checked> check(const std::string& digest) override { return containerd_.check(k_space, digest); }
  Result<bool> lists(const std::string& digest) override {
    const auto blob = containerd_.blob(k_space, digest);
    if (blob) return true;
    if (blob.error().code == Errc::not_found) return false;
    return tl::unexpected<Error>(blob.error());
  }
  Result<std::vector<std::string>> unpacked() override {
    std::vector<std::string> chains;
    TRY(each_snapshot(std::string(k_space), [&](const std::string&, const runtimes::Snapshot& one) {
      if (one.kind == runtimes::SnapshotKind::committed) chains.push_back(one.key);
    }));
    return chains;
  }
  Result<std::vector<IngestIn>> ingests() override {
    TRY_ASSIGN(const auto spaces, containerd_.namespaces());
    std::vector<IngestIn> all;
    for (const auto& space : spaces) {
      TRY_ASSIGN(auto ingests, containerd_.ingests(space));
      for (auto& one : ingests) all.push_back({space, std::move(one)});
    }
    return all;
  }
  Result<std::vector<ExtractionIn>> extractions() override {
    TRY_ASSIGN(const auto spaces, containerd_.namespaces());
    std::vector<ExtractionIn> all;
    for (const auto& space : spaces)
      TRY(each_snapshot(space, [&](const std::string& snapshotter, const runtimes::Snapshot& one) {
        if (one.is_extraction()) all.push_back({space, snapshotter, one});
      }));
    return all;
  }

  Result<void> remove_blob(const std::string& digest) override { return plain(containerd_.remove_blob(k_space, digest)); }
  Result<void> remove_image(const std::string& id) override { return plain(cri_.remove(id)); }
  Result<void> pull(const std::string& image) override {
    TRY(cri_.pull(image, "", {}, k_pull_patience));
    return {};
  }
  Result<void> abort_ingest(const std::string& name_space, const std::string& ref) override {
    return plain(containerd_.abort_ingest(name_space, ref));
  }

 private:
  template <typename Visit>
  Result<void> each_snapshot(const std::string& space, const Visit& visit) {
    TRY_ASSIGN(const auto plugins, containerd_.plugins());
    for (const auto& plugin : plugins) {
      if (plugin.type != "io.containerd.snapshotter.v1" || !plugin.error.empty()) continue;
      // One behind a socket of its own (stargz, nydus) may be gone: then it has nothing.
      (void)containerd_.snapshots(space, plugin.id, [&](const runtimes::Snapshot& one) -> Result<void*> {
        visit(plugin.id, one);
        return nullptr;
      });
    }
    return {};
  }

  runtimes::Containerd containerd_;
  runtimes::Cri cri_;
};

}  // namespace

std::shared_ptr<Store> store_at(const runtimes::Socket& socket) { return std::make_shared<SocketStore>(socket.here); }

Result<std::shared_ptr<Store>> store_of(const node::Root& root, const NodeFacts& facts) {
  switch (facts.runtime) {
    case Runtime::containerd: break;
    case Runtime::crio:
      return fail(Errc::unsupported,
                  "CRI-O's store can't be checked or mended through its socket: crictl rmi IMAGE, and crio wipe -f on a drained node");
    case Runtime::dockershim:
    case Runtime::cri_dockerd:
      return fail(Errc::unsupported,
                  "Docker's store can't be checked or mended through its socket: docker rmi IMAGE, and docker pull IMAGE");
    case Runtime::unknown: return fail(Errc::unsupported, "no runtime was found here, and this is done through containerd's socket");
  }
  const auto socket = socket_of(root, facts.engine.unit.name);
  if (!socket) return fail(Errc::not_found, "containerd's socket is not there: it has to run");
  return store_at(*socket);
}

}  // namespace unsnag::remedy
