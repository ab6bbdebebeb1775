// SPDX-License-Identifier: Apache-2.0
// See kubernetes_say.h.
#include "readers/kubernetes_say.h"

#include <algorithm>

#include "base/text.h"

namespace unsnag::readers::kubernetes {
namespace {

using timeline::Certainty;

constexpr std::string_view k_reader = "reader.kubernetes";

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// Reasons of kubelet's events about one container.
bool is_container_reason(std::string_view reason) {
  static constexpr std::string_view k_reasons[] = {"Pulling",           "Pulled",  "Failed",  "BackOff", "InspectFailed",
                                                   "ErrImageNeverPull", "Created", "Started", "Killing", "Unhealthy"};
  return is_one_of(reason, k_reasons);
}

/// Reasons that only kubelet uses for pods and nodes (pkg/kubelet/events/event.go), for tables without a source.
bool is_kubelet_reason(std::string_view reason) {
  static constexpr std::string_view k_reasons[] = {"FailedCreatePodSandBox",
                                                   "SandboxChanged",
                                                   "FailedSync",
                                                   "FailedToRetrieveImagePullSecret",
                                                   "FailedMount",
                                                   "Starting",
                                                   "ImageGCFailed",
                                                   "FreeDiskSpaceFailed",
                                                   "InvalidDiskCapacity",
                                                   "SystemOOM",
                                                   "EvictionThresholdMet",
                                                   "NodeReady",
                                                   "NodeAllocatableEnforced",
                                                   "Rebooted",
                                                   "ContainerGCFailed",
                                                   "NetworkNotReady",
                                                   "CgroupV1"};
  return is_container_reason(reason) || is_one_of(reason, k_reasons) || reason.starts_with("NodeHas");
}

/// Errors in such an event's words are never a pull's.
bool is_other_subject(std::string_view reason) {
  static constexpr std::string_view k_reasons[] = {
      "Unhealthy",         "ProbeWarning",        "FailedScheduling",        "FailedAttachVolume",
      "FailedPreStopHook", "FailedPostStartHook", "FailedGetResourceMetric", "FailedComputeMetricsReplicas"};
  return is_one_of(reason, k_reasons);
}

/// What the reason says by itself, when none of the words was understood.
std::vector<timeline::Fact> facts_of_event(std::string_view reason) {
  struct Row {
    std::string_view reason, fact, key, value;
  };
  static constexpr Row k_rows[] = {
      {"Pulling", "pull-requested", "", ""},
      {"ErrImageNeverPull", "never-pull", "", ""},
      {"FailedCreatePodSandBox", "sandbox-failed", "", ""},
      {"Started", "container-started", "", ""},
      {"Evicted", "evicted", "", ""},
      {"NodeHasDiskPressure", "disk-pressure", "", ""},
      {"ImageGCFailed", "image-gc", "how", "failed"},
      {"FreeDiskSpaceFailed", "image-gc", "how", "freed-too-little"},
      {"Unhealthy", "not-a-pull", "what", "probe"},
      {"FailedScheduling", "not-a-pull", "what", "scheduling"},
      {"FailedAttachVolume", "not-a-pull", "what", "volume"},
      {"FailedMount", "not-a-pull", "what", "volume"},
      {"NetworkNotReady", "not-a-pull", "what", "cni"},
  };
  for (const auto& row : k_rows)
    if (row.reason == reason) return {make_fact(row.fact, {{row.key, row.value}})};
  return {};
}

/// `Failed to pull image "X": …` → X.
std::string_view quoted_image(std::string_view message) {
  for (const std::string_view mark : {std::string_view("image \""), std::string_view("image \\\"")}) {
    const auto at = message.find(mark);
    if (at == std::string_view::npos) continue;
    const auto image = message.substr(at + mark.size());
    const auto end = image.find_first_of("\"\\ \n");
    if (end == std::string_view::npos || end == 0) return {};
    return image.substr(0, end);
  }
  return {};
}

/// "Created container busybox", "Started container: web" (1.33).
std::string_view named_container(std::string_view reason, std::string_view message) {
  if (reason != "Created" && reason != "Started") return {};
  const auto words = split_words(message);
  return words.size() == 3 ? words[2] : std::string_view{};
}

bool same_object_kind(std::string_view kind, std::string_view lower_case) {
  return kind.size() == lower_case.size() && std::equal(kind.begin(), kind.end(), lower_case.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

}  // namespace

Collector::Block& Collector::block() {
  if (blocks_.empty()) blocks_.emplace_back();
  return blocks_.back();
}

void Collector::begin_block() {
  if (blocks_.empty() || blocks_.back().used) blocks_.emplace_back();
}

std::size_t Collector::use_block() {
  block().used = true;
  return blocks_.size() - 1;
}

void Collector::describe_pod(std::string_view name_space, std::string_view name) {
  auto& here = blocks_[use_block()];
  here.pod = full_name(here, name_space, name);
}

void Collector::anchor(const Moment& moment) {
  auto& known = block().moment;
  if (!known || moment.width < known->width) known = moment;
}

void Collector::place_pod(std::string_view pod, std::string_view node) {
  if (pod.empty()) return;
  const auto [at, is_new] = pods_.try_emplace(std::string(pod));
  if (!node.empty() && node != "<none>") at->second.node = node;
  if (!is_new) return;
  const auto slash = pod.find('/');
  if (slash == std::string_view::npos) return;
  const auto [bare, fresh] = full_names_.try_emplace(std::string(pod.substr(slash + 1)), pod);
  if (!fresh && bare->second != pod) bare->second.clear();
}

void Collector::add_container(std::string_view pod, std::string_view container, std::string_view image) {
  place_pod(pod, {});
  auto& containers = pods_[std::string(pod)].containers;
  if (!image.empty()) images_.emplace(image);
  constexpr std::size_t k_max_containers = 512;
  for (auto& known : containers) {
    if (known.name != container) continue;
    if (!image.empty()) known.image = image;
    return;
  }
  if (containers.size() < k_max_containers) containers.push_back({std::string(container), std::string(image)});
}

std::string Collector::full_name(const Block& block, std::string_view name_space, std::string_view name) {
  if (name.empty()) return {};
  if (name_space.empty()) name_space = block.name_space;
  return name_space.empty() ? std::string(name) : std::string(name_space) + "/" + std::string(name);
}

std::string Collector::pod_name(std::string_view name_space, std::string_view name) { return full_name(block(), name_space, name); }

Saying& Collector::say(std::uint64_t line, std::string_view shown) {
  auto& saying = blocks_[use_block()].sayings.emplace_back();
  saying.context.file = file_.path;
  saying.context.line = line;
  saying.context.shown = shown;
  saying.context.program = "kubernetes";
  saying.context.certainty = Certainty::echoed;  // the API server repeats what kubelet told it
  return saying;
}

void Collector::say_event(const EventRow& row, std::size_t block_index, std::uint64_t line, std::string_view shown) {
  auto& block = blocks_[block_index];
  auto& saying = block.sayings.emplace_back();
  auto& context = saying.context;
  context.file = file_.path;
  context.line = line;
  context.shown = shown;
  context.certainty = Certainty::reported;
  context.count = std::max<std::uint32_t>(row.count, 1);
  saying.text = row.message;
  saying.reason = row.reason;
  saying.last = row.last;
  saying.first = row.first;
  context.when = row.last_at;
  if (row.last_at.at && row.first_at.at) context.span = *row.last_at.at - *row.first_at.at;
  else if (row.last && row.first) context.span = row.first->age - row.last->age;
  if (context.span < nanoseconds{0}) context.span = nanoseconds{0};

  const bool unsaid = row.kind.empty();
  const bool is_node = same_object_kind(row.kind, "node"), is_pod = same_object_kind(row.kind, "pod");
  const bool by_kubelet =
      row.component == "kubelet" || (row.component.empty() && (unsaid || is_node || is_pod) && is_kubelet_reason(row.reason));
  context.program = by_kubelet ? "kubelet" : "kubernetes";
  if (is_node) context.scope.node = row.object;
  else if (by_kubelet) context.scope.node = row.host;
  if (is_pod && !row.object.empty()) context.scope.pod = full_name(block, row.name_space, row.object);
  context.scope.container = row.container;
  saying.about_pod = unsaid;
  saying.about_container = (unsaid || is_pod) && (!row.container.empty() || is_container_reason(row.reason));
  if (saying.about_container) {
    const auto image = quoted_image(row.message);
    if (!image.empty() && !row.container.empty() && !context.scope.pod.empty()) add_container(context.scope.pod, row.container, image);
    constexpr std::size_t k_enough = 2;  // with two of them none is used
    if (!image.empty() && context.scope.pod.empty() && block.images.size() < k_enough) block.images.emplace(image);
  }
  if (is_other_subject(row.reason)) context.attributes.emplace_back("subject", "other");
  // How long a pull is under way shows in this age even where nothing is dated.
  if (row.reason == "Pulling" && row.last)
    context.attributes.emplace_back("ago", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(row.last->age).count()));

  // "Successfully assigned shop/cart-1 to node-a" (before 1.13 without the namespace) is what names pod and node in
  // a paste of nothing but event rows.
  constexpr std::string_view k_assigned = "Successfully assigned ";
  if ((row.reason == "Scheduled" || row.reason == "scheduled") && row.message.starts_with(k_assigned)) {
    const auto words = split_words(row.message.substr(k_assigned.size()));
    if (words.size() >= 3 && words[1] == "to") {
      auto pod = std::string(words[0]);
      if (pod.find('/') == std::string::npos) pod = full_name(block, row.name_space, pod);
      place_pod(pod, words[2]);
      if (unsaid && block.pod.empty()) block.pod = pod;
      if (is_pod) context.scope.pod = pod;
    }
  }
  if (by_kubelet && is_pod && !row.host.empty()) place_pod(context.scope.pod, row.host);
}

void Collector::complete_scope(const Block& block, Saying& saying) const {
  auto& scope = saying.context.scope;
  if (scope.pod.empty() && saying.about_pod) scope.pod = block.pod;
  if (!scope.pod.empty() && scope.pod.find('/') == std::string::npos) {
    const auto full = full_names_.find(scope.pod);
    if (full != full_names_.end() && !full->second.empty()) scope.pod = full->second;
  }
  const auto found = pods_.find(scope.pod);
  const Pod* pod = found == pods_.end() ? nullptr : &found->second;
  if (scope.node.empty() && pod != nullptr) scope.node = pod->node;
  if (scope.node.empty() && saying.about_pod) scope.node = block.node;
  if (scope.node.empty()) scope.node = file_.node;
  if (!saying.about_container) return;

  const auto image = saying.reason.empty() ? std::string_view{} : quoted_image(saying.text);
  if (scope.image.empty()) scope.image = image;
  if (scope.container.empty()) scope.container = named_container(saying.reason, saying.text);
  // A paste of event rows alone: "Error: ErrImagePull" is about the only image that they name.
  if (scope.image.empty() && (pod == nullptr || pod->containers.empty()) && saying.about_pod && block.images.size() == 1)
    scope.image = *block.images.begin();
  if (pod == nullptr) return;
  const Container* match = nullptr;
  int matches = 0;
  for (const auto& container : pod->containers) {
    const bool fits = !scope.container.empty() ? container.name == scope.container
                      : !scope.image.empty()   ? container.image == scope.image
                                               : true;
    if (!fits) continue;
    match = &container;
    ++matches;
  }
  if (matches != 1) return;  // two containers, and nothing says which
  if (scope.container.empty()) scope.container = match->name;
  if (scope.image.empty()) scope.image = match->image;
}

void Collector::emit(const Block& block, Saying& saying) {
  auto& context = saying.context;
  if (saying.only_if_used && images_.find(context.scope.image) == images_.end()) return;
  complete_scope(block, saying);
  const bool state = saying.reason.empty();  // it was so when the command ran
  if (!context.when.at && block.moment && (saying.last || state)) context.when = stamp_of(*block.moment, saying.last.value_or(Age{}));
  std::size_t understood = 0;
  if (!saying.text.empty()) understood = voice_.interpret(saying.text, context, sink_);
  for (auto& fact : saying.facts) voice_.note(std::move(fact), context, k_reader, sink_);
  if (understood == 0 && saying.facts.empty() && !saying.reason.empty())
    for (auto& fact : facts_of_event(saying.reason)) voice_.note(std::move(fact), context, k_reader, sink_);
}

void Collector::emit_all() {
  for (auto& block : blocks_) {
    // Tables are sorted by many things; order is all that is left of time where no date is. A row without an age
    // stays behind the row before it, and states, which hold now, come last.
    std::vector<std::pair<nanoseconds, Saying*>> order;
    order.reserve(block.sayings.size());
    nanoseconds age = nanoseconds::max();
    for (auto& saying : block.sayings) {
      if (saying.last) age = saying.last->age;
      order.emplace_back(saying.reason.empty() ? nanoseconds{-1} : age, &saying);
    }
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [unused, saying] : order) emit(block, *saying);
  }
  blocks_.clear();
}

}  // namespace unsnag::readers::kubernetes
