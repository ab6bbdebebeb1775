// SPDX-License-Identifier: Apache-2.0
// What `unsnag collect` makes of a node must say what the node's evidence says. Every recorded folder and the examples are
// laid out as a node that isn't running: its files where a node keeps them; what the cluster, the kernel and the runtimes would
// have answered goes into the bundle under the names that collecting gives to it. Then the bundle, in both layouts, is
// explained as the folder is.
#include <cstdlib>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bundle/writer.h"
#include "collect/collect.h"
#include "corpus/corpus.h"
#include "diagnose/verdict.h"
#include "readers/read.h"
#include "timeline/timeline.h"

namespace unsnag {
namespace {

namespace fs = std::filesystem;

/// A file of a folder, by its name or by the end of its path, and where it is on a node, or, without a leading "/", in a bundle.
struct Place {
  std::string_view name, at;
};
constexpr Place k_places[]{
    {"kubelet.log", "/var/log/kubelet.log"},
    {"containerd.log", "/var/log/containerd.log"},
    {"dockerd.log", "/var/log/docker.log"},
    {"docker.log", "/var/log/docker.log"},
    {"var_log/messages", "/var/log/messages"},
    {"dmesg.current", "/var/log/kern.log"},
    {"config.toml", "/etc/containerd/config.toml"},
    {"kubelet-config.yaml", "/var/lib/kubelet/config.yaml"},
    {"kubelet-config.json", "/etc/kubernetes/kubelet/kubelet-config.json"},
    {"credential-provider.yaml", "/etc/kubernetes/credential-providers/ecr.yaml"},
    {"kubelet.service", "/etc/systemd/system/kubelet.service"},
    {"daemon.json", "/etc/docker/daemon.json"},
    {"hosts.toml", "/etc/containerd/certs.d/_default/hosts.toml"},
    // What a running node is asked for.
    {"kubelet_service.txt", "config/units/kubelet.service"},
    {"events.json", "kubernetes/events.json"},
    {"pod.yaml", "kubernetes/pods.json"},
    {"node.txt", "kubernetes/node.json"},
    {"describe-node.txt", "kubernetes/node.json"},
    {"df.txt", "system/df.txt"},
    {"system.txt", "system/load.txt"},
    {"mounts.txt", "system/mounts.txt"},
    {"psi.txt", "system/pressure.txt"},
    {"io.txt", "system/diskstats.txt"},
    {"iostat.txt", "system/diskstats.txt"},
    {"ps.txt", "system/ps.txt"},
    {"dmesg.txt", "system/dmesg.txt"},
    {"versions.txt", "system/versions.txt"},
    {"content-ingest.txt", "system/ingests.txt"},
    {"limits.txt", "config/proc/containerd.limits"},
    {"dockerd-cmdline.txt", "config/proc/docker.cmdline"},
    {"docker-info.txt", "runtime/docker/info.json"},
};

std::string_view place_of(const std::string& path) {
  for (const auto& [name, at] : k_places)
    if (path == name || path.ends_with("/" + std::string(name))) return at;
  return {};
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Lays a folder out as a node. What kubectl tells once more (describe, get) has no place there.
/// Returns the answers: path in the bundle → content.
std::map<std::string, std::string> lay_out(const fs::path& folder, const fs::path& root) {
  std::map<std::string, std::string> answers;
  fs::create_directories(root / "etc");
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto relative = fs::relative(entry.path(), folder).string();
    // examples/node-mirror has the node's own paths already.
    const auto own = relative.starts_with("etc/") || relative.starts_with("var/log/") ? "/" + relative : std::string();
    const auto at = own.empty() ? place_of(relative) : std::string_view(own);
    if (at.empty()) continue;
    if (at.starts_with('/')) {
      const auto target = root / at.substr(1);
      fs::create_directories(target.parent_path());
      fs::copy_file(entry.path(), target);
    } else {
      answers[std::string(at)] += read(entry.path());
    }
  }
  return answers;
}

std::vector<std::string> said(const diagnose::Diagnosis& diagnosis) {
  std::vector<std::string> words;
  for (const auto& verdict : diagnosis.verdicts)
    words.push_back(fmt::format("{} ({})", verdict.cause, diagnose::to_string(verdict.confidence)));
  return words;
}

class Collected : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "unsnag-collected-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    scratch_ = name;
  }
  void TearDown() override { fs::remove_all(scratch_); }

  /// The bundle's path; what it says of itself into `inside`.
  std::string collect(const fs::path& folder, bundle::Layout layout, std::vector<std::string>& inside) {
    const auto root_folder = scratch_ / "node";
    fs::remove_all(root_folder);
    const auto answers = lay_out(folder, root_folder);
    bundle::Target target;
    target.layout = layout;
    target.path = (scratch_ / "bundle").string() + std::string(bundle::ending(target));
    fs::remove(target.path);

    auto root = node::Root::open(root_folder.string());
    auto writer = bundle::Writer::create(target, {});
    if (!root || !writer) throw std::runtime_error("the node can't be collected from");
    collect::Tap tap;
    timeline::Fold fold;
    std::jthread reading([&] { readers::read_walk([&](const evidence::Visitor& visitor) { tap.walk(visitor); }, fold, {}); });
    collect::Pace pace(collect::real_surveyor());
    collect::Sink sink({*writer, tap, pace});
    collect::Wants wants;
    wants.offline = true;
    wants.node = "node";
    bool good = collect::collect(*root, wants, sink, {}).has_value();
    for (const auto& [path, content] : answers) good = good && sink.put({path, "an answer", "the test"}, content);
    tap.close();
    reading.join();
    good = good && writer->finish({});
    EXPECT_TRUE(good) << folder;
    inside = said(diagnose::diagnose(fold.take()));
    return target.path;
  }

  void holds(const std::string& name, const fs::path& folder) {
    fs::remove(folder / "pull-stream.jsonl");  // what kubelet's side of the socket saw: no node keeps it
    const auto wanted = said(corpus::diagnose_target(folder.string()));
    for (const auto layout : {bundle::Layout::native, bundle::Layout::eks}) {
      std::vector<std::string> inside;
      const auto bundle = collect(folder, layout, inside);
      EXPECT_EQ(said(corpus::diagnose_target(bundle)), wanted) << name << (layout == bundle::Layout::eks ? ", EKS layout" : "");
      EXPECT_EQ(inside, wanted) << name << ", the verdict inside";
    }
  }

  fs::path scratch_;
};

TEST_F(Collected, RecordedNodesAreExplainedAsTheirFoldersAre) {
  for (const auto& one : corpus::recorded((scratch_ / "recorded").string())) holds(one.name, one.folder);
}

TEST_F(Collected, ExamplesOfNodesAreExplainedAsTheirFoldersAre) {
  for (const std::string name : {"eks-2020", "node-mirror"}) holds(name, fs::path(UNSNAG_EXAMPLES) / name);
}

}  // namespace
}  // namespace unsnag
