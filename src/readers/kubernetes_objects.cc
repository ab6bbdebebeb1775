// SPDX-License-Identifier: Apache-2.0
// See kubernetes_objects.h. Sources: kubernetes staging/src/k8s.io/api/core/v1/types.go, events/v1/types.go.
#include "readers/kubernetes_objects.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "readers/kubernetes_node.h"

namespace unsnag::readers::kubernetes {
namespace {

class ObjectReader {
 public:
  ObjectReader(const Lines& lines, std::size_t first_line, Collector& collector)
      : lines_(lines), first_(first_line), collector_(collector) {}

  bool say_any(const Value& object, int depth);

 private:
  void say_pod(const Value& pod);
  void say_event(const Value& event);
  void say_node(const Value& node);
  void say_secret(const Value& secret);
  void say_container_spec(std::string_view pod, const Value& container);
  void say_container_status(std::string_view pod, const Value& status);
  void say_state(std::string_view pod, const Value& status, const Value& state);
  Saying& say_about(std::string_view pod, const Value& at);

  [[nodiscard]] std::uint64_t line_of(const Value& value) const { return first_ + std::max<std::uint64_t>(value.line, 1); }
  /// The text's line, or the message itself where the line does not hold it or drowns it in other things.
  [[nodiscard]] std::string_view shown(const Value& at, std::string_view message) const;

  const Lines& lines_;
  std::size_t first_;
  Collector& collector_;
};

std::string_view text_of(const Value& value) { return value.is_scalar() ? std::string_view(value.scalar) : ""; }

std::uint32_t number_of(const Value& value) {
  std::uint32_t number = 0;
  const auto text = text_of(value);
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<Stamp> time_of(const Value& value) {
  const auto text = text_of(value);
  return text.empty() ? std::nullopt : parse_rfc3339(text);
}

/// The first that has a text: objects of both event APIs name the same things differently.
const Value& first_of(std::initializer_list<const Value*> values) {
  const Value* last = nullptr;
  for (const auto* value : values) {
    last = value;
    if (!text_of(*value).empty()) break;
  }
  return *last;
}

std::string_view ObjectReader::shown(const Value& at, std::string_view message) const {
  const auto index = line_of(at) - 1;
  const auto line = index < lines_.size() ? trim(lines_[index]) : std::string_view{};
  constexpr std::size_t k_longest = 2000, k_compared = 24;
  if (message.empty()) return line.size() <= k_longest ? line : line.substr(0, k_longest);
  return line.size() <= k_longest && contains(line, message.substr(0, k_compared)) ? line : message;
}

Saying& ObjectReader::say_about(std::string_view pod, const Value& at) {
  auto& saying = collector_.say(line_of(at), shown(at, {}));
  saying.context.scope.pod = pod;
  saying.about_pod = !pod.empty();
  return saying;
}

void ObjectReader::say_event(const Value& event) {
  EventRow row;
  const auto& about = event["involvedObject"] ? event["involvedObject"] : event["regarding"];
  const auto& source = event["source"] ? event["source"] : event["deprecatedSource"];
  const auto& message = first_of({&event["message"], &event["note"]});
  row.kind = text_of(about["kind"]);
  row.object = text_of(about["name"]);
  row.name_space = text_of(about["namespace"]);
  row.container = container_of_path(text_of(about["fieldPath"]));
  row.type = text_of(event["type"]);
  row.reason = text_of(event["reason"]);
  row.message = trim(text_of(message));
  row.component = text_of(first_of({&source["component"], &event["reportingComponent"], &event["reportingController"]}));
  row.host = text_of(first_of({&source["host"], &event["reportingInstance"]}));
  row.count = std::max({1U, number_of(event["count"]), number_of(event["deprecatedCount"]), number_of(event["series"]["count"])});
  const auto& last = first_of({&event["series"]["lastObservedTime"], &event["lastTimestamp"], &event["deprecatedLastTimestamp"],
                               &event["eventTime"], &event["metadata"]["creationTimestamp"]});
  const auto& first = first_of(
      {&event["firstTimestamp"], &event["deprecatedFirstTimestamp"], &event["eventTime"], &event["metadata"]["creationTimestamp"]});
  row.last_at = time_of(last).value_or(Stamp{});
  row.first_at = time_of(first).value_or(Stamp{});
  if (row.kind.empty()) row.kind = "unknown";
  const auto& at = message.line != 0 ? message : event;
  collector_.say_event(row, collector_.use_block(), line_of(at), shown(at, row.message));
}

void ObjectReader::say_container_spec(std::string_view pod, const Value& container) {
  const auto name = text_of(container["name"]), image = text_of(container["image"]);
  collector_.add_container(pod, name, image);
  const auto& policy = container["imagePullPolicy"];
  if (text_of(policy).empty() || image.empty()) return;
  auto& saying = say_about(pod, policy);
  saying.context.scope.container = name;
  saying.context.scope.image = image;
  saying.facts = {make_fact("pull-policy", {{"policy", text_of(policy)}})};
}

void ObjectReader::say_state(std::string_view pod, const Value& status, const Value& state) {
  const auto& waiting = state["waiting"];
  const auto& running = state["running"];
  const auto& terminated = state["terminated"];
  const auto& body = waiting.is_map() ? waiting : terminated;
  const auto reason = text_of(body["reason"]), message = text_of(body["message"]);
  std::vector<timeline::Fact> facts = facts_of_reason(reason);
  std::optional<Stamp> when;
  if (running.is_map()) {
    facts = {make_fact("container-started")};
    when = time_of(running["startedAt"]);
  } else if (terminated.is_map() && facts.empty()) {
    when = time_of(terminated["startedAt"]);
    if (when) facts = {make_fact("container-started")};
  }
  if (facts.empty() && message.empty()) return;
  const Value& at = !reason.empty() ? body["reason"] : body["message"].line != 0 ? body["message"] : state;
  const auto fill = [&](Saying& saying) {
    saying.context.scope.container = text_of(status["name"]);
    saying.about_container = true;
    if (when) saying.context.when = *when;
  };
  if (!facts.empty()) {
    auto& saying = say_about(pod, running.is_map() ? running : at);
    fill(saying);
    saying.facts = std::move(facts);
  }
  if (message.empty()) return;
  auto& saying = say_about(pod, body["message"]);
  fill(saying);
  saying.text = message;
  saying.context.shown = shown(body["message"], message);
}

void ObjectReader::say_container_status(std::string_view pod, const Value& status) {
  // The spec's image is what was asked for; the status' may be another name of the same.
  collector_.add_container(pod, text_of(status["name"]), {});
  say_state(pod, status, status["lastState"]);
  say_state(pod, status, status["state"]);
}

void ObjectReader::say_pod(const Value& pod) {
  const auto& metadata = pod["metadata"];
  const auto& spec = pod["spec"];
  const auto& status = pod["status"];
  auto bare = text_of(metadata["name"]);
  if (bare.empty()) bare = text_of(metadata["generateName"]);
  const std::string name = collector_.pod_name(text_of(metadata["namespace"]), bare);
  collector_.place_pod(name, text_of(spec["nodeName"]));

  for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
    for (const auto& [unused, container] : spec[list].entries) say_container_spec(name, container);
  const auto& secrets = spec["imagePullSecrets"];
  for (const auto& [unused, secret] : secrets.entries)
    say_about(name, secret["name"]).facts = {make_fact("pod-uses-secret", {{"secret", text_of(secret["name"])}})};
  // Only an object of the API server: admission has merged in those of the service account by then.
  const bool live = metadata["uid"].is_scalar() && status.is_map();
  if (secrets.entries.empty() && live && spec.is_map()) say_about(name, spec).facts = {make_fact("pod-without-secret")};

  for (const std::string_view list : {"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"})
    for (const auto& [unused, container] : status[list].entries) say_container_status(name, container);
  for (const auto& [unused, condition] : status["conditions"].entries) {
    if (text_of(condition["type"]) != "PodScheduled" || text_of(condition["status"]) != "False") continue;
    auto& saying = say_about(name, condition["reason"]);
    saying.facts = {make_fact("not-a-pull", {{"what", "scheduling"}})};
    saying.context.shown = shown(condition["message"], text_of(condition["message"]));
  }
  if (const auto reason = text_of(status["reason"]); !reason.empty()) {  // Evicted
    auto& saying = say_about(name, status["reason"]);
    saying.facts = facts_of_reason(reason);
    saying.text = text_of(status["message"]);
  }
}

void ObjectReader::say_node(const Value& node) {
  const auto name = text_of(node["metadata"]["name"]);
  for (const auto& [key, value] : node["metadata"]["labels"].entries)
    say_node_label(collector_, name, key, line_of(value), shown(value, {}));
  for (const auto& [key, value] : node["status"]["nodeInfo"].entries)
    say_node_info(collector_, name, key, text_of(value), line_of(value), shown(value, {}));
  for (const auto& [unused, value] : node["status"]["conditions"].entries) {
    NodeCondition condition{text_of(value["type"]), text_of(value["status"]), text_of(value["reason"]), text_of(value["message"]), {}};
    if (const auto since = time_of(value["lastTransitionTime"])) condition.since = *since;
    if (is_condition_type(condition.type))
      say_condition(collector_, name, condition, line_of(value["type"]), shown(value["message"], condition.message));
  }
  // Up to 50 images stand here (nodeStatusMaxImages); they matter where a pod of the same text wants one.
  for (const auto& [unused, image] : node["status"]["images"].entries) {
    for (const auto& [unused_too, image_name] : image["names"].entries) {
      auto& saying = say_about({}, image_name);
      saying.context.scope.node = name;
      saying.context.scope.image = text_of(image_name);
      saying.facts = {make_fact("image-on-node")};
      saying.only_if_used = true;
    }
  }
}

void ObjectReader::say_secret(const Value& secret) {
  const auto type = text_of(secret["type"]);
  const auto hosts = registries_of_secret(secret);
  constexpr std::string_view k_docker = "kubernetes.io/docker";
  if (hosts.empty() && type.substr(0, k_docker.size()) != k_docker) return;
  const auto& name = secret["metadata"]["name"];
  say_about({}, name).facts = {
      make_fact("secret-for",
                {{"secret", text_of(name)}, {"namespace", text_of(secret["metadata"]["namespace"])}, {"type", type}, {"hosts", hosts}})};
}

bool ObjectReader::say_any(const Value& object, int depth) {
  constexpr int k_max_depth = 4;  // a list in a watch's event is 3
  if (depth > k_max_depth) return false;
  if (object.is_list() || (object.is_map() && object["items"].is_list())) {
    const auto& list = object.is_list() ? object : object["items"];
    auto item_kind = text_of(object["kind"]);  // a PodList's items may name no kind
    constexpr std::string_view k_list = "List";
    if (item_kind.size() > k_list.size()) item_kind.remove_suffix(k_list.size());
    bool known = item_kind == "Pod" || item_kind == "Event" || item_kind == "Node";
    for (const auto& [unused, item] : list.entries) {
      if (!item["kind"] && item_kind == "Pod") say_pod(item);
      else if (!item["kind"] && item_kind == "Event") say_event(item);
      else if (!item["kind"] && item_kind == "Node") say_node(item);
      else known = say_any(item, depth + 1) || known;
    }
    return known;
  }
  if (!object.is_map()) return false;
  if (object["type"].is_scalar() && object["object"].is_map()) return say_any(object["object"], depth + 1);  // a watch
  const auto kind = text_of(object["kind"]);
  const auto version = text_of(object["apiVersion"]);
  const bool core = version.empty() || version == "v1";
  if (kind == "Pod" && core) say_pod(object);
  else if (kind == "Event" && (core || version.substr(0, 14) == "events.k8s.io/")) say_event(object);
  else if (kind == "Node" && core) say_node(object);
  else if (kind == "Secret" && core) say_secret(object);
  else return false;
  return true;
}

}  // namespace

bool say_object(const Value& object, const Lines& lines, std::size_t first_line, Collector& collector) {
  return ObjectReader(lines, first_line, collector).say_any(object, 0);
}

}  // namespace unsnag::readers::kubernetes
