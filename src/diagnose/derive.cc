// SPDX-License-Identifier: Apache-2.0
// Facts that no single line states: they follow from several, or from a timeline's shape. Each names its grounds,
// so that a verdict that rests on it can still show lines.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "catalogue/fact_kinds.h"
#include "diagnose/case_file.h"
#include "diagnose/timeline_index.h"

namespace unsnag::diagnose {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;
using timeline::Noted;
using timeline::Outcome;
using timeline::Phase;
using timeline::Pull;

double number(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

CaseFact derived(std::string name, std::initializer_list<std::pair<std::string_view, std::string>> attributes,
                 std::vector<const Noted*> because = {}) {
  CaseFact fact;
  fact.fact.name = std::move(name);
  for (const auto& [key, value] : attributes) fact.fact.set(key, value);
  fact.because = std::move(because);
  return fact;
}

std::string whole_seconds(nanoseconds span) { return std::to_string(duration_cast<seconds>(span).count()); }

bool is_private_address(std::string_view host) {
  return host.substr(0, 3) == "10." || host.substr(0, 8) == "192.168." || host.substr(0, 4) == "127." || host.substr(0, 9) == "localhost" ||
         (host.substr(0, 4) == "172." && number(host.substr(4)) >= 16 && number(host.substr(4)) < 32);
}

std::string registry_kind(std::string_view host) {
  if (host == "docker.io") return "hub";
  if (contains(host, ".dkr.ecr.") || contains(host, ".dkr-ecr.")) return "ecr";
  if (host == "public.ecr.aws") return "ecr-public";
  if (host == "gcr.io" || (host.size() > 7 && host.substr(host.size() - 7) == ".gcr.io" && host != "k8s.gcr.io")) return "gcr";
  if (contains(host, "-docker.pkg.dev")) return "gar";
  if (contains(host, ".azurecr.")) return "acr";
  if (host == "quay.io") return "quay";
  if (host == "ghcr.io" || host == "docker.pkg.github.com") return "ghcr";
  if (host == "registry.gitlab.com") return "gitlab";
  if (host == "mcr.microsoft.com") return "mcr";
  if (host == "registry.k8s.io" || host == "k8s.gcr.io") return "k8s";
  if (host == "registry.redhat.io" || host == "registry.access.redhat.com") return "redhat";
  if (is_private_address(host)) return "local";
  return "other";
}

/// Which runtime pulls here: what versions, messages and endpoints say.
void derive_runtime(CaseFile& file) {
  std::string name, version, dockershim;
  std::vector<const Noted*> because;
  const auto take = [&](std::string_view candidate, const Noted* noted) {
    if (!name.empty()) return;
    name = candidate;
    if (noted != nullptr) because.push_back(noted);
  };
  // Docker brings its own containerd, so Docker's traces come first.
  for (const auto& fact : file.facts) {
    if (fact.noted == nullptr) continue;
    const auto& f = fact.fact;
    const auto program = f.get("program");
    const auto value = f.get("value");
    if ((f.name == "version" && f.get("of") == "dockerd") || program == "dockerd" || program == "cri-dockerd" || program == "dockershim" ||
        contains(value, "docker://") || f.get("of") == "dockerd" || f.get("engine") == "dockerd" ||
        f.get("message").starts_with("dockershim.") || f.get("message").starts_with("cri-dockerd.") ||
        f.get("path").starts_with("/var/lib/docker/") || (f.name == "cancelled" && contains(f.get("by"), "dockershim")))
      take("docker", fact.noted);
    if (f.name == "cancelled" && contains(f.get("by"), "dockershim")) dockershim = "yes";
  }
  for (const auto& fact : file.facts) {
    if (fact.noted == nullptr) continue;
    const auto& f = fact.fact;
    const auto program = f.get("program");
    const auto message = f.get("message");
    if ((f.name == "version" && f.get("of") == "cri-o") || program == "cri-o" || program == "crio" || message.substr(0, 5) == "crio." ||
        message.substr(0, 17) == "containers-image." || f.get("engine") == "containers-image" ||
        f.get("path").starts_with("/var/lib/containers/"))
      take("cri-o", fact.noted);
    if ((f.name == "version" && f.get("of") == "containerd") || program == "containerd" || message.substr(0, 11) == "containerd." ||
        f.get("engine") == "containerd" || f.get("path").starts_with("/var/lib/containerd/"))
      take("containerd", fact.noted);
    if (message.substr(0, 8) == "dockerd.") take("docker", fact.noted);
  }
  // Docker's own configuration lies about on many nodes: it tells only where nobody else does.
  for (const auto& fact : file.facts)
    if (fact.noted != nullptr && fact.noted->first_origin.file.ends_with("docker/daemon.json")) take("docker", fact.noted);
  for (const auto& fact : file.facts)
    if (fact.fact.name == "version" && (fact.fact.get("of") == name || (name == "docker" && fact.fact.get("of") == "dockerd")) &&
        version.empty())
      version = fact.fact.get("version");
  if (!name.empty()) file.facts.push_back(derived("runtime", {{"name", name}, {"version", version}, {"dockershim", dockershim}}, because));
}

void derive_disks(CaseFile& file) {
  std::vector<CaseFact> found;
  for (const auto& fact : file.facts) {
    if (fact.fact.name != "fs-usage") continue;
    const auto mount = std::string(fact.fact.get("mount"));
    const auto use = fact.fact.get("use"), inodes = fact.fact.get("inodes");
    // Read-only images (squashfs, iso9660) are always full; nobody writes there.
    if (contains(mount, "/snap/") || contains(fact.fact.get("device"), "/dev/sr")) continue;
    if (!use.empty() && number(use) >= 97) found.push_back(derived("fs-full", {{"mount", mount}, {"use", std::string(use)}}, {fact.noted}));
    if (!use.empty() && number(use) >= 85) found.push_back(derived("fs-high", {{"mount", mount}, {"use", std::string(use)}}, {fact.noted}));
    if (!inodes.empty() && number(inodes) >= 99)
      found.push_back(derived("inodes-full", {{"mount", mount}, {"inodes", std::string(inodes)}}, {fact.noted}));
  }
  std::move(found.begin(), found.end(), std::back_inserter(file.facts));
}

/// Where a node's programs keep what they write; other paths in an error are a file's in the image that is unpacked.
bool is_of_the_node(std::string_view path) {
  static constexpr std::array<std::string_view, 9> k_folders{"/var/lib/containerd", "/var/lib/docker",  "/var/lib/containers",
                                                             "/var/lib/rancher",    "/var/lib/kubelet", "/var/lib/k0s",
                                                             "/var/snap",           "/var/tmp",         "/run/"};
  return std::any_of(k_folders.begin(), k_folders.end(), [&](std::string_view folder) { return path.starts_with(folder); });
}

/// What is full: the file system that was measured, else the path of the node's own that could not be written.
void derive_full_place(CaseFile& file) {
  std::string mount;
  for (const auto& fact : file.facts)
    if (fact.fact.name == "fs-full" && (mount.empty() || is_of_the_node(fact.fact.get("mount")))) mount = fact.fact.get("mount");
  for (auto& fact : file.facts) {
    if (fact.fact.name != "no-space") continue;
    const auto path = std::string(fact.fact.get("path"));
    fact.fact.set("where", !mount.empty() ? mount + " is full" : is_of_the_node(path) ? path : "");
  }
}

/// No clock that tells the date tells an earlier one.
constexpr SysTime k_first_of_kubernetes = std::chrono::sys_days{std::chrono::year{2014} / 1 / 1};

/// The runtime began this pull in the very moment that another one ended: kubelet's queue let it go. Two containers
/// of one pod are apart by the time it takes to create and start the first.
void derive_queue_by_order(const CaseFile& file, std::vector<CaseFact>& found) {
  const auto [other, before] = file.index->let_go(*file.pull_index);
  if (other == nullptr) return;
  std::vector<const Noted*> because;
  for (const auto& fact : file.facts)
    if (fact.fact.name == "pull-started" && fact.tie == Tie::own) because.push_back(fact.noted);
  for (const auto& fact : other->facts)
    if (fact.fact.name == "pull-succeeded" || fact.fact.name == "pull-failed") because.push_back(&fact);
  found.push_back(
      derived("queued", {{"waited", whole_seconds(*before->end.at - *before->begin.at)}, {"behind", other->image_as_given}, {"now", "no"}},
              because));
}

/// Up to kubelet 1.25 the printed time includes the queue (it has no "including waiting"): several long ones at once.
void derive_side_by_side(const CaseFile& file, std::vector<CaseFact>& found) {
  const auto because = file.index->long_totals(file.node, file.image);
  if (because.size() >= 2) found.push_back(derived("queued", {{"now", "unknown"}}, because));
}

/// Who says that this image's pull began.
std::vector<const Noted*> beginnings(const CaseFile& file) {
  std::vector<const Noted*> found;
  for (const auto& fact : file.facts)
    if ((fact.fact.name == "pull-requested" || fact.fact.name == "pull-started") && fact.tie == Tie::own) found.push_back(fact.noted);
  return found;
}

/// dockerd (moby 1.13 to 28, distribution/pull.go) tells no pull's success: by its log alone, every good one is open.
bool only_docker_told(const Pull& pull, const std::vector<const Noted*>& beginnings) {
  return !beginnings.empty() && pull.attempts.back().samples.empty() &&
         std::all_of(beginnings.begin(), beginnings.end(), [](const Noted* noted) {
           return noted->first_origin.program == "dockerd" && noted->last_origin.program == "dockerd";
         });
}

void derive_waiting(CaseFile& file) {
  const auto& pull = *file.pull;
  std::vector<CaseFact> found;
  const auto* beside = file.index->beside(*file.pull_index);
  const std::string behind = beside == nullptr ? "" : beside->image_as_given;

  for (const auto& fact : file.facts) {
    if (fact.fact.name != "pull-succeeded" || fact.tie != Tie::own) continue;
    const auto took = parse_duration(fact.fact.get("took")), total = parse_duration(fact.fact.get("total"));
    if (took && total && *total - *took >= seconds(8) && *total - *took > *took)
      found.push_back(derived("queued", {{"waited", whole_seconds(*total - *took)}, {"behind", behind}, {"now", "no"}}, {fact.noted}));
    if (took && *took >= seconds(40)) found.push_back(derived("long-pull", {{"took", whole_seconds(*took)}}, {fact.noted}));
  }

  derive_queue_by_order(file, found);
  derive_side_by_side(file, found);

  const auto because = beginnings(file);
  const bool unfinished = !pull.attempts.empty() && !pull.attempts.back().outcome && !only_docker_told(pull, because);
  if (unfinished) {
    const auto& attempt = pull.attempts.back();
    const bool started =
        std::any_of(attempt.spans.begin(), attempt.spans.end(), [](const auto& span) { return span.phase != Phase::queue; }) ||
        !attempt.samples.empty();
    const bool runtime_heard = file.index->hears_runtime(pull.node);
    // A recorded stream counts from its own begin, which no other clock knows.
    const auto end = attempt.begin.at && *attempt.begin.at > k_first_of_kubernetes ? file.index->end(pull.node) : std::nullopt;
    auto open = asked_ago(file, &attempt).value_or(nanoseconds{0});
    if (end) open = std::max<nanoseconds>(open, *end - *attempt.begin.at);
    const auto open_for = whole_seconds(open);
    found.push_back(derived("in-flight", {{"for", open_for}, {"started", started ? "yes" : runtime_heard ? "no" : "unknown"}}, because));
    if (!started && runtime_heard && !behind.empty())
      found.push_back(derived("queued", {{"waited", open_for}, {"behind", behind}, {"now", "yes"}}, because));
  }
  std::move(found.begin(), found.end(), std::back_inserter(file.facts));
}

/// Bytes that come, but so slowly that no useful pull ends: less than this over at least that long.
constexpr double k_trickle_rate = 20'000;  // bytes a second
constexpr seconds k_trickle_time{20};

void derive_samples(CaseFile& file) {
  for (const auto& attempt : file.pull->attempts) {
    if (attempt.samples.size() < 2) continue;
    // The slowest layer that is still being downloaded at the end.
    const auto& last = attempt.samples.back();
    const timeline::Progress* first = nullptr;
    for (const auto& sample : attempt.samples)
      if (sample.layer == last.layer && sample.phase == Phase::download && sample.done && first == nullptr) first = &sample;
    if (first != nullptr && last.phase == Phase::download && last.done && first->when.at && last.when.at) {
      const auto span = *last.when.at - *first->when.at;
      const auto bytes = *last.done > *first->done ? static_cast<double>(*last.done - *first->done) : 0.0;
      const auto rate = span.count() > 0 ? bytes / std::chrono::duration<double>(span).count() : 0;
      if (span >= k_trickle_time && bytes > 0 && rate < k_trickle_rate)
        file.facts.push_back(derived("trickle", {{"rate", std::to_string(static_cast<long>(rate))}, {"over", whole_seconds(span)}}));
    }
  }
}

void derive_history(CaseFile& file) {
  const auto& pull = *file.pull;
  const Noted* success = nullptr;
  const Noted* failure = nullptr;
  for (const auto& fact : file.facts) {
    if (fact.tie != Tie::own || fact.noted == nullptr) continue;
    const auto& noted = *fact.noted;
    if (fact.fact.name == "pull-succeeded" || fact.fact.name == "image-present")
      if (success == nullptr || (noted.last.at && success->last.at && *noted.last.at > *success->last.at)) success = &noted;
    if (fact.fact.name == "pull-failed" || fact.fact.name == "waiting-reason" || fact.fact.name == "cancelled" ||
        fact.fact.name == "backing-off" || fact.fact.name == "credentials-unproven" || fact.fact.name == "never-pull")
      if (failure == nullptr || (noted.last.at && failure->last.at && *noted.last.at > *failure->last.at)) failure = &noted;
  }
  if (success == nullptr || failure == nullptr) return;
  const bool other_pod = !success->scope.pod.empty() && !failure->scope.pod.empty() && success->scope.pod != failure->scope.pod;
  const bool after = success->last.at && failure->last.at && *success->last.at > *failure->last.at;
  if (other_pod)
    file.facts.push_back(derived("pulled-by-another", {{"when", after ? "after" : "before"}, {"pod", success->scope.pod}}, {success}));
  else if (after || (!pull.attempts.empty() && pull.attempts.back().outcome == Outcome::ok))
    file.facts.push_back(derived("recovered", {}, {success}));
}

bool is_pause(const CaseFile& file) {
  const auto repository = timeline::repository_of(file.image);
  const auto slash = repository.rfind('/');
  const auto name = slash == std::string::npos ? repository : repository.substr(slash + 1);
  static constexpr std::array<std::string_view, 5> k_names{"pause", "mirrored-pause", "pause-amd64", "infra", "pod"};
  return std::find(k_names.begin(), k_names.end(), name) != k_names.end() ||
         std::any_of(file.facts.begin(), file.facts.end(),
                     [](const CaseFact& fact) { return fact.tie == Tie::own && fact.fact.get("step") == "sandbox"; });
}

/// Something failed in words that no rule may know: that is still a failure, and nothing healthy.
void derive_failed_somehow(CaseFile& file) {
  if (!file.failed) return;
  std::vector<const Noted*> because;
  for (const auto& fact : file.facts)
    if (fact.noted != nullptr && fact.tie != Tie::node && catalogue::failure_kind(fact.fact.name) == catalogue::FailureKind::step)
      because.push_back(fact.noted);
  if (!because.empty()) file.facts.push_back(derived("failed-somehow", {}, because));
}

}  // namespace

void derive(CaseFile& file) {
  if (!file.registry.empty()) file.facts.push_back(derived("registry", {{"kind", registry_kind(file.registry)}}));
  derive_runtime(file);
  derive_disks(file);
  derive_full_place(file);
  derive_failed_somehow(file);
  if (file.pull == nullptr) return;
  if (is_pause(file)) file.facts.push_back(derived("sandbox-image", {}));
  derive_waiting(file);
  derive_samples(file);
  derive_history(file);
}

}  // namespace unsnag::diagnose
