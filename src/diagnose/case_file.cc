// SPDX-License-Identifier: Apache-2.0
#include "diagnose/case_file.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "catalogue/fact_kinds.h"

namespace unsnag::diagnose {
namespace {

using catalogue::FailureKind;
using timeline::Noted;
using timeline::Outcome;
using timeline::Pull;
using timeline::Timeline;

constexpr std::chrono::minutes k_node_window{30};  // how long before a failure a node's trouble may explain it
constexpr std::chrono::seconds k_before{2}, k_after{10};
/// … where several pulls fail one after another, only what came in the very moment belongs to one of them.
constexpr std::chrono::milliseconds k_at_once{300};
/// A paste of up to this many lines was put together by a person: what stands in it belongs together.
constexpr std::uint64_t k_paste_lines = 80;

/// Lines about something else than a pull, but for limits of the runtime's process, which fail pulls just as well,
/// and for the fact that says just this.
bool is_beside(const Noted& noted) {
  return noted.fact.get("subject") == "other" && noted.fact.name != "too-many" && noted.fact.name != "not-a-pull";
}

FailureKind kind_of(const Noted& noted) {
  if (is_beside(noted)) return FailureKind::no;
  const auto kind = catalogue::failure_kind(noted.fact.name);
  // The kernel speaks of the machine, never of a pull: its disk's troubles are the node's.
  const bool kernel = noted.first_origin.message.compare(0, 7, "kernel.") == 0;
  return kernel && kind == FailureKind::step ? FailureKind::node : kind;
}

bool failed(const Noted& noted) {
  const auto kind = kind_of(noted);
  return kind == FailureKind::pull || kind == FailureKind::step;
}

/// Lines that can only stem from a pull, although they name no image.
bool about_a_pull(const Noted& noted) {
  const auto& fact = noted.fact;
  // A pod that the node turns away never comes to its pull.
  if (kind_of(noted) == FailureKind::pull || (fact.name == "evicted" && fact.get("resource") != "memory")) return true;
  // What only registries, and clients about them, say.
  static constexpr std::string_view k_facts[] = {"registry-said", "access-denied", "token-failed", "platform-absent", "media-type"};
  if (std::find(std::begin(k_facts), std::end(k_facts), fact.name) != std::end(k_facts)) return true;
  if (fact.name == "not-found" && fact.get("where") == "registry") return true;
  const auto url = fact.get("url");
  if (!fact.get("step").empty() || contains(url, "/v2/") || contains(url, "/blobs/")) return true;
  static constexpr std::string_view k_speakers[] = {
      "registries.", "dockerd.", "containers-image.", "crictl.",     "ctr.",  "nerdctl.", "buildkit.",
      "unpack.",     "cloud.",   "podman.",           "containerd.", "soci.", "stargz."};
  const auto& message = noted.first_origin.message;
  return std::any_of(std::begin(k_speakers), std::end(k_speakers),
                     [&](std::string_view speaker) { return message.compare(0, speaker.size(), speaker) == 0; });
}

std::uint64_t pasted_lines(const Timeline& timeline) {
  for (const auto& noted : timeline.notes)
    if (noted.fact.name == "evidence") {
      const auto lines = noted.fact.get("lines");
      if (noted.fact.get("kind") == "paste" && !lines.empty()) return std::strtoull(std::string(lines).c_str(), nullptr, 10);
    }
  return ~std::uint64_t{0};
}

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

bool same_node(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return true;
  const auto shorter = std::min(a.size(), b.size());
  return a.substr(0, shorter) == b.substr(0, shorter) && (a.size() == b.size() || (a.size() > shorter ? a[shorter] : b[shorter]) == '.');
}

/// The repository that a registry's URL asks for: the part between /v2/ and /manifests/, /blobs/ or /tags/.
std::string_view repository_in(std::string_view url) {
  constexpr std::string_view k_start = "/v2/";
  const auto start = url.find(k_start);
  if (start == std::string_view::npos) return {};
  url.remove_prefix(start + k_start.size());
  for (const std::string_view end : {"/manifests/", "/blobs/", "/tags/"})
    if (const auto at = url.rfind(end); at != std::string_view::npos) return url.substr(0, at);
  return {};
}

/// Mirrors put a path of their own before the repository: /v2/hub-proxy/library/nginx/manifests/1.
bool names_repository(const timeline::Fact& fact, std::string_view repository) {
  const auto asked = repository_in(fact.get("url"));
  if (repository.empty() || asked.size() < repository.size() || asked.substr(asked.size() - repository.size()) != repository) return false;
  return asked.size() == repository.size() || asked[asked.size() - repository.size() - 1] == '/';
}

bool names_another(const timeline::Fact& fact, std::string_view repository) {
  return !repository_in(fact.get("url")).empty() && !names_repository(fact, repository);
}

bool succeeded(const Pull& pull) {
  if (std::any_of(pull.facts.begin(), pull.facts.end(), [](const Noted& noted) { return noted.fact.name == "pull-succeeded"; }))
    return true;
  return !pull.attempts.empty() && (pull.attempts.back().outcome == Outcome::ok || pull.attempts.back().outcome == Outcome::cached);
}

/// Hosts are asked one after another, mirrors first: what one of them said is no failure where another one served.
bool went_on(const Timeline& timeline, const Noted& noted) {
  if (kind_of(noted) == FailureKind::pull || (noted.fact.get("url").empty() && noted.fact.get("host").empty())) return false;
  const auto says = [&](std::string_view name) {
    return std::any_of(timeline.notes.begin(), timeline.notes.end(), [&](const Noted& other) { return other.fact.name == name; });
  };
  return says("trying-next-host") && (says("pull-succeeded") || std::any_of(timeline.pulls.begin(), timeline.pulls.end(), succeeded));
}

/// The runtime died under this pull: Go prints a crash without a time.
bool died_with(const Timeline& timeline, const Pull& pull) {
  if (pull.attempts.empty() || pull.attempts.back().outcome) return false;
  const auto& begin = pull.attempts.back().begin.at;
  return std::any_of(timeline.notes.begin(), timeline.notes.end(), [&](const Noted& noted) {
    const auto how = noted.fact.get("how");
    if (noted.fact.name != "runtime-stopped" || (how != "signal" && how != "panic" && how != "oom")) return false;
    return !noted.last.at || (begin && *noted.last.at >= *begin);
  });
}

/// A line without an image that names another host than the case's registry is most likely another pull's.
bool may_be_about(const timeline::Fact& fact, const CaseFile& file) {
  const auto host = fact.get("host");
  const auto url = fact.get("url");
  if (contains(url, "/v2/") && !names_repository(fact, timeline::repository_of(file.image)) && !contains(url, "/v2/\"") &&
      url.size() > url.find("/v2/") + 4)
    return false;
  return host.empty() || file.registry.empty() || contains(url, "ns=") ||
         timeline::registry_of(std::string(host) + "/x") == file.registry || contains(fact.get("step"), "download");
}

/// A pull that is still under way at the end of the evidence, and has been for a while.
bool unfinished(const Pull& pull) { return !pull.attempts.empty() && !pull.attempts.back().outcome; }

class Opener {
 public:
  explicit Opener(const Timeline& timeline) : timeline_(timeline), paste_(pasted_lines(timeline) <= k_paste_lines) {
    for (const auto& noted : timeline.notes)
      if (noted.fact.name == "pull-failed" || noted.fact.name == "trying-next-host")
        for (const auto* origin : {&noted.first_origin, &noted.last_origin}) pull_lines_.insert(line_of(*origin));
  }

  std::vector<CaseFile> run() {
    for (std::size_t i = 0; i < timeline_.pulls.size(); ++i) {
      const auto& pull = timeline_.pulls[i];
      const bool bad = std::any_of(pull.facts.begin(), pull.facts.end(), failed) ||
                       std::any_of(pull.attempts.begin(), pull.attempts.end(),
                                   [](const auto& a) { return a.outcome == Outcome::failed || a.outcome == Outcome::cancelled; }) ||
                       died_with(timeline_, pull);
      // Unfinished and successful pulls get a case, too: what is slow or stuck shows only in derived facts.
      open(pull, i, bad);
    }
    const bool any_bad = std::any_of(cases_.begin(), cases_.end(), [](const Opened& o) { return o.bad; });
    if (!any_bad) open_nameless();
    for (auto& opened : cases_) fill(opened);
    std::vector<CaseFile> files;
    for (auto& opened : cases_) {
      opened.file.failed = opened.bad;
      files.push_back(std::move(opened.file));
    }
    return files;
  }

 private:
  struct Opened {
    CaseFile file;
    bool bad = false;
  };

  void open(const Pull& pull, std::size_t index, bool bad) {
    Opened opened;
    opened.bad = bad;
    auto& file = opened.file;
    file.timeline = &timeline_;
    file.pull = &pull;
    file.pull_index = index;
    file.image = pull.image;
    file.registry = timeline::registry_of(pull.image);
    file.node = pull.node;
    for (const auto& attempt : pull.attempts)
      if (attempt.outcome == Outcome::failed || attempt.outcome == Outcome::cancelled)
        file.last_failure = latest(file.last_failure, attempt.end.at);
    for (const auto& noted : pull.facts)
      if (failed(noted) && noted.fact.name != "backing-off" && noted.fact.name != "waiting-reason")
        file.last_failure = latest(file.last_failure, noted.last.at);
    cases_.push_back(std::move(opened));
  }

  /// No image failed by name, but something did: a fragment, a pod's status, a log without names.
  void open_nameless() {
    const bool reason = std::any_of(timeline_.notes.begin(), timeline_.notes.end(), [&](const Noted& noted) {
      if (!failed(noted) || went_on(timeline_, noted)) return false;
      return paste_ || kind_of(noted) == FailureKind::pull || about_some_pull(noted);
    });
    const bool node_trouble = paste_ && std::any_of(timeline_.notes.begin(), timeline_.notes.end(), [](const Noted& noted) {
                                return kind_of(noted) == FailureKind::node || noted.fact.name == "fs-usage";
                              });
    if (!reason && !node_trouble) return;
    // A paste that names one image and a floating error is about that image.
    if (timeline_.pulls.size() == 1 && unfinished(timeline_.pulls.front())) {
      cases_.front().bad = true;
      return;
    }
    Opened opened;
    opened.bad = true;
    opened.file.timeline = &timeline_;
    for (const auto& noted : timeline_.notes)
      if (failed(noted)) opened.file.last_failure = latest(opened.file.last_failure, noted.last.at);
    cases_.push_back(std::move(opened));
  }

  void fill(Opened& opened) {
    auto& file = opened.file;
    if (file.pull != nullptr)
      for (const auto& noted : file.pull->facts) add(file, noted, Tie::own);
    const auto bad_cases = std::count_if(cases_.begin(), cases_.end(), [](const Opened& o) { return o.bad; });
    const auto repository = timeline::repository_of(file.image);
    for (const auto& noted : timeline_.notes) {
      const auto kind = kind_of(noted);
      if (!same_node(noted.scope.node, file.node)) continue;
      if (kind == FailureKind::no) {
        add(file, noted, Tie::node);
      } else if (kind == FailureKind::node) {
        const bool in_time =
            !noted.last.at || !file.last_failure ||
            (*noted.last.at >= *file.last_failure - k_node_window && *noted.first.at <= *file.last_failure + k_node_window);
        if (in_time) add(file, noted, Tie::node);
      } else if (names_repository(noted.fact, repository)) {
        // A pull that went well was not hurt by what a mirror said before.
        if (opened.bad || file.pull == nullptr || unfinished(*file.pull)) add(file, noted, Tie::own);
      } else if (bad_cases > 1 && (names_another(noted.fact, repository) || fell_into_another(noted, file.pull))) {
        continue;
      } else if (file.pull == nullptr) {
        if (paste_ || about_some_pull(noted) || noted.fact.name == "too-many") add(file, noted, Tie::own);
      } else if (opened.bad && belongs_by_pod(noted, file)) {
        add(file, noted, Tie::near);
      } else if (opened.bad && noted.scope.pod.empty() && (about_some_pull(noted) || paste_) &&
                 ((bad_cases == 1 && (paste_ || !noted.last.at || within(noted, *file.pull, k_before, k_after))) ||
                  (bad_cases > 1 && noted.last.at && may_be_about(noted.fact, file) && within(noted, *file.pull, k_at_once, k_at_once)))) {
        add(file, noted, Tie::near);
      } else if (opened.bad && bad_cases > 1 && paste_ && noted.scope.pod.empty()) {
        add(file, noted, Tie::near);
      }
    }
  }

  /// Said during another image's attempt, and not during this one's.
  bool fell_into_another(const Noted& noted, const Pull* mine) const {
    if (mine == nullptr || !noted.last.at || strictly_within(noted, *mine)) return false;
    return std::any_of(timeline_.pulls.begin(), timeline_.pulls.end(),
                       [&](const Pull& pull) { return &pull != mine && strictly_within(noted, pull); });
  }

  /// Also what stands in one line with "the pull failed".
  bool about_some_pull(const Noted& noted) const { return about_a_pull(noted) || pull_lines_.count(line_of(noted.last_origin)) != 0; }

  static std::string line_of(const timeline::Origin& origin) { return origin.file + '\n' + std::to_string(origin.line); }

  static bool belongs_by_pod(const Noted& noted, const CaseFile& file) {
    if (noted.scope.pod.empty()) return false;
    return file.pull->pods.empty() || std::find(file.pull->pods.begin(), file.pull->pods.end(), noted.scope.pod) != file.pull->pods.end();
  }

  static void add(CaseFile& file, const Noted& noted, Tie tie) {
    if (is_beside(noted)) return;
    file.facts.push_back({&noted, noted.fact, tie, {}});
  }

  const Timeline& timeline_;
  const bool paste_;
  std::unordered_set<std::string> pull_lines_;  // of line_of()
  std::vector<Opened> cases_;
};

/// A node's trouble explains a failure that came with it or right after it.
constexpr std::chrono::seconds k_near_before{20}, k_near_after{2};
/// What a person put together is about one failure, whatever the clocks of its parts say.
constexpr std::chrono::minutes k_near_in_paste{30};

/// "yes", "no", or "" where nothing is dated: did this happen just before a failure of the case?
std::string_view near_failure(const CaseFile& file, const Noted& noted) {
  if (!noted.last.at) return "";
  const bool paste = pasted_lines(*file.timeline) <= k_paste_lines;
  const nanoseconds before = paste ? nanoseconds(k_near_in_paste) : nanoseconds(k_near_before);
  const nanoseconds after = paste ? nanoseconds(k_near_in_paste) : nanoseconds(k_near_after);
  bool dated = false;
  for (const auto& other : file.facts) {
    if (other.noted == nullptr || other.tie == Tie::node || !failed(*other.noted) || !other.noted->last.at) continue;
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
  const auto host = fact.fact.get("host");
  if (!host.empty() && !file.registry.empty()) fact.fact.set("same-host", host == file.registry ? "yes" : "no");
  // Said of the last attempt, or of an earlier one? Undated facts count as the last.
  bool last = true;
  // A condition of the node is judged by `near` instead: it comes before what it explains.
  if (fact.tie != Tie::node && file.last_failure && noted.last.at) last = *noted.last.at + std::chrono::seconds(20) >= *file.last_failure;
  fact.fact.set("age", last ? "last" : "earlier");
}

bool is_hub_host(std::string_view host) { return host == "registry-1.docker.io" || host == "index.docker.io"; }

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

std::vector<CaseFile> open_cases(const Timeline& timeline) {
  auto files = Opener(timeline).run();
  for (auto& file : files) {
    adopt_completed_name(file);
    guess_registry(file);
    for (auto& fact : file.facts) complete(file, fact);
    find_hub_mirrors(file);
    settle_near(file);
    derive(file);
  }
  return files;
}

}  // namespace unsnag::diagnose
