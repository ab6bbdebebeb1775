// SPDX-License-Identifier: Apache-2.0
// The flags of the programs that pull or let pull, from a unit, an environment file or /proc/<pid>/cmdline.
// A kubelet flag that also is a key of its configuration goes by that key, so that rules know one name; those
// that are flags alone, such as the dockershim's deadline, keep theirs.
#include <array>

#include "base/text.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

struct Flag {
  std::string_view flag, key;
};

constexpr std::array<Flag, 31> k_kubelet_flags{{
    {"image-pull-progress-deadline", "image-pull-progress-deadline"},
    {"serialize-image-pulls", "serializeImagePulls"},
    {"max-parallel-image-pulls", "maxParallelImagePulls"},
    {"registry-qps", "registryPullQPS"},
    {"registry-burst", "registryBurst"},
    {"image-gc-high-threshold", "imageGCHighThresholdPercent"},
    {"image-gc-low-threshold", "imageGCLowThresholdPercent"},
    {"minimum-image-ttl-duration", "imageMinimumGCAge"},
    {"runtime-request-timeout", "runtimeRequestTimeout"},
    {"eviction-hard", "evictionHard"},
    {"container-runtime", "container-runtime"},
    {"container-runtime-endpoint", "containerRuntimeEndpoint"},
    {"image-service-endpoint", "imageServiceEndpoint"},
    {"pod-infra-container-image", "pod-infra-container-image"},
    {"image-credential-provider-config", "image-credential-provider-config"},
    {"image-credential-provider-bin-dir", "image-credential-provider-bin-dir"},
    {"config", "config"},
    {"config-dir", "config-dir"},
    {"docker-endpoint", "docker-endpoint"},
    {"docker", "docker"},
    {"root-dir", "root-dir"},
    {"v", "v"},
    {"feature-gates", "featureGates"},
    {"cloud-provider", "cloud-provider"},
    {"hostname-override", "hostname-override"},
    {"event-qps", "eventRecordQPS"},
    {"event-burst", "eventBurst"},
    {"node-labels", "node-labels"},
    {"experimental-dockershim-root-directory", "dockershim-root"},
    {"azure-container-registry-config", "azure-container-registry-config"},
    {"network-plugin", "network-plugin"},
}};

constexpr std::array<std::string_view, 14> k_dockerd_flags{"registry-mirror",
                                                           "insecure-registry",
                                                           "max-concurrent-downloads",
                                                           "max-download-attempts",
                                                           "data-root",
                                                           "graph",
                                                           "g",
                                                           "live-restore",
                                                           "storage-driver",
                                                           "s",
                                                           "http-proxy",
                                                           "https-proxy",
                                                           "no-proxy",
                                                           "debug"};
constexpr std::array<std::string_view, 6> k_containerd_flags{"config", "c", "root", "state", "address", "log-level"};
constexpr std::array<std::string_view, 13> k_crio_flags{"pull-progress-timeout",
                                                        "pause-image",
                                                        "insecure-registry",
                                                        "registry",
                                                        "signature-policy",
                                                        "root",
                                                        "storage-driver",
                                                        "big-files-temporary-dir",
                                                        "config",
                                                        "config-dir",
                                                        "registries-conf",
                                                        "global-auth-file",
                                                        "short-name-mode"};
constexpr std::array<std::string_view, 6> k_cri_dockerd_flags{"image-pull-progress-deadline", "runtime-request-timeout",
                                                              "pod-infra-container-image",    "docker-endpoint",
                                                              "container-runtime-endpoint",   "log-level"};

template <std::size_t N>
std::string_view same(const std::array<std::string_view, N>& flags, std::string_view flag) {
  for (std::string_view known : flags) {
    if (known == flag) return known;
  }
  return {};
}

std::string_view program_of(std::string_view binary) {
  binary = base_name(binary);
  if (binary == "kubelet" || binary == "hyperkube") return "kubelet";
  if (binary == "dockerd" || binary == "dockerd-current") return "dockerd";
  if (binary == "containerd") return "containerd";
  if (binary == "crio" || binary == "cri-o") return "cri-o";
  if (binary == "cri-dockerd") return "cri-dockerd";
  if (binary == "k3s" || binary == "rke2") return binary == "k3s" ? "k3s" : "rke2";
  return {};
}

std::string key_of(std::string_view program, std::string_view flag) {
  if (program == "kubelet") {
    for (const Flag& known : k_kubelet_flags) {
      if (known.flag == flag) return std::string(known.key);
    }
    return {};
  }
  std::string_view key;
  if (program == "dockerd") key = same(k_dockerd_flags, flag);
  if (program == "containerd") key = same(k_containerd_flags, flag);
  if (program == "cri-o") key = same(k_crio_flags, flag);
  if (program == "cri-dockerd") key = same(k_cri_dockerd_flags, flag);
  if (key == "g" || key == "graph") return "data-root";
  if (key == "s") return "storage-driver";
  if (key == "c") return "config";
  std::string name(key);
  // CRI-O's file writes the same words with low lines.
  if (program == "cri-o")
    for (char& c : name)
      if (c == '-') c = '_';
  return name;
}

}  // namespace

bool command_flags(const std::vector<Word>& words, Notes& notes) {
  if (words.empty()) return false;
  const std::string_view program = program_of(words.front().text);
  if (program.empty()) return false;
  struct Seen {
    std::string key, value;
    std::uint64_t line;
    std::string file;
  };
  std::vector<Seen> seen;
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::string_view word = words[i].text;
    if (!word.starts_with('-')) continue;
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    const std::size_t equals = word.find('=');
    std::string value;
    const std::string_view flag = word.substr(0, equals);
    const std::uint64_t line = words[i].line;
    const std::string& file = words[i].file;
    if (equals != std::string_view::npos) value = std::string(word.substr(equals + 1));
    else if (i + 1 < words.size() && !words[i + 1].text.starts_with('-')) value = words[++i].text;
    else value = "true";
    if ((program == "k3s" || program == "rke2") && flag == "kubelet-arg") {
      command_flags({{"kubelet", line}, {value.starts_with("--") ? value : "--" + value, line}}, notes);
      continue;
    }
    std::string key = key_of(program, flag);
    if (key.empty() || value.empty()) continue;
    const bool repeats = key == "registry-mirror" || key == "insecure-registry" || key == "insecure_registry" || key == "registry";
    bool known = false;
    for (Seen& other : seen) {
      if (repeats || other.key != key) continue;
      other = Seen{key, value, line, file};  // the last one counts (spf13/pflag)
      known = true;
    }
    if (!known && seen.size() < 512) seen.push_back({std::move(key), std::move(value), line, file});
  }
  const std::string own_path = notes.real_path;
  for (const Seen& one : seen) {
    notes.real_path = one.file.empty() ? own_path : one.file;
    if (one.key == "registry-mirror") {
      Mirror hub;
      hub.registry = "docker.io";
      hub.url = one.value;
      hub.line = one.line;
      mirror(hub, notes);
    } else if (program == "dockerd" && one.key.ends_with("-proxy")) {
      proxy_setting("dockerd",
                    one.key == "http-proxy"    ? "HTTP_PROXY"
                    : one.key == "https-proxy" ? "HTTPS_PROXY"
                                               : "NO_PROXY",
                    one.value, one.line, notes);
    } else {
      notes.setting(program, one.key, one.value, "flag", one.line);
    }
  }
  notes.real_path = own_path;
  return true;
}

void proxy_setting(std::string_view of, std::string_view variable, std::string_view value, std::uint64_t line, Notes& notes) {
  const std::string name = lower(variable);
  value = trim(value);
  if (value.empty() || (name != "http_proxy" && name != "https_proxy" && name != "no_proxy" && name != "all_proxy")) return;
  const std::string shown = redact(value);
  if (name == "no_proxy") {
    notes.add(make_fact("proxy-set", {{"of", of}, {"no-proxy", shown}}), line);
    return;
  }
  const std::string_view scheme = name == "http_proxy" ? "http" : name == "https_proxy" ? "https" : "all";
  notes.add(make_fact("proxy-set", {{"of", of}, {"proxy", shown}, {"scheme", scheme}}), line);
  // The proxy's own scheme: https:// means TLS to the proxy, which few proxies speak on their usual ports.
  const Url url = parse_url(value);
  if (url.has_scheme && url.scheme == "https" &&
      (url.host.ends_with(":3128") || url.host.ends_with(":8080") || url.host.ends_with(":80"))) {
    notes.oddity(of, variable, value, "tls-to-proxy", line);
  } else if (url.has_scheme && url.scheme != "http" && url.scheme != "https" && url.scheme != "socks5" && url.scheme != "socks5h") {
    notes.oddity(of, variable, value, "proxy-scheme", line);
  }
}

bool read_command_line(Notes& notes) {
  const std::string_view text = notes.text();
  if (text.size() > 65536) return false;
  // /proc/<pid>/cmdline separates by NUL; a copy of it by blanks.
  std::size_t lines = 0;
  bool any = false;
  std::uint64_t number = 0;
  const auto commands = [&](bool emit) {
    number = 0;
    for (std::string_view line : split(text, '\n')) {
      ++number;
      if (trim(line).empty()) continue;
      ++lines;
      std::vector<Word> words;
      std::string blanks(line);
      for (char& c : blanks)
        if (c == '\0') c = ' ';
      for (std::string_view word : split_words(blanks)) words.push_back({std::string(word), number});
      if (words.empty() || program_of(words.front().text).empty()) return false;
      // "containerd --version" and the like are said, not run.
      if (!words.front().text.starts_with('/') && !contains(notes.basename(), "cmdline")) return false;
      if (emit) any = command_flags(words, notes) || any;
    }
    return lines > 0;
  };
  if (!commands(false)) return false;
  notes.reader = "reader.command-line";
  lines = 0;
  commands(true);
  return any;
}

}  // namespace unsnag::readers::node
