// SPDX-License-Identifier: Apache-2.0
// See kubernetes_describe.h. Source of the layout: kubernetes pkg/kubectl/describe.go, now
// staging/src/k8s.io/kubectl/pkg/describe/describe.go.
#include "readers/kubernetes_describe.h"

#include <algorithm>

#include "base/text.h"
#include "readers/envelope.h"
#include "readers/kubernetes_node.h"

namespace unsnag::readers::kubernetes {
namespace {

using std::chrono::seconds;

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool is_top_key(std::string_view key) {
  static constexpr std::string_view k_keys[] = {"Name",
                                                "Namespace",
                                                "Priority",
                                                "Priority Class Name",
                                                "Runtime Class Name",
                                                "Service Account",
                                                "Node",
                                                "Start Time",
                                                "Labels",
                                                "Annotations",
                                                "Status",
                                                "Reason",
                                                "Message",
                                                "IP",
                                                "IPs",
                                                "Controlled By",
                                                "Created By",
                                                "Controllers",
                                                "Image(s)",
                                                "Replication Controllers",
                                                "Containers",
                                                "Init Containers",
                                                "Ephemeral Containers",
                                                "Conditions",
                                                "Readiness Gates",
                                                "Volumes",
                                                "QoS Class",
                                                "QoS Tier",
                                                "Node-Selectors",
                                                "Tolerations",
                                                "Topology Spread Constraints",
                                                "Events",
                                                "Roles",
                                                "Role",
                                                "CreationTimestamp",
                                                "Taints",
                                                "Unschedulable",
                                                "Lease",
                                                "Phase",
                                                "Addresses",
                                                "Capacity",
                                                "Allocatable",
                                                "System Info",
                                                "PodCIDR",
                                                "PodCIDRs",
                                                "ProviderID",
                                                "ExternalID",
                                                "Non-terminated Pods",
                                                "Allocated resources",
                                                "Selector",
                                                "Replicas",
                                                "Pod Template",
                                                "StrategyType",
                                                "Security Policy",
                                                "SeccompProfile",
                                                "NominatedNodeName",
                                                "Type",
                                                "Data"};
  return is_one_of(key, k_keys);
}

bool is_container_key(std::string_view key) {
  static constexpr std::string_view k_keys[] = {"Container ID",  "Image",
                                                "Image ID",      "Port",
                                                "Ports",         "Host Port",
                                                "Host Ports",    "Command",
                                                "Args",          "State",
                                                "Last State",    "Reason",
                                                "Message",       "Exit Code",
                                                "Signal",        "Started",
                                                "Finished",      "Ready",
                                                "Restart Count", "Limits",
                                                "Requests",      "Liveness",
                                                "Readiness",     "Startup",
                                                "Environment",   "Environment Variables from",
                                                "Mounts"};
  return is_one_of(key, k_keys);
}

bool is_container_name(std::string_view key) {
  return !key.empty() && key.size() <= 63 &&
         std::all_of(key.begin(), key.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_system_key(std::string_view key) {
  return key == "Container Runtime Version" || key == "Kubelet Version" || key == "OS Image" || key == "Architecture" ||
         key == "Kernel Version";
}

}  // namespace

DescribeReader::About DescribeReader::object_at(std::size_t i) const {
  const auto name = key_value(lines_[i]);
  if (!name || name->key != "Name" || name->value.empty()) return About::unknown;
  const auto indent = indent_of(lines_[i]);
  bool namespaced = false;
  constexpr std::size_t k_look_ahead = 40;  // a node's labels and annotations stand between
  for (auto j = i + 1; j < lines_.size() && j <= i + k_look_ahead; ++j) {
    if (is_blank(lines_[j])) break;
    if (indent_of(lines_[j]) != indent) continue;
    const auto kv = key_value(lines_[j]);
    if (!kv) continue;
    if (kv->key == "Name" || kv->key == "Events") break;
    if (kv->key == "Namespace") namespaced = true;
    if (namespaced && kv->key == "Node") return About::pod;
    if (namespaced && kv->key == "Labels") break;
    static constexpr std::string_view k_of_nodes[] = {"Roles", "Role", "Taints", "Unschedulable"};
    if (!namespaced && is_one_of(kv->key, k_of_nodes)) return About::node;
  }
  return namespaced ? About::other : About::unknown;
}

void DescribeReader::begin(About about, std::size_t indent) {
  finish();
  collector_.begin_block();
  about_ = about;
  head_indent_ = indent;
  section_ = Section::head;
}

bool DescribeReader::begin_fragment(std::size_t i, const KeyValue& kv) {
  const auto enter_at = [&](Section section) {
    begin(About::unknown, 0);
    section_ = section;
    return true;
  };
  if (kv.value.empty() && (kv.key == "Containers" || kv.key == "Init Containers" || kv.key == "Ephemeral Containers"))
    return enter_at(Section::containers);
  if (kv.key == "State" && (kv.value == "Waiting" || kv.value == "Running" || kv.value == "Terminated"))
    return enter_at(Section::containers);
  if (kv.key == "Reason" && is_image_reason(kv.value)) return enter_at(Section::containers);
  if ((kv.key == "Container Runtime Version" || kv.key == "Kubelet Version") && !kv.value.empty()) return enter_at(Section::system);
  if (kv.key == "Events") {
    const bool none = kv.value == "<none>";
    const bool rows =
        kv.value.empty() && i + 1 < lines_.size() && (is_describe_header(lines_[i + 1]) || row_layout(lines_[i + 1]) != Layout::none);
    if (none || rows) return enter_at(Section::events);
  }
  return false;
}

bool DescribeReader::take(std::size_t i) {
  if (i < skip_to_) return true;
  const auto line = lines_[i];
  if (is_blank(line)) return active();
  const auto kv = key_value(line);
  if (kv) {
    if (const auto about = object_at(i); about != About::unknown) begin(about, indent_of(line));
    else if (!active() && !begin_fragment(i, *kv)) return false;
    if (take_key(i, *kv, indent_of(line))) return true;
  }
  if (take_condition(i)) return true;
  if (!active()) return false;
  if (section_ == Section::labels && about_ == About::node) {
    const auto label = trim(line);
    say_node_label(collector_, name_, label.substr(0, label.find('=')), i + 1, line);
  }
  if (starts_record(trim(line))) {  // a log follows without a blank line between
    finish();
    return false;
  }
  if (kv && kv->key == "message") return false;  // YAML, not describe
  return indent_of(line) > head_indent_;
}

bool DescribeReader::take_key(std::size_t i, const KeyValue& kv, std::size_t indent) {
  const bool top = indent <= head_indent_ && is_top_key(kv.key);
  // In a paste without indentation a container's Reason looks like a pod's; the section tells.
  if (section_ == Section::containers && take_container_key(i, kv, indent)) return true;
  if (section_ == Section::system && is_system_key(kv.key)) {
    say_node_info(collector_, name_, kv.key, kv.value, i + 1, lines_[i]);
    return true;
  }
  if (kv.key == "RenewTime") {  // of the node's Lease
    if (const auto when = parse_describe_time(kv.value)) renewed_ = *when;
    return true;
  }
  if (!top) return false;
  if (kv.key == "Containers" || kv.key == "Init Containers" || kv.key == "Ephemeral Containers") enter(Section::containers);
  else if (kv.key == "Events") enter(Section::events);
  else if (kv.key == "Conditions") enter(Section::conditions);
  else if (kv.key == "System Info") enter(Section::system);
  else if (section_ == Section::head || section_ == Section::labels) take_head_key(i, kv);
  else enter(Section::skipped);
  return true;
}

void DescribeReader::take_head_key(std::size_t i, const KeyValue& kv) {
  section_ = kv.key == "Labels" ? Section::labels : Section::head;
  const auto pod = [this] { return std::string_view(collector_.block_pod()); };
  if (kv.key == "Labels" && about_ == About::node) {
    say_node_label(collector_, name_, kv.value.substr(0, kv.value.find('=')), i + 1, lines_[i]);
  } else if (kv.key == "Name") {
    name_ = kv.value;
    if (about_ == About::node) collector_.describe_node(name_);
  } else if (kv.key == "Namespace" && about_ == About::pod) {
    collector_.describe_pod(kv.value, name_);
    collector_.place_pod(pod(), {});
  } else if (kv.key == "Node" && about_ == About::pod) {
    collector_.place_pod(pod(), kv.value.substr(0, kv.value.find('/')));  // "node-a/10.0.0.1"
  } else if (kv.key == "Start Time") {
    if (const auto when = parse_describe_time(kv.value)) start_ = *when;
  } else if (kv.key == "Image(s)" && kv.value.find(',') == std::string_view::npos) {  // 1.0 and 1.1
    collector_.add_container(pod(), {}, kv.value);
  } else if (kv.key == "Reason") {
    pod_reason_ = kv.value;
    reason_line_ = i;
  } else if (kv.key == "Message") {
    pod_message_ = with_wrapped_rest(i, kv.value);
    if (reason_line_ == 0) reason_line_ = i;
  } else if (kv.key == "Type" && kv.value.substr(0, 20) == "kubernetes.io/docker") {
    collector_.say(i + 1, lines_[i]).facts = {make_fact("secret-for", {{"secret", name_}, {"type", kv.value}})};
  }
}

void DescribeReader::enter(Section section) {
  if (section_ == Section::head || section_ == Section::labels) finish_head();
  finish_container();
  container_seen_ = false;
  section_ = section;
}

void DescribeReader::finish_head() {
  if (about_ != About::pod || (pod_reason_.empty() && pod_message_.empty())) return;
  auto& saying = collector_.say(reason_line_ + 1, lines_[reason_line_]);  // Reason: Evicted
  saying.facts = facts_of_reason(pod_reason_);
  saying.text = pod_message_;
}

bool DescribeReader::take_container_key(std::size_t i, const KeyValue& kv, std::size_t indent) {
  if (kv.value.empty() && is_container_name(kv.key) && (!container_seen_ || indent == container_indent_)) {
    finish_container();
    container_.name = kv.key;
    container_indent_ = indent;
    container_seen_ = true;
    return true;
  }
  if (!is_container_key(kv.key)) return false;
  if (kv.key == "Image") {
    container_.image = kv.value;
    collector_.add_container(collector_.block_pod(), container_.name, kv.value);
  } else if (kv.key == "State" || kv.key == "Last State") {
    state_ = kv.key == "State" ? &container_.now : &container_.last;
    *state_ = State{kv.value, {}, {}, i, {}};
  } else if (kv.key == "Reason") {
    if (state_ == nullptr) *(state_ = &container_.now) = State{"Waiting", {}, {}, i, {}};  // a paste of this alone
    state_->reason = kv.value;
    state_->line = i;
  } else if (state_ != nullptr && kv.key == "Message") {
    state_->message = with_wrapped_rest(i, kv.value);
  } else if (state_ != nullptr && kv.key == "Started") {
    if (const auto when = parse_describe_time(kv.value)) state_->started = *when;
  } else if (kv.key == "Ready") {
    state_ = nullptr;
  }
  return true;
}

void DescribeReader::finish_container() {
  say_state(container_.last);
  say_state(container_.now);
  container_ = {};
  state_ = nullptr;
}

void DescribeReader::say_state(const State& state) {
  if (state.word.empty()) return;
  std::vector<timeline::Fact> facts;
  std::string_view text = state.message;
  if (state.word == "Waiting") {
    facts = facts_of_reason(state.reason);
    if (facts.empty() && text.empty()) text = state.reason;  // 1.0: "Image: x is not ready on the node"
  } else if (state.word == "Running") {
    facts = {make_fact("container-started")};
  } else if (state.word == "Terminated") {
    facts = facts_of_reason(state.reason);  // StartError, ContainerCannotRun
    if (facts.empty() && state.started.at) facts = {make_fact("container-started")};
  }
  if (facts.empty() && text.empty()) return;
  auto& saying = collector_.say(state.line + 1, lines_[state.line]);
  saying.facts = std::move(facts);
  saying.text = text;
  saying.context.when = state.started;
  saying.context.scope.container = container_.name;
  saying.context.scope.image = container_.image;
  saying.about_container = true;
}

std::string_view DescribeReader::with_wrapped_rest(std::size_t i, std::string_view value) {
  std::string joined(value);
  constexpr std::size_t k_max_lines = 16;
  auto j = i + 1;
  for (; j < lines_.size() && j <= i + k_max_lines; ++j) {
    const auto line = lines_[j];
    if (is_blank(line) || key_value(line) || parse_prompt(line) || starts_record(trim(line))) break;
    joined += '\n';
    joined += trim(line);
  }
  if (j == i + 1) return value;
  skip_to_ = j;
  return collector_.keep(std::move(joined));
}

bool DescribeReader::take_condition(std::size_t i) {
  const auto words = split_words(lines_[i]);
  if (words.size() < 2 || !is_condition_type(words[0])) return false;
  if (words[1] != "True" && words[1] != "False" && words[1] != "Unknown") return false;
  if (words.size() < 14) return section_ == Section::conditions;  // a pod's conditions have no dates
  NodeCondition condition{words[0], words[1], words.size() > 14 ? words[14] : std::string_view{}, {}, {}};
  const auto date_at = [&](std::size_t k) {
    const auto from = static_cast<std::size_t>(words[k].data() - lines_[i].data());
    return parse_describe_time(lines_[i].substr(from));
  };
  const auto heartbeat = date_at(2), since = date_at(8);
  if (!heartbeat || !since) return false;
  condition.since = *since;
  if (words.size() > 15) condition.message = lines_[i].substr(static_cast<std::size_t>(words[15].data() - lines_[i].data()));
  if (!active()) begin(About::unknown, 0);
  if (condition.type == "Ready") ready_ = condition.status == "True";
  if (const auto event = event_of_condition(condition.type, condition.status); !event.empty())
    transitions_.push_back({event, condition.since});
  say_condition(collector_, name_, condition, i + 1, lines_[i]);
  return true;
}

void DescribeReader::anchor_by(const EventRow& row) {
  if (!active() || !row.last) return;
  if (about_ == About::pod && start_.at && row.reason == "Scheduled") {
    // kubelet writes startTime when it first sees the pod: in the second of the scheduling, or shortly after it.
    Stamp then = start_;
    *then.at -= seconds{2};
    then.uncertainty += seconds{2};
    collector_.anchor(moment_of(then, *row.last));
  }
  if (about_ != About::node || row.count != 1) return;
  for (const auto& transition : transitions_) {
    if (transition.event_reason != row.reason || !transition.when.at) continue;
    Stamp then = transition.when;
    *then.at -= seconds{1};
    then.uncertainty += seconds{2};
    candidates_.push_back(moment_of(then, *row.last));
  }
}

void DescribeReader::finish() {
  if (active()) {
    if (section_ == Section::head || section_ == Section::labels) finish_head();
    finish_container();
    // A Ready node renewed its lease within the last 50 s (node-monitor-grace-period; 40 s before 1.32). kubelet
    // repeats NodeHasNoDiskPressure and the like when it starts, so a transition counts only if it agrees with that.
    if (about_ == About::node && ready_ && renewed_.at) {
      const Moment lease{*renewed_.at, seconds{50}};
      collector_.anchor(lease);
      for (const auto& candidate : candidates_)
        if (candidate.from + candidate.width >= lease.from && candidate.from <= lease.from + lease.width) collector_.anchor(candidate);
    }
  }
  section_ = Section::none;
  about_ = About::unknown;
  head_indent_ = container_indent_ = reason_line_ = 0;
  container_seen_ = ready_ = false;
  name_ = pod_reason_ = pod_message_ = {};
  start_ = renewed_ = {};
  transitions_.clear();
  candidates_.clear();
  container_ = {};
  state_ = nullptr;
}

}  // namespace unsnag::readers::kubernetes
