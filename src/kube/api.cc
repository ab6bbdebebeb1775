// SPDX-License-Identifier: Apache-2.0
#include "kube/api.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace unsnag::kube {
namespace {

constexpr std::size_t k_page = 500;  // as kubectl's
constexpr std::size_t k_most_read = 5;
constexpr int k_most_limits = 6;  // of one request, for all of a list's pages
constexpr std::size_t k_most_words = 500;

http::Peer peer_of(const Access& access, const Asking& asking) {
  http::Peer peer;
  peer.tls = access.tls;
  peer.proxy = access.proxy;
  peer.stop = asking.stop;
  return peer;
}

Value* find(Value& map, std::string_view key) {
  for (auto& [name, value] : map.entries)
    if (name == key) return &value;
  return nullptr;
}

void remove(Value& map, std::string_view key) {
  std::erase_if(map.entries, [&](const auto& entry) { return entry.first == key; });
}

/// Kubernetes' own, by the domain before the slash, but not the copy of the whole object that kubectl leaves there.
bool is_kept_annotation(std::string_view key) {
  const auto domain = key.substr(0, key.find('/'));
  const auto within = [&](std::string_view parent) {
    return domain == parent ||
           (domain.size() > parent.size() && domain.ends_with(parent) && domain[domain.size() - parent.size() - 1] == '.');
  };
  return (within("kubernetes.io") || within("k8s.io")) && key != "kubectl.kubernetes.io/last-applied-configuration";
}

void strip_containers(Value& containers) {
  // What a program is started or probed with often holds a password, and explains no pull.
  constexpr std::array<std::string_view, 6> k_none_of_ours{"command",       "args",           "lifecycle",
                                                           "livenessProbe", "readinessProbe", "startupProbe"};
  for (auto& [unused, container] : containers.entries) {
    for (const auto key : k_none_of_ours) remove(container, key);
    if (auto* environment = find(container, "env"))
      for (auto& [unused_key, variable] : environment->entries) remove(variable, "value");
  }
}

}  // namespace

std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (plain) text += c;
    else text += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return text;
}

void strip(Value& object) {
  if (auto* about = find(object, "metadata")) {
    remove(*about, "managedFields");
    if (auto* annotations = find(*about, "annotations"))
      std::erase_if(annotations->entries, [](const auto& entry) { return !is_kept_annotation(entry.first); });
  }
  auto* spec = find(object, "spec");
  if (spec == nullptr) return;
  for (const auto* key : {"containers", "initContainers", "ephemeralContainers"})
    if (auto* containers = find(*spec, key)) strip_containers(*containers);
}

Api::Api(Access access, Asking asking) : access_(std::move(access)), asking_(std::move(asking)), client_(peer_of(access_, asking_)) {}

Result<Value> Api::get(const std::string& path) {
  http::Request request;
  request.url = access_.server + path;
  request.headers = {{"Accept", "application/json"}};
  request.bearer = access_.token;
  request.limit = asking_.limit;
  request.connect_limit = asking_.limit / 2;
  TRY_ASSIGN(auto answer, client_.send(request));
  const auto tree = parse_json(answer.body);
  if (answer.status >= 200 && answer.status < 300) return tree;
  // The server's own sentence, without the Status around it.
  if (tree && (*tree)["kind"].scalar == "Status") answer.body = clip((*tree)["message"].scalar, k_most_words);
  TRY(http::succeeded(std::move(answer)));
  return tree;
}

Result<Api::Listed> Api::list(const std::string& path, std::size_t most, const std::function<bool(const Value&)>& wanted) {
  Listed listed;
  std::string more;
  const auto until = std::chrono::steady_clock::now() + k_most_limits * asking_.limit;
  for (std::size_t seen = 0;;) {
    const auto page =
        fmt::format("{}{}limit={}{}", path, contains(path, "?") ? '&' : '?', k_page, more.empty() ? "" : "&continue=" + escaped(more));
    TRY_ASSIGN(auto got, get(page));
    // What a list's items are, only the list says: kubectl adds it to each.
    auto kind = got["kind"].scalar;
    if (!kind.ends_with("List")) return fail(Errc::malformed, "the answer is no list");
    kind.resize(kind.size() - 4);
    const auto version = got["apiVersion"].scalar;
    if (auto* items = find(got, "items")) {
      for (auto& [unused, item] : items->entries) {
        ++seen;
        if (wanted && !wanted(item)) continue;
        if (listed.items.size() == most) {
          listed.all = false;
          return listed;
        }
        strip(item);
        for (const auto& [key, text] : {std::pair("kind", kind), std::pair("apiVersion", version)}) {
          if (item[key]) continue;
          Value value;
          value.kind = Value::Kind::scalar;
          value.quoted = true;
          value.scalar = text;
          item.entries.insert(item.entries.begin(), {key, std::move(value)});
        }
        listed.items.push_back(std::move(item));
      }
    }
    more = got["metadata"]["continue"].scalar;
    if (more.empty()) return listed;
    // A page counts too: an empty one may promise another for ever.
    seen += 10;
    if (seen >= k_most_read * most || std::chrono::steady_clock::now() > until) {
      listed.all = false;
      return listed;
    }
  }
}

}  // namespace unsnag::kube
