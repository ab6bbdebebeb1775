// SPDX-License-Identifier: Apache-2.0
#include "edit/tree.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace unsnag::edit {
namespace {

std::string entry_name(NodeId parent, std::string_view key) {
  auto name = std::to_string(parent);
  name += '/';
  name += key;
  return name;
}

}  // namespace

NodeId Tree::add(NodeId parent, std::string key, Node::Kind kind) {
  const auto id = static_cast<NodeId>(nodes_.size());
  if (nodes_[parent].kind == Node::Kind::map) by_key_[entry_name(parent, key)] = id;
  nodes_[parent].children.push_back(id);
  auto& node = nodes_.emplace_back();
  node.kind = kind;
  node.parent = parent;
  node.key = std::move(key);
  return id;
}

NodeId Tree::child(NodeId parent, const std::string& step) const {
  const auto& node = nodes_[parent];
  if (node.kind == Node::Kind::map) {
    const auto found = by_key_.find(entry_name(parent, step));
    return found == by_key_.end() ? k_nothing : found->second;
  }
  if (node.kind != Node::Kind::list || step.size() < 3) return k_nothing;
  std::size_t index = 0;
  const auto [end, failure] = std::from_chars(step.data() + 1, step.data() + step.size() - 1, index);
  if (failure != std::errc{} || index >= node.children.size()) return k_nothing;
  return node.children[index];
}

NodeId Tree::descend(const Path& path, std::size_t& steps, NodeId from) const {
  steps = 0;
  for (const auto& step : path) {
    const auto inner = child(from, step);
    if (inner == k_nothing) break;
    from = inner;
    ++steps;
  }
  return from;
}

bool Tree::is_within(NodeId id, NodeId outer) const {
  while (id != outer && id != k_nothing) id = nodes_[id].parent;
  return id == outer;
}

Delimited Tree::delimited(NodeId id, bool comments) const {
  Delimited list{nodes_[id].value.begin, nodes_[id].value.end - 1, {}, comments};
  for (const auto child : nodes_[id].children) list.items.push_back(nodes_[child].item);
  return list;
}

std::size_t Tree::index_in_parent(NodeId id) const {
  const auto& among = nodes_[nodes_[id].parent].children;
  return static_cast<std::size_t>(std::find(among.begin(), among.end(), id) - among.begin());
}

}  // namespace unsnag::edit
