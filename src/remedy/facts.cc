// SPDX-License-Identifier: Apache-2.0
#include "remedy/facts.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "node/go_program.h"
#include "node/processes.h"

namespace unsnag::remedy {
namespace {

bool has(const node::Root& root, std::string_view path) { return root.exists(path); }

/// False where the package is there and the program is not of it: one of upstream's archive in /usr/local, beside Debian's.
bool may_be_of(const node::Root& root, std::string_view package, std::string_view program) {
  const auto files = root.read(fmt::format("/var/lib/dpkg/info/{}.list", package));
  return !files || program.empty() || contains("\n" + *files, fmt::format("\n{}\n", program));
}

/// Of Debian's package database; "" where it doesn't know. Distributions with rpm keep theirs in a database of its own.
std::string package_version(const node::Root& root, const std::vector<std::string_view>& packages, std::string_view program) {
  const auto status = root.read("/var/lib/dpkg/status", std::size_t{64} << 20U);
  if (!status) return {};
  for (const auto package : packages) {
    const auto mark = fmt::format("\nPackage: {}\n", package);
    const auto at = ("\n" + *status).find(mark);
    if (at == std::string::npos) continue;
    const auto end = std::min(status->find("\n\n", at), status->size());
    const auto block = std::string_view(*status).substr(at, end - at);
    constexpr std::string_view k_version = "\nVersion: ";
    const auto where = block.find(k_version);
    if (where == std::string_view::npos || !contains(block, "\nStatus: install ok installed") || !may_be_of(root, package, program))
      continue;
    auto version = block.substr(where + k_version.size());
    version = version.substr(0, version.find('\n'));
    if (const auto epoch = version.find(':'); epoch != std::string_view::npos) version.remove_prefix(epoch + 1);
    return std::string(version.substr(0, version.find_first_of("-~+")));
  }
  return {};
}

Result<Program> program(const node::Root& root, std::string_view unit, const std::vector<std::string_view>& packages) {
  Program one;
  TRY_ASSIGN(one.unit, node::load_unit(root, unit));
  one.found = one.unit.state == node::Unit::State::found;
  if (!one.found) return one;
  one.environment = node::unit_environment(root, one.unit);
  one.command = node::unit_command(one.unit, one.environment);
  one.version = package_version(root, packages, one.command.empty() ? "" : one.command.front());
  if (one.version.empty() && !one.command.empty())
    if (const auto go = node::read_go_program(root, one.command.front()); go && go->version.substr(0, 1) == "v")
      one.version = go->version.substr(1);
  return one;
}

std::string os_id(const node::Root& root) {
  for (const auto* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = root.read(path);
    if (!text) continue;
    for (const auto& one : node::parse_environment_file(*text, path))
      if (one.name == "ID") return one.value;
  }
  return {};
}

std::string node_name(const node::Root& root) {
  // The kernel's name is the running machine's alone.
  if (root.is_this_machine()) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0 && name.front() != '\0') return name.data();
  }
  const auto text = root.read("/etc/hostname");
  return text ? std::string(trim(*text)) : std::string();
}

std::string platform_of(const node::Root& root, const std::string& distribution) {
  const auto id = os_id(root);
  if (id == "bottlerocket" || id == "talos") return id;
  if (!distribution.empty()) return distribution;
  if (has(root, "/etc/eks/kubelet/environment") || has(root, "/etc/eks/nodeadm.d") || has(root, "/usr/bin/nodeadm")) return "eks-al2023";
  if (has(root, "/etc/eks/bootstrap.sh") || has(root, "/etc/eks/release")) return "eks-al2";
  if (has(root, "/home/kubernetes/kube-env") || has(root, "/home/kubernetes/kubelet-config.yaml")) return "gke";
  if (has(root, "/etc/kubernetes/azure.json") || has(root, "/var/log/azure")) return "aks";
  if (has(root, "/etc/machine-config-daemon")) return "openshift";
  if (has(root, "/var/lib/kubelet/kubeadm-flags.env")) return "kubeadm";
  return "plain";
}

Runtime runtime_named(std::string_view endpoint) {
  if (contains(endpoint, "cri-dockerd") || contains(endpoint, "cri-docker")) return Runtime::cri_dockerd;
  if (contains(endpoint, "crio")) return Runtime::crio;
  if (contains(endpoint, "dockershim")) return Runtime::dockershim;
  if (contains(endpoint, "containerd")) return Runtime::containerd;
  return Runtime::unknown;
}

/// kubelet's own word first; without one, what stands on the disk.
Result<Runtime> runtime_of(const node::Root& root, const NodeFacts& facts) {
  if (!facts.distribution.empty()) return Runtime::containerd;
  const auto endpoint = facts.kubelet.flag("container-runtime-endpoint");
  const bool remote = facts.kubelet.flag("container-runtime").value_or("") == "remote";
  if (endpoint && (remote || !facts.knows_pull_deadline))
    if (const auto named = runtime_named(*endpoint); named != Runtime::unknown) return named;
  if (const auto& set = facts.kubelet_settings["containerRuntimeEndpoint"]; set.is_scalar())
    if (const auto named = runtime_named(set.scalar); named != Runtime::unknown) return named;
  const auto is_there = [&](std::string_view unit) -> Result<bool> {
    TRY_ASSIGN(const auto loaded, node::load_unit(root, unit));
    return loaded.state == node::Unit::State::found;
  };
  if (facts.knows_pull_deadline && !remote) return Runtime::dockershim;  // its default until 1.23
  TRY_ASSIGN(const bool crio, is_there("crio.service"));
  if (crio) return Runtime::crio;
  TRY_ASSIGN(const bool cri_dockerd, is_there("cri-docker.service"));
  if (cri_dockerd) return Runtime::cri_dockerd;
  TRY_ASSIGN(const bool containerd, is_there("containerd.service"));
  if (containerd) return Runtime::containerd;
  TRY_ASSIGN(const bool docker, is_there("docker.service"));
  return docker ? Runtime::dockershim : Runtime::unknown;
}

Result<void> look_at_kubelet(const node::Root& root, NodeFacts& facts) {
  struct Service {
    std::string_view unit, distribution;
  };
  constexpr std::array<Service, 5> k_services{{{"kubelet.service", ""},
                                               {"k3s-agent.service", "k3s"},
                                               {"k3s.service", "k3s"},
                                               {"rke2-agent.service", "rke2"},
                                               {"rke2-server.service", "rke2"}}};
  for (const auto& service : k_services) {
    TRY_ASSIGN(auto found, program(root, service.unit, {"kubelet"}));
    if (!found.found) continue;
    facts.kubelet = std::move(found);
    facts.distribution = service.distribution;
    break;
  }
  const auto& kubelet = facts.kubelet;
  if (!kubelet.found || !facts.distribution.empty()) return {};
  if (!kubelet.command.empty()) {
    const auto known = words_in(root, kubelet.command.front(), {"image-pull-progress-deadline", "maxParallelImagePulls"});
    facts.knows_pull_deadline = known[0];
    facts.knows_parallel_limit = known[1];
  }
  facts.kubelet_config = kubelet.flag("config").value_or("");
  facts.kubelet_config_dir = kubelet.flag("config-dir").value_or("");
  if (!facts.kubelet_config.empty())
    if (const auto text = root.read(facts.kubelet_config)) {
      // A file that does not parse stops whoever wants to change it, not those who look elsewhere.
      if (auto parsed = parse_kubelet_config(*text)) facts.kubelet_settings = std::move(*parsed);
    }
  return {};
}

Result<void> look_at_engine(const node::Root& root, NodeFacts& facts) {
  TRY_ASSIGN(facts.runtime, runtime_of(root, facts));
  std::vector<bool> known;
  switch (facts.runtime) {
    case Runtime::unknown: return {};
    case Runtime::cri_dockerd: {
      TRY_ASSIGN(facts.cri_dockerd, program(root, "cri-docker.service", {"cri-dockerd"}));
      TRY_ASSIGN(facts.engine, program(root, "docker.service", {"docker.io", "docker-ce"}));
      return {};
    }
    case Runtime::dockershim: {
      TRY_ASSIGN(facts.engine, program(root, "docker.service", {"docker.io", "docker-ce"}));
      return {};
    }
    case Runtime::crio: {
      TRY_ASSIGN(facts.engine, program(root, "crio.service", {"cri-o"}));
      const auto binary = facts.engine.command.empty() ? std::string("/usr/bin/crio") : facts.engine.command.front();
      facts.knows_progress_timeout = words_in(root, binary, {"pull_progress_timeout"}).front();
      return {};
    }
    case Runtime::containerd: break;
  }
  std::string binary;
  if (facts.distribution.empty()) {
    TRY_ASSIGN(facts.engine, program(root, "containerd.service", {"containerd", "containerd.io"}));
    facts.containerd_config = facts.engine.flag("config").value_or(facts.engine.flag("c").value_or("/etc/containerd/config.toml"));
    binary = facts.engine.command.empty() ? "/usr/bin/containerd" : facts.engine.command.front();
  } else {
    const auto folder = "/var/lib/rancher/" + facts.distribution;
    facts.engine = facts.kubelet;  // one service for both
    facts.containerd_config = folder + "/agent/etc/containerd/config.toml";
    binary = folder + "/data/current/bin/containerd";  // k3s unpacks itself there
    if (!has(root, binary)) binary = folder + "/bin/containerd";
  }
  known = words_in(root, binary, {"image_pull_progress_timeout", "io.containerd.cri.v1.images"});
  facts.knows_progress_timeout = known[0];
  facts.is_containerd_2 = known[1];
  if (!has(root, binary) && !facts.distribution.empty()) {
    // An image of a node on which the service never ran: its newer releases have containerd 2.
    facts.knows_progress_timeout = facts.is_containerd_2 = true;
  }
  return {};
}

}  // namespace

std::string_view name_of(Runtime runtime) {
  switch (runtime) {
    case Runtime::unknown: return "no runtime";
    case Runtime::dockershim: return "Docker";
    case Runtime::cri_dockerd: return "Docker through cri-dockerd";
    case Runtime::containerd: return "containerd";
    case Runtime::crio: return "CRI-O";
  }
  return {};
}

std::optional<std::string> Program::flag(std::string_view name) const { return node::flag_value(command, name); }

std::vector<bool> words_in(const node::Root& root, std::string_view path, const std::vector<std::string_view>& words) {
  std::vector<bool> found(words.size(), false);
  const auto fd = root.open_file(path);
  if (!fd) return found;
  constexpr std::size_t k_chunk = std::size_t{1} << 20U;
  constexpr std::size_t k_overlap = 256;
  std::string buffer;
  for (;;) {
    const auto kept = std::min(buffer.size(), k_overlap);
    buffer.erase(0, buffer.size() - kept);
    buffer.resize(kept + k_chunk);
    ssize_t got = 0;
    do got = ::read(fd->get(), buffer.data() + kept, k_chunk);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return found;
    buffer.resize(kept + static_cast<std::size_t>(got));
    bool all = true;
    for (std::size_t i = 0; i < words.size(); ++i) {
      found[i] = found[i] || contains(buffer, words[i]);
      all = all && found[i];
    }
    if (all) return found;
  }
}

Result<Value> parse_kubelet_config(std::string_view text) {
  if (!trim(text).empty() && trim(text).front() == '{') return parse_json(text);
  TRY_ASSIGN(auto documents, parse_yaml(text));
  if (documents.empty()) return Value{};
  return std::move(documents.front());
}

Result<NodeFacts> look_at(const node::Root& root) {
  NodeFacts facts;
  facts.name = node_name(root);
  TRY(look_at_kubelet(root, facts));
  TRY(look_at_engine(root, facts));
  facts.platform = platform_of(root, facts.distribution);
  return facts;
}

std::uint16_t healthz_port_of(const NodeFacts& facts) {
  auto text = facts.kubelet.flag("healthz-port").value_or(facts.kubelet_settings["healthzPort"].scalar);
  unsigned port = 10248;
  if (!text.empty()) std::from_chars(text.data(), text.data() + text.size(), port);
  return port > 65535 ? std::uint16_t{0} : static_cast<std::uint16_t>(port);
}

std::string describe(const NodeFacts& facts) {
  const auto with_version = [](std::string_view name, const std::string& version) {
    return version.empty() ? std::string(name) : fmt::format("{} {}", name, version);
  };
  std::string text;
  if (!facts.distribution.empty()) text = facts.distribution == "rke2" ? "RKE2" : facts.distribution;
  else if (facts.kubelet.found) text = with_version("kubelet", facts.kubelet.version);
  else text = "no kubelet under systemd";
  if (facts.runtime == Runtime::unknown) return text + ", no runtime found";
  return text + ", " + with_version(name_of(facts.runtime), facts.distribution.empty() ? facts.engine.version : "");
}

}  // namespace unsnag::remedy
