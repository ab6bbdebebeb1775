// SPDX-License-Identifier: Apache-2.0
// Lists of settings as cures have them, for tests here and for tests/platforms, which holds what is printed for them against
// the platforms' own parsers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platforms/platforms.h"

namespace unsnag::platforms {

struct Case {
  std::string name;
  std::vector<settings::Setting> settings;
  Context context;
};

inline const std::vector<Case>& cases() {
  using settings::Kind;
  using settings::Setting;
  using settings::Target;
  static const std::vector<Case> list = [] {
    const auto context = [](std::string cause, Runtime runtime) {
      Context out;
      out.runtime = runtime;
      out.cause_title = "A title of " + cause;
      out.command = "unsnag fix " + cause + " --print";
      out.cause = std::move(cause);
      return out;
    };
    const Setting deadline_flag{Target::kubelet_flag, {}, "image-pull-progress-deadline", "10m", Kind::text, {}};
    const Setting deadline{Target::containerd, {}, "image_pull_progress_timeout", "10m", Kind::text, {}};
    const Setting proxy{Target::environment, "containerd", "HTTPS_PROXY", "http://proxy.example.com:3128", Kind::text, {}};
    const Setting no_proxy{Target::environment, "containerd.service", "NO_PROXY", "10.0.0.0/8,.cluster.local", Kind::text, {}};
    const Setting config_path{Target::containerd, {}, "registry.config_path", "/etc/containerd/certs.d", Kind::text, {}};
    const Setting hosts{
        Target::file,
        {},
        "/etc/containerd/certs.d/docker.io/hosts.toml",
        "server = \"https://registry-1.docker.io\"\n\n[host.\"https://mirror.example.com\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
        Kind::text,
        {}};
    const Setting parallel{Target::kubelet_config, {}, "serializeImagePulls", "false", Kind::boolean, {}};
    const Setting instances{Target::sysctl, {}, "fs.inotify.max_user_instances", "8192", Kind::number, {}};
    std::vector<Case> out = {
        {"deadline-docker", {deadline_flag}, context("progress-deadline", Runtime::docker)},
        {"deadline-containerd", {deadline}, context("progress-deadline", Runtime::containerd)},
        {"deadline-cri-dockerd",
         {{Target::cri_dockerd_flag, {}, "image-pull-progress-deadline", "10m", Kind::text, {}}},
         context("progress-deadline", Runtime::cri_dockerd)},
        {"deadline-crio",
         {{Target::crio, {}, "crio.image.pull_progress_timeout", "10m", Kind::text, {}}},
         context("progress-deadline", Runtime::crio)},
        {"local-pull",
         {{Target::containerd, {}, "use_local_image_pull", "true", Kind::boolean, {}}},
         context("progress-deadline", Runtime::containerd)},
        {"proxy", {proxy, no_proxy}, context("proxy-misconfigured", Runtime::containerd)},
        {"mirror", {config_path, hosts}, context("rate-limited", Runtime::containerd)},
        {"mirror-docker",
         {{Target::docker, {}, "registry-mirrors", {}, Kind::list, {"https://mirror.example.com", "https://other.example.com"}}},
         context("rate-limited", Runtime::docker)},
        {"mirror-crio",
         {{Target::file,
           {},
           "/etc/containers/registries.conf.d/50-mirror.conf",
           "[[registry]]\nlocation = \"docker.io\"\n\n[[registry.mirror]]\nlocation = \"mirror.example.com\"\n",
           Kind::text,
           {}}},
         context("rate-limited", Runtime::crio)},
        {"kubelet-config",
         {parallel,
          {Target::kubelet_config, {}, "maxParallelImagePulls", "5", Kind::number, {}},
          {Target::kubelet_config, {}, "evictionHard.imagefs.available", "15%", Kind::text, {}}},
         context("serialized-queue", Runtime::unknown)},
        {"qps",
         {{Target::kubelet_config, {}, "registryPullQPS", "20", Kind::number, {}},
          {Target::kubelet_config, {}, "registryBurst", "40", Kind::number, {}}},
         context("pull-qps-exceeded", Runtime::unknown)},
        {"gc",
         {{Target::kubelet_config, {}, "imageGCHighThresholdPercent", "75", Kind::number, {}},
          {Target::kubelet_config, {}, "imageGCLowThresholdPercent", "65", Kind::number, {}}},
         context("disk-full", Runtime::unknown)},
        {"limits",
         {{Target::unit, "containerd.service", "Service.LimitNOFILE", "1048576", Kind::number, {}},
          instances,
          {Target::sysctl, {}, "fs.inotify.max_user_watches", "1048576", Kind::number, {}}},
         context("fd-or-process-limit", Runtime::containerd)},
        {"ca",
         {{Target::file,
           {},
           "/usr/local/share/ca-certificates/example.crt",
           "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
           Kind::text,
           {}}},
         context("tls-untrusted", Runtime::containerd)},
        {"ca-of-registry",
         {{Target::file,
           {},
           "/etc/containerd/certs.d/registry.example:5000/ca.crt",
           "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
           Kind::text,
           {}},
          config_path,
          {Target::file,
           {},
           "/etc/containerd/certs.d/registry.example:5000/hosts.toml",
           "server = \"https://registry.example:5000\"\n\n[host.\"https://registry.example:5000\"]\n  capabilities = [\"pull\", "
           "\"resolve\"]\n  ca = \"/etc/containerd/certs.d/registry.example:5000/ca.crt\"\n",
           Kind::text,
           {}}},
         context("tls-untrusted", Runtime::containerd)},
        {"ca-crio",
         {{Target::file,
           {},
           "/etc/containers/certs.d/registry.example:5000/ca.crt",
           "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
           Kind::text,
           {}}},
         context("tls-untrusted", Runtime::crio)},
        {"limits-crio",
         {{Target::unit, "crio.service", "Service.LimitNOFILE", "1048576", Kind::number, {}}, instances},
         context("fd-or-process-limit", Runtime::crio)},
        {"plain-http",
         {config_path,
          {Target::file,
           {},
           "/etc/containerd/certs.d/registry.example:5000/hosts.toml",
           "server = \"https://registry.example:5000\"\n\n[host.\"http://registry.example:5000\"]\n  capabilities = [\"pull\", "
           "\"resolve\"]\n",
           Kind::text,
           {}}},
         context("http-https-mismatch", Runtime::containerd)},
        {"kubelet-parallel",
         {parallel, {Target::kubelet_config, {}, "maxParallelImagePulls", "5", Kind::number, {}}},
         context("serialized-queue", Runtime::unknown)},
        {"odd-file",
         {{Target::file, {}, "/var/lib/odd", "${A} %{b}\t'END' \"q\" {{ c }}\nEOT\n  in\n", Kind::text, {}}},
         context("corrupt-store", Runtime::containerd)},
        {"everything-containerd",
         {deadline, proxy, no_proxy, config_path, hosts, parallel, instances},
         context("progress-deadline", Runtime::containerd)},
    };
    return out;
  }();
  return list;
}

inline const Case& case_named(std::string_view name) {
  for (const auto& one : cases())
    if (one.name == name) return one;
  return cases().front();
}

}  // namespace unsnag::platforms
