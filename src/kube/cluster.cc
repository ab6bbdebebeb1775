// SPDX-License-Identifier: Apache-2.0
#include "kube/cluster.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"

namespace unsnag::kube {
namespace {

constexpr std::size_t k_most_pods = 1'000;  // of one node: the largest ones have 250
constexpr std::size_t k_most_events = 5'000;
constexpr std::size_t k_most_namespaces = 50;
constexpr std::chrono::seconds k_most_time{60};

std::string json_of(const Value& object) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.document(object);
  return json.take() + "\n";
}

/// As kubectl prints several objects.
std::string json_of(const Api::Listed& listed) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("apiVersion", "v1").key("items").begin_array();
  for (const auto& item : listed.items) json.document(item);
  json.end_array().member("kind", "List").key("metadata").begin_object().member("resourceVersion", "").end_object().end_object();
  return json.take() + "\n";
}

class Reader {
 public:
  Reader(Api& api, std::string node, const std::function<void(Document)>& take)
      : api_(api), node_(std::move(node)), take_(take), until_(std::chrono::steady_clock::now() + k_most_time) {}

  void read() {
    read_node_object();
    read_pods();
    read_events();
    read_configz();
  }

 private:
  void hand_out(const std::string& name, const std::string& path, Result<std::string> text) {
    // Of no use to be tried with the next question.
    constexpr std::array k_silent{Errc::timed_out, Errc::unreachable, Errc::no_such_host, Errc::untrusted, Errc::cancelled};
    if (!text && !silent_ && std::find(k_silent.begin(), k_silent.end(), text.error().code) != k_silent.end()) silent_ = text.error();
    take_({"kubernetes/" + name, fmt::format("{}{}, as {} may ask", api_.access().server, path, api_.access().from), std::move(text)});
  }
  /// What `ask` gives, unless the server is known not to answer.
  template <typename Ask>
  auto ask(Ask ask) -> decltype(ask()) {
    if (!silent_ && late()) silent_ = Error{Errc::timed_out, "all answers before took too long"};
    if (!silent_) return ask();
    auto why = *silent_;
    why.context.emplace_back("not asked");
    return tl::unexpected<Error>(std::move(why));
  }

  [[nodiscard]] bool late() const { return std::chrono::steady_clock::now() > until_; }

  void read_node_object() {
    const auto path = "/api/v1/nodes/" + escaped(node_);
    auto got = ask([&] { return api_.get(path); });
    if (!got) return hand_out("node.json", path, tl::unexpected<Error>(std::move(got).error()));
    strip(*got);
    hand_out("node.json", path, json_of(*got));
  }
  void read_pods() {
    const auto path = "/api/v1/pods?fieldSelector=" + escaped("spec.nodeName=" + node_);
    auto got = ask([&] { return api_.list(path, k_most_pods); });
    if (!got) return hand_out("pods.json", path, tl::unexpected<Error>(std::move(got).error()));
    for (const auto& pod : got->items) {
      name_spaces_.insert(pod["metadata"]["namespace"].scalar);
      pods_.insert(pod["metadata"]["uid"].scalar);
    }
    hand_out("pods.json", path, json_of(*got));
  }
  /// The node's, and those of its pods, which the API can't select by node: by their namespaces, and then by pod or reporter.
  void read_events() {
    const auto of_node = "/api/v1/events?fieldSelector=" + escaped("involvedObject.kind=Node,involvedObject.name=" + node_);
    auto events = ask([&] { return api_.list(of_node, k_most_events); });
    if (!events) return hand_out("events.json", of_node, tl::unexpected<Error>(std::move(events).error()));
    std::size_t asked = 0;
    for (const auto& name_space : name_spaces_) {
      if (++asked > k_most_namespaces || events->items.size() >= k_most_events || late()) break;
      const auto path =
          fmt::format("/api/v1/namespaces/{}/events?fieldSelector={}", escaped(name_space), escaped("involvedObject.kind=Pod"));
      auto more = api_.list(path, k_most_events - events->items.size(), [&](const Value& event) {
        return pods_.count(event["involvedObject"]["uid"].scalar) != 0 || event["source"]["host"].scalar == node_ ||
               event["reportingInstance"].scalar == node_;
      });
      if (more) std::move(more->items.begin(), more->items.end(), std::back_inserter(events->items));
      else if (more.error().code == Errc::timed_out || more.error().code == Errc::cancelled) break;
    }
    hand_out("events.json", of_node + ", and of its pods' namespaces", json_of(*events));
  }
  void read_configz() {
    const auto path = fmt::format("/api/v1/nodes/{}/proxy/configz", escaped(node_));
    const auto got = ask([&] { return api_.get(path); });
    hand_out("kubelet-configz.json", path, got ? Result<std::string>(json_of(*got)) : tl::unexpected<Error>(got.error()));
  }

  Api& api_;
  std::string node_;
  const std::function<void(Document)>& take_;
  std::chrono::steady_clock::time_point until_;
  std::set<std::string> name_spaces_, pods_;
  std::optional<Error> silent_;
};

}  // namespace

Result<std::string> find_node(Api& api, const std::vector<std::string>& candidates) {
  std::optional<Error> first;
  for (const auto& candidate : candidates) {
    if (candidate.empty()) continue;
    const auto node = api.get("/api/v1/nodes/" + escaped(candidate));
    if (node) return candidate;
    if (!first) first = node.error();
    if (node.error().code != Errc::not_found && node.error().code != Errc::permission_denied) break;
    const auto labelled = api.list("/api/v1/nodes?labelSelector=" + escaped("kubernetes.io/hostname=" + candidate), 2);
    if (labelled && labelled->items.size() == 1) return labelled->items.front()["metadata"]["name"].scalar;
  }
  if (!first) return fail(Errc::invalid_argument, "no name of this node is known");
  return tl::unexpected<Error>(std::move(*first));
}

void read_node(Api& api, const std::string& node, const std::function<void(Document)>& take) { Reader(api, node, take).read(); }

}  // namespace unsnag::kube
