// SPDX-License-Identifier: Apache-2.0
// The rows. Each says which sources it was read from.
#include "watch/rule.h"

#include <algorithm>
#include <tuple>

namespace unsnag::watch {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Version {
  unsigned major = 0, minor = 0, patch = 0;
  friend bool operator<(const Version& a, const Version& b) {
    return std::tie(a.major, a.minor, a.patch) < std::tie(b.major, b.minor, b.patch);
  }
};

/// Reads digits off the front; nullopt without any, or with more than any version has.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits == 6) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(text[digits] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

/// "v1.20.15-eks-fb459a0" → 1.20.15; "1.20" → 1.20.0. What follows the numbers is not looked at.
std::optional<Version> parse_version(std::string_view text) {
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  Version version;
  const auto major = take_number(text);
  if (!major || text.empty() || text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  const auto minor = take_number(text);
  if (!minor) return std::nullopt;
  version.major = *major;
  version.minor = *minor;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    version.patch = take_number(text).value_or(0);
  }
  return version;
}

// kubernetes pkg/kubelet/dockershim/libdocker/kube_docker_client.go, read in 1.15 to 1.23; the flag came with
// kubernetes PR 36887 (1.6) and went with dockershim. It was never a field of KubeletConfiguration.
Rule docker_rule(std::string_view program) {
  Rule rule{};
  rule.counts = Counts::docker_messages;
  rule.program = program;
  rule.limit = minutes{1};
  rule.zero = Zero::at_once;
  rule.interval = seconds{10};
  rule.settings = {{"--image-pull-progress-deadline", Setting::Kind::flag, "", "", 0}};
  return rule;
}

std::optional<Rule> kubelet(const Version& version) {
  if (version < Version{1, 6, 0} || !(version < Version{1, 24, 0})) return std::nullopt;
  return docker_rule("kubelet");
}

// Mirantis/cri-dockerd libdocker/kube_docker_client.go; PR 376 is in the tags 0.3.15 and later.
std::optional<Rule> cri_dockerd(const Version& version) {
  Rule rule = docker_rule("cri-dockerd");
  if (!(version < Version{0, 3, 15})) rule.spares = Rule::Spares::extracting;
  return rule;
}

// containerd: pkg/cri/server/image_pull.go (1.7), internal/cri/server/images/image_pull.go (2.x); defaults in
// pkg/cri/config and internal/cri/config. Tags read: 1.7.0, 1.7.9, 1.7.10, 1.7.30, 2.0.0, 2.0.11, 2.1.0 to 2.1.9,
// 2.2.0 to 2.2.7, 2.3.0 to 2.3.4, 2.4.0-beta.0.
std::optional<Rule> containerd(const Version& version, PullMode mode) {
  if (version < Version{1, 7, 0}) return std::nullopt;
  const bool two = !(version < Version{2, 0, 0});
  const bool transfer = !(version < Version{2, 1, 0}) && mode != PullMode::local;
  Rule rule{};
  rule.counts = transfer ? Counts::containerd_transfer : Counts::containerd_requests;
  rule.program = "containerd";
  rule.limit = version < Version{1, 7, 10} ? minutes{1} : minutes{5};
  rule.zero = transfer ? Zero::hangs : Zero::off;
  rule.interval = seconds{10};
  if (version < Version{1, 7, 10}) rule.interval_floor = seconds{5};
  // Commit 6c396d050 of 2026-04-27, for the local mode only.
  if (!transfer && !(version < Version{2, 4, 0})) rule.idle = Rule::Idle::starts_afresh;
  constexpr std::string_view k_file = "/etc/containerd/config.toml";
  if (two) {
    rule.settings.push_back({"image_pull_progress_timeout", Setting::Kind::key, k_file, "plugins.'io.containerd.cri.v1.images'", 3});
  }
  rule.settings.push_back({"image_pull_progress_timeout", Setting::Kind::key, k_file, "plugins.\"io.containerd.grpc.v1.cri\"", 2});
  return rule;
}

// CRI-O server/image_pull.go and pkg/config/config.go. All tags of 1.28 to 1.34 were read. The constant of 10 s became
// a setting in 1.30.11, 1.31.3 and 1.32.0; its default became 0 in 1.30.14, 1.31.9 and 1.32.4.
std::optional<Rule> crio(const Version& version) {
  if (version < Version{1, 30, 0}) return std::nullopt;
  const auto since = [&](unsigned of_30, unsigned of_31, unsigned of_32) {
    if (version.major > 1 || version.minor > 32) return true;
    const unsigned first = version.minor == 30 ? of_30 : version.minor == 31 ? of_31 : of_32;
    return version.patch >= first;
  };
  Rule rule{};
  rule.counts = Counts::crio_events;
  rule.program = "cri-o";
  rule.limit = since(14, 9, 4) ? seconds{0} : seconds{10};
  rule.zero = Zero::off;
  if (since(11, 3, 0)) {
    rule.settings = {{"pull_progress_timeout", Setting::Kind::key, "/etc/crio/crio.conf.d/", "crio.image", 0},
                     {"--pull-progress-timeout", Setting::Kind::flag, "", "", 0}};
  }
  return rule;
}

}  // namespace

nanoseconds Rule::look_every() const {
  const bool halves = counts == Counts::containerd_requests || counts == Counts::containerd_transfer;
  if (!halves || limit >= interval) return interval;
  // Go's ticker panics at 0, so that a limit below 2 ns ends containerd; nobody sets that.
  return std::max({limit / 2, interval_floor, nanoseconds{1}});
}

std::optional<Rule> rule_for(std::string_view program, std::string_view version, PullMode mode) {
  const auto parsed = parse_version(version);
  if (!parsed) return std::nullopt;
  if (program == "kubelet") return kubelet(*parsed);
  if (program == "cri-dockerd") return cri_dockerd(*parsed);
  if (program == "containerd") return containerd(*parsed, mode);
  if (program == "cri-o" || program == "crio") return crio(*parsed);
  return std::nullopt;
}

}  // namespace unsnag::watch
