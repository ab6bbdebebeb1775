// SPDX-License-Identifier: Apache-2.0
// A stand-in for kubelet on a node that tests boot: it takes the flags and the configuration that a kubelet of its version takes,
// ends with that one's words at anything else, and says on 127.0.0.1:10248 that it is healthy. Built once for each version,
// since a program's file shows which flags it knows. No pod ever runs.
//
// One thing is its own: an --image-pull-progress-deadline above one hour ends it 2 s after its start, so that a restart that
// goes wrong late can be seen.
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#ifndef KUBELET_MINOR
#define KUBELET_MINOR 29
#endif

namespace {

const std::vector<std::string> k_flags = {
    "config",
    "kubeconfig",
    "bootstrap-kubeconfig",
    "node-ip",
    "node-labels",
    "register-with-taints",
    "v",
    "hostname-override",
    "cloud-provider",
    "container-runtime-endpoint",
    "registry-qps",
    "registry-burst",
    "serialize-image-pulls",
    "image-gc-high-threshold",
    "image-gc-low-threshold",
    "runtime-request-timeout",
    "healthz-port",
    "max-pods",
    "pod-infra-container-image",
    "image-credential-provider-config",
    "image-credential-provider-bin-dir",
#if KUBELET_MINOR < 24
    "container-runtime",
    "network-plugin",
    "image-pull-progress-deadline",
    "cni-conf-dir",
#endif
#if KUBELET_MINOR >= 28
    "config-dir",
#endif
};

const std::vector<std::string> k_keys = {
    "apiVersion",
    "kind",
    "serializeImagePulls",
    "registryPullQPS",
    "registryBurst",
    "runtimeRequestTimeout",
    "imageGCHighThresholdPercent",
    "imageGCLowThresholdPercent",
    "healthzPort",
    "maxPods",
    "cgroupDriver",
    "clusterDNS",
    "authentication",
    "logging",
#if KUBELET_MINOR >= 27
    "containerRuntimeEndpoint",
    "maxParallelImagePulls",
#endif
};

bool has(const std::vector<std::string>& list, const std::string& one) { return std::find(list.begin(), list.end(), one) != list.end(); }

[[noreturn]] void give_up(const std::string& why) {
#if KUBELET_MINOR >= 24
  std::fprintf(stderr, "E1124 07:12:08.000000       1 run.go:74] \"command failed\" err=\"%s\"\n", why.c_str());
  std::exit(1);
#else
  std::fprintf(stderr, "F1124 07:12:08.000000       1 server.go:156] %s\n", why.c_str());
  std::exit(255);
#endif
}

/// Go's time.ParseDuration, as far as it needs it; below zero: it is none.
double seconds_of(const std::string& text) {
  double all = 0;
  const char* at = text.c_str();
  if (*at == '\0') return -1;
  while (*at != '\0') {
    char* end = nullptr;
    const double number = std::strtod(at, &end);
    if (end == at) return -1;
    if (*end == 'h') all += number * 3600;
    else if (*end == 'm' && end[1] != 's') all += number * 60;
    else if (*end == 's') all += number;
    else return -1;
    at = end + 1;
  }
  return all;
}

/// The keys of the outermost level of a document in JSON (as our tests write it, a key a line) or YAML.
void read_config(const std::string& path, std::map<std::string, std::string>& settings) {
  std::ifstream in(path);
  if (!in) give_up("failed to load kubelet config file, path: " + path + ", error: open " + path + ": no such file or directory");
  std::string line;
  bool json = false;
  int depth = 0;
  while (std::getline(in, line)) {
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string::npos || line[first] == '#') continue;
    if (line[first] == '{') json = true;
    const int before = depth;
    for (const char c : line) depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    const auto colon = line.find(':');
    if (colon == std::string::npos || (json ? before != 1 : first != 0)) continue;
    auto key = line.substr(first, colon - first), value = line.substr(colon + 1);
    const auto strip = [](std::string& text) {
      std::string kept;
      for (const char c : text)
        if (c != '"' && c != ' ' && c != ',') kept += c;
      text = kept;
    };
    strip(key);
    strip(value);
    if (!has(k_keys, key))
      give_up("failed to load kubelet config file, path: " + path + ", error: strict decoding error: unknown field \\\"" + key + "\\\"");
    settings[key] = value;
  }
}

void serve(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 8) != 0)
    give_up("failed to start healthz server");
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    char request[1024];
    (void)!::read(client, request, sizeof request);
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    (void)!::write(client, answer.data(), answer.size());
    ::close(client);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> flags, settings;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word.substr(0, 2) != "--") give_up("unknown command " + word);
    const auto equals = word.find('=');
    const auto name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (!has(k_flags, name)) give_up("failed to parse kubelet flag: unknown flag: --" + name);
    if (equals != std::string::npos) flags[name] = word.substr(equals + 1);
    else if (i + 1 < argc) flags[name] = argv[++i];
    else give_up("failed to parse kubelet flag: flag needs an argument: --" + name);
  }
  if (flags.count("config") != 0) read_config(flags["config"], settings);
  if (flags.count("config-dir") != 0) {
    std::vector<std::string> names;
    if (DIR* folder = ::opendir(flags["config-dir"].c_str())) {
      while (const auto* entry = ::readdir(folder)) names.emplace_back(entry->d_name);
      ::closedir(folder);
    }
    std::sort(names.begin(), names.end());
    for (const auto& name : names)
      if (name.size() > 5 && name.substr(name.size() - 5) == ".conf") read_config(flags["config-dir"] + "/" + name, settings);
  }
  for (const auto& [key, flag] : std::map<std::string, std::string>{{"imageGCHighThresholdPercent", "image-gc-high-threshold"},
                                                                    {"imageGCLowThresholdPercent", "image-gc-low-threshold"}})
    if (flags.count(flag) != 0) settings[key] = flags[flag];
  const auto number = [&](const char* key, int otherwise) {
    return settings.count(key) != 0 ? std::atoi(settings[key].c_str()) : otherwise;
  };
  if (number("imageGCLowThresholdPercent", 80) >= number("imageGCHighThresholdPercent", 85))
    give_up(
        "failed to validate kubelet configuration, error: invalid configuration: imageGCLowThresholdPercent must be less than "
        "imageGCHighThresholdPercent");
#if KUBELET_MINOR < 24
  const auto deadline = flags.find("image-pull-progress-deadline");
  if (deadline != flags.end()) {
    const double seconds = seconds_of(deadline->second);
    if (seconds < 0)
      give_up("invalid argument \"" + deadline->second + "\" for \"--image-pull-progress-deadline\" flag: time: missing unit in duration");
    if (seconds > 3600 && ::fork() == 0) {
      ::sleep(2);
      std::fprintf(stderr, "F1124 07:12:10.000000       1 docker.go:1] a deadline of more than an hour\n");
      ::kill(::getppid(), SIGABRT);
      std::_Exit(0);
    }
  }
#else
  (void)seconds_of("");
#endif
  std::fprintf(stderr, "I1124 07:12:08.000000       1 server.go:417] Kubelet version: v1.%d.0\n", KUBELET_MINOR);
  serve(static_cast<std::uint16_t>(flags.count("healthz-port") != 0 ? std::atoi(flags["healthz-port"].c_str())
                                                                    : number("healthzPort", 10248)));
}
