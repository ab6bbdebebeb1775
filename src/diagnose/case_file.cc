// SPDX-License-Identifier: Apache-2.0
#include "diagnose/case_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "diagnose/bearing.h"
#include "diagnose/others_at.h"
#include "diagnose/timeline_index.h"

namespace unsnag::diagnose {
namespace {

using catalogue::FailureKind;
using timeline::Noted;
using timeline::Outcome;
using timeline::Pull;
using timeline::Timeline;

/// More pods than that without any image's name are one case: each case looks at every line.
constexpr std::size_t k_most_pods = 200;
constexpr std::chrono::minutes k_node_window{30};  // how long before a failure a node's trouble may explain it
constexpr std::chrono::seconds k_before{2}, k_after{10};
/// … where several pulls fail one after another, only what came in the very moment belongs to one of them.
constexpr std::chrono::milliseconds k_at_once{300};

std::optional<SysTime> latest(const std::optional<SysTime>& a, const std::optional<SysTime>& b) {
  if (!a) return b;
  if (!b) return a;
  return std::max(*a, *b);
}

bool within(const Noted& noted, const Pull& pull, nanoseconds early, nanoseconds late) {
  for (const auto& attempt : pull.attempts) {
    const auto begin = attempt.begin.at ? attempt.begin.at : attempt.end.at;
    const auto end = attempt.end.at ? attempt.end.at : begin;
    if (!begin || !noted.last.at) continue;
    const auto after = attempt.outcome ? late : nanoseconds(std::chrono::hours(24));
    if (*noted.last.at >= *begin - early && noted.first.at && *noted.first.at <= *end + after) return true;
  }
  return false;
}

/// Inside the attempt itself, without any slack.
bool strictly_within(const Noted& noted, const Pull& pull) {
  return std::any_of(pull.attempts.begin(), pull.attempts.end(), [&](const auto& attempt) {
    return attempt.begin.at && attempt.end.at && noted.last.at && *attempt.begin.at <= *noted.last.at && *noted.last.at <= *attempt.end.at;
  });
}

/// A line without an image that names another host than the case's registry is most likely another pull's.
bool may_be_about(const IndexedNote& note, const CaseFile& file, std::string_view repository) {
  const auto& fact = note.noted->fact;
  const auto host = fact.get("host");
  const auto url = fact.get("url");
  if (contains(url, "/v2/") && !asks_for(note.asked, repository) && !contains(url, "/v2/\"") && url.size() > url.find("/v2/") + 4)
    return false;
  return host.empty() || file.registry.empty() || contains(url, "ns=") ||
         timeline::registry_of(std::string(host) + "/x") == file.registry || contains(fact.get("step"), "download");
}

/// A pull that is still under way at the end of the evidence, and has been for a while.
bool unfinished(const Pull& pull) { return !pull.attempts.empty() && !pull.attempts.back().outcome; }

/// The pods of a case's pull.
class Pods {
 public:
  explicit Pods(const Pull* pull) {
    if (pull != nullptr) pods_.insert(pull->pods.begin(), pull->pods.end());
  }
  /// Where no pod is known it may be any.
  [[nodiscard]] bool may_be(const std::string& pod) const { return pods_.empty() || pods_.count(pod) != 0; }

 private:
  std::unordered_set<std::string_view> pods_;
};

/// The pods that a pull failed for. What another pod of the same image says of itself bears on none of them.
class FailingPods {
 public:
  explicit FailingPods(const Pull& pull) {
    for (const auto& noted : pull.facts)
      if (is_failure(noted) && !noted.scope.pod.empty()) pods_.insert(noted.scope.pod);
  }
  /// The first that failed and is named, in the pull's order; "" none.
  [[nodiscard]] std::string first_of(const std::vector<std::string>& pods) const {
    const auto it = std::find_if(pods.begin(), pods.end(), [&](const std::string& pod) { return pods_.count(pod) != 0; });
    return it == pods.end() ? std::string() : *it;
  }
  /// Where nobody names the failing pod it may be any.
  [[nodiscard]] bool concerns(const Noted& noted) const {
    static constexpr std::array<std::string_view, 3> k_of_a_pod{"pull-policy", "pod-uses-secret", "pod-without-secret"};
    const bool of_a_pod = std::find(k_of_a_pod.begin(), k_of_a_pod.end(), noted.fact.name) != k_of_a_pod.end();
    return !of_a_pod || pods_.empty() || noted.scope.pod.empty() || pods_.count(noted.scope.pod) != 0;
  }

 private:
  std::unordered_set<std::string_view> pods_;
};

/// Which pulls are a case, and which of the timeline's facts bear on it.
class Opener {
 public:
  explicit Opener(const TimelineIndex& index) : index_(index), timeline_(index.timeline()), paste_(index.is_paste()) {
    for (std::size_t i = 0; i < timeline_.pulls.size(); ++i) {
      const auto& pull = timeline_.pulls[i];
      const bool bad = std::any_of(pull.facts.begin(), pull.facts.end(), is_failure) ||
                       std::any_of(pull.attempts.begin(), pull.attempts.end(),
                                   [](const auto& a) { return a.outcome == Outcome::failed || a.outcome == Outcome::cancelled; }) ||
                       index_.died_with(pull);
      // Unfinished and successful pulls get a case, too: what is slow or stuck shows only in derived facts.
      cases_.push_back({i, bad, {}});
    }
    const auto is_bad = [](const Opened& opened) { return opened.bad; };
    if (std::none_of(cases_.begin(), cases_.end(), is_bad)) open_nameless();
    bad_cases_ = std::count_if(cases_.begin(), cases_.end(), is_bad);
  }

  [[nodiscard]] std::size_t size() const { return cases_.size(); }

  /// The facts of case `i` as their lines state them.
  [[nodiscard]] CaseFile open(std::size_t i) const {
    CaseFile file;
    file.index = &index_;
    file.failed = cases_[i].bad;
    file.pod = cases_[i].pod;
    if (cases_[i].pull) name(file, *cases_[i].pull);
    else
      for (const auto& note : index_.notes())
        if (is_failure(*note.noted) && is_of(note, file.pod)) file.last_failure = latest(file.last_failure, note.noted->last.at);
    fill(file);
    return file;
  }

 private:
  struct Opened {
    std::optional<std::size_t> pull;  // nullopt: the evidence names no image
    bool bad = false;
    std::string_view pod;  // of a case without an image, where several pods have one
  };

  /// Where a case is one pod's, what another pod's lines say is none of it.
  [[nodiscard]] static bool is_of(const IndexedNote& note, std::string_view pod) {
    return pod.empty() || note.noted->scope.pod.empty() || note.noted->scope.pod == pod;
  }

  void name(CaseFile& file, std::size_t index) const {
    const auto& pull = timeline_.pulls[index];
    file.pull = &pull;
    file.pull_index = index;
    file.image = pull.image;
    file.registry = timeline::registry_of(pull.image);
    file.node = pull.node;
    for (const auto& attempt : pull.attempts)
      if (attempt.outcome == Outcome::failed || attempt.outcome == Outcome::cancelled)
        file.last_failure = latest(file.last_failure, attempt.end.at);
    for (const auto& noted : pull.facts)
      if (is_failure(noted) && noted.fact.name != "backing-off" && noted.fact.name != "waiting-reason")
        file.last_failure = latest(file.last_failure, noted.last.at);
  }

  /// No image failed by name, but something did: a fragment, a pod's status, a log without names.
  void open_nameless() {
    const auto& notes = index_.notes();
    const bool reason = std::any_of(notes.begin(), notes.end(), [&](const IndexedNote& note) {
      if (!is_failure(*note.noted) || went_on(note) || is_elsewhere(*note.noted)) return false;
      return paste_ || note.kind == FailureKind::pull || note.about_some_pull;
    });
    const bool node_trouble = paste_ && std::any_of(notes.begin(), notes.end(), [](const IndexedNote& note) {
                                return note.kind == FailureKind::node || note.noted->fact.name == "fs-usage";
                              });
    if (!reason && !node_trouble) return;
    // A paste that names one image and a floating error is about that image.
    if (timeline_.pulls.size() == 1 && unfinished(timeline_.pulls.front())) cases_.front().bad = true;
    else if (const auto pods = failing_pods(); pods.size() > 1 && pods.size() <= k_most_pods)
      for (const auto pod : pods) cases_.push_back({std::nullopt, true, pod});
    else cases_.push_back({std::nullopt, true, {}});
  }

  /// In order: the pods of failures that name no image (`kubectl get pods`).
  [[nodiscard]] std::vector<std::string_view> failing_pods() const {
    std::vector<std::string_view> pods;
    std::unordered_set<std::string_view> seen;
    for (const auto& note : index_.notes()) {
      const std::string_view pod = note.noted->scope.pod;
      if (is_failure(*note.noted) && !pod.empty() && seen.insert(pod).second) pods.push_back(pod);
    }
    return pods;
  }

  /// A node's files hold the logs of its applications, too.
  [[nodiscard]] bool is_elsewhere(const Noted& noted) const { return !paste_ && is_anybodys(noted); }

  /// Hosts are asked one after another, mirrors first: what one of them said is no failure where another one served.
  [[nodiscard]] static bool went_on(const IndexedNote& note) {
    const auto& fact = note.noted->fact;
    return note.kind != FailureKind::pull && !(fact.get("url").empty() && fact.get("host").empty()) && note.went_on;
  }

  void fill(CaseFile& file) const {
    if (file.pull != nullptr) {
      const FailingPods failing(*file.pull);
      file.pod = failing.first_of(file.pull->pods);
      if (file.pod.empty() && !file.pull->pods.empty()) file.pod = file.pull->pods.front();
      for (const auto& noted : file.pull->facts)
        if (failing.concerns(noted)) add(file, noted, Tie::own);
    }
    const auto repository = timeline::repository_of(file.image);
    const Pods pods(file.pull);
    for (const auto* note : index_.notes_on(file.node))
      if (const auto tie = tie_of(*note, file, repository, pods)) add(file, *note->noted, *tie);
  }

  /// How closely a note of the case's node belongs to the case; nullopt: not at all.
  [[nodiscard]] std::optional<Tie> tie_of(const IndexedNote& note, const CaseFile& file, std::string_view repository,
                                          const Pods& pods) const {
    const auto& noted = *note.noted;
    const bool of_a_pull = is_failure(noted) || noted.fact.name == "trying-next-host";
    if (file.pull == nullptr && of_a_pull && went_on(note)) return std::nullopt;
    if (file.pull == nullptr && !is_of(note, file.pod)) return std::nullopt;
    if (note.kind == FailureKind::no) return Tie::node;
    if (is_elsewhere(noted)) return std::nullopt;
    if (note.kind == FailureKind::node) {
      const bool in_time = !noted.last.at || !file.last_failure ||
                           (*noted.last.at >= *file.last_failure - k_node_window && *noted.first.at <= *file.last_failure + k_node_window);
      return in_time ? std::optional(Tie::node) : std::nullopt;
    }
    // A pull that went well was not hurt by what a mirror said before.
    if (asks_for(note.asked, repository))
      return file.failed || file.pull == nullptr || unfinished(*file.pull) ? std::optional(Tie::own) : std::nullopt;
    if (bad_cases_ > 1 && (!note.asked.empty() || fell_into_another(note, file))) return std::nullopt;
    if (file.pull == nullptr)
      return paste_ || note.about_some_pull || noted.fact.name == "too-many" ? std::optional(Tie::own) : std::nullopt;
    if (!file.failed) return std::nullopt;
    if (!noted.scope.pod.empty()) return pods.may_be(noted.scope.pod) ? std::optional(Tie::near) : std::nullopt;
    if (bad_cases_ == 1 && (note.about_some_pull || paste_) && (paste_ || !noted.last.at || within(noted, *file.pull, k_before, k_after)))
      return Tie::near;
    if (bad_cases_ > 1 && (paste_ || (note.about_some_pull && noted.last.at && may_be_about(note, file, repository) &&
                                      within(noted, *file.pull, k_at_once, k_at_once))))
      return Tie::near;
    return std::nullopt;
  }

  /// Said during another image's attempt, and not during this one's.
  [[nodiscard]] static bool fell_into_another(const IndexedNote& note, const CaseFile& file) {
    const auto is_another = [&](std::size_t pull) { return pull != k_no_pull && pull != file.pull_index; };
    return file.pull != nullptr && std::any_of(note.during.begin(), note.during.end(), is_another) &&
           !strictly_within(*note.noted, *file.pull);
  }

  static void add(CaseFile& file, const Noted& noted, Tie tie) {
    if (is_beside(noted)) return;
    file.facts.push_back({&noted, noted.fact, tie, {}});
  }

  const TimelineIndex& index_;
  const Timeline& timeline_;
  const bool paste_;
  std::vector<Opened> cases_;
  std::ptrdiff_t bad_cases_ = 0;
};

/// A node's trouble explains a failure that came with it or right after it.
constexpr std::chrono::seconds k_near_before{20}, k_near_after{2};
/// What a person put together is about one failure, whatever the clocks of its parts say.
constexpr std::chrono::minutes k_near_in_paste{30};

/// "yes", "no", or "" where nothing is dated: did this happen just before a failure of the case?
std::string_view near_failure(const CaseFile& file, const Noted& noted) {
  if (!noted.last.at) return "";
  const bool paste = file.index->is_paste();
  const nanoseconds before = paste ? nanoseconds(k_near_in_paste) : nanoseconds(k_near_before);
  const nanoseconds after = paste ? nanoseconds(k_near_in_paste) : nanoseconds(k_near_after);
  bool dated = false;
  for (const auto& other : file.facts) {
    if (other.noted == nullptr || other.tie == Tie::node || !is_failure(*other.noted) || !other.noted->last.at) continue;
    static constexpr std::string_view k_waits[] = {"backing-off", "waiting-reason"};
    if (std::find(std::begin(k_waits), std::end(k_waits), other.fact.name) != std::end(k_waits)) continue;
    dated = true;
    // Within one log the order of lines is known, also in a paste: what came later explains nothing.
    const auto &here = noted.last_origin, &there = other.noted->last_origin;
    const bool one_clock = !here.program.empty() && here.program == there.program && here.file == there.file;
    // A repeated line stands for a span; either end may be the moment.
    for (const auto& mine : {noted.first.at, noted.last.at})
      for (const auto& theirs : {other.noted->first.at, other.noted->last.at})
        if (mine && theirs && *mine <= *theirs + other.noted->last.uncertainty + (one_clock ? k_near_after : after) &&
            *mine + noted.last.uncertainty >= *theirs - before)
          return "yes";
  }
  return dated ? "no" : "";
}

/// A kubelet that starts reads the kernel's log from the machine's boot on and reports old OOM kills as if they were
/// new (seen with kubelet 1.20.15: cadvisor's OOM parser follows /dev/kmsg from its beginning).
bool replayed_at_start(const CaseFile& file, const CaseFact& fact) {
  if (fact.fact.get("message") != "kubelet.system-oom") return false;
  return std::any_of(file.facts.begin(), file.facts.end(), [&](const CaseFact& other) {
    if (other.fact.name != "kubelet-started" || other.noted == nullptr) return false;
    // A table of events without a date that would tell: the start is there to replay them.
    if (!fact.noted->last.at && !other.noted->last.at) return fact.noted->last_origin.file == other.noted->last_origin.file;
    if (!fact.noted->last.at || !other.noted->last.at) return false;
    const auto gap = *fact.noted->last.at - *other.noted->last.at;
    return gap > -std::chrono::seconds(15) && gap < std::chrono::seconds(30);
  });
}

/// The same trouble is often told with a time by one source and without by another.
void settle_near(CaseFile& file) {
  for (auto& fact : file.facts) {
    if (fact.noted == nullptr || fact.tie != Tie::node) continue;
    fact.fact.set("near", replayed_at_start(file, fact) ? "no" : near_failure(file, *fact.noted));
  }
  for (auto& fact : file.facts) {
    if (fact.noted == nullptr || fact.tie != Tie::node || !fact.fact.get("near").empty()) continue;
    for (const auto& other : file.facts)
      if (other.noted != nullptr && other.noted->fact == fact.noted->fact && !other.fact.get("near").empty())
        fact.fact.set("near", other.fact.get("near"));
  }
}

void complete(CaseFile& file, CaseFact& fact) {
  if (fact.noted == nullptr) return;
  const auto& noted = *fact.noted;
  fact.fact.set("role", role_of(fact.fact, file));
  fact.fact.set("tied", fact.tie == Tie::own ? "own" : fact.tie == Tie::near ? "near" : "node");
  fact.fact.set("said-by", noted.first_origin.certainty == timeline::Certainty::echoed ? "echo" : "actor");
  if (fact.fact.get("program").empty()) fact.fact.set("program", noted.first_origin.program);
  fact.fact.set("message", noted.first_origin.message);
  fact.fact.set("count", std::to_string(noted.count));
  const auto url = fact.fact.get("url");
  if (contains(url, "/manifests/")) fact.fact.set("asks", "manifest");
  if (contains(url, "/blobs/")) fact.fact.set("asks", "blob");
  const auto host = fact.fact.get("host");
  if (!host.empty() && !file.registry.empty()) fact.fact.set("same-host", host == file.registry ? "yes" : "no");
  // Said of the last attempt, or of an earlier one? Undated facts count as the last.
  bool last = true;
  // A condition of the node is judged by `near` instead: it comes before what it explains.
  if (fact.tie != Tie::node && file.last_failure && noted.last.at) last = *noted.last.at + std::chrono::seconds(20) >= *file.last_failure;
  fact.fact.set("age", last ? "last" : "earlier");
}

/// Asked, not only named.
bool is_hub_host(std::string_view host) { return timeline::is_docker_hub(host) && host != "docker.io"; }

/// Docker Hub hands no request on: where it was asked too, another host that is asked for its images is a mirror. CRI-O
/// and podman may complete a short name with several registries in turn; those they name with docker:// before it.
void find_hub_mirrors(CaseFile& file) {
  if (file.registry != "docker.io") return;
  const bool asked =
      std::any_of(file.facts.begin(), file.facts.end(), [](const CaseFact& fact) { return is_hub_host(fact.fact.get("host")); });
  if (!asked) return;
  for (auto& fact : file.facts)
    if (fact.noted != nullptr && fact.fact.get("role") == "redirect" && !contains(fact.noted->first_origin.text, "docker://"))
      fact.fact.set("role", "mirror");
}

/// A short name is completed by CRI-O and podman from unqualified-search-registries, and they print the whole of it.
void adopt_completed_name(CaseFile& file) {
  if (file.pull == nullptr || file.registry != "docker.io") return;
  constexpr std::string_view k_transport = "docker://";
  const auto& given = file.pull->image_as_given;
  for (const auto& fact : file.facts) {
    if (fact.noted == nullptr || fact.tie != Tie::own) continue;
    const std::string_view text = fact.noted->first_origin.text;
    const auto at = text.find(k_transport);
    if (at == std::string_view::npos) continue;
    const auto name = text.substr(at + k_transport.size());
    const auto slash = name.find('/');
    if (slash == std::string_view::npos || name.substr(0, slash).find_first_of(".:") == std::string_view::npos) continue;
    if (name.substr(slash + 1, given.size()) != given) continue;
    file.registry = name.substr(0, slash);
    return;
  }
}

/// Without an image the host that a manifest was asked of is the registry, as far as anybody can tell.
void guess_registry(CaseFile& file) {
  if (!file.registry.empty()) return;
  for (const auto& fact : file.facts) {
    const auto host = fact.fact.get("host");
    if (host.empty() || fact.fact.get("via") == "proxy" || !fact.fact.get("mirror").empty() || contains(fact.fact.get("url"), "ns="))
      continue;
    // Where Docker Hub was asked, it is the registry, and whoever was asked before it a mirror.
    if (is_hub_host(host)) {
      file.registry = "docker.io";
      return;
    }
    const auto url = fact.fact.get("url");
    // Buckets and CDNs show the storage's own layout, /docker/registry/v2/blobs/…, which is no registry's path.
    if (file.registry.empty() && (fact.fact.get("step") == "resolve" || (contains(url, "/v2/") && !contains(url, "/docker/registry/v2/"))))
      file.registry = host;
  }
}

}  // namespace

bool CaseFile::has(std::string_view name) const { return find(name) != nullptr; }

const CaseFact* CaseFile::find(std::string_view name) const {
  for (const auto& fact : facts)
    if (fact.fact.name == name) return &fact;
  return nullptr;
}

std::optional<nanoseconds> asked_ago(const CaseFile& file, const timeline::Attempt* attempt) {
  std::optional<nanoseconds> least;
  for (const auto& fact : file.facts) {
    if (fact.fact.name != "pull-requested" || fact.tie != Tie::own) continue;
    if (attempt != nullptr && attempt->begin.at && fact.noted->last.at != attempt->begin.at) continue;
    const auto ago = parse_duration(std::string(fact.fact.get("ago")) + "s");
    if (ago && (!least || *ago < *least)) least = ago;
  }
  return least;
}

void for_each_case(const Timeline& timeline, const std::function<void(const CaseFile&)>& on_case) {
  const TimelineIndex index(timeline);
  const Opener opener(index);
  for (std::size_t i = 0; i < opener.size(); ++i) {
    auto file = opener.open(i);
    adopt_completed_name(file);
    guess_registry(file);
    for (auto& fact : file.facts) complete(file, fact);
    find_hub_mirrors(file);
    settle_near(file);
    derive(file);
    on_case(file);
  }
}

}  // namespace unsnag::diagnose
