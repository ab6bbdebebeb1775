// SPDX-License-Identifier: Apache-2.0
// Where everything in a file stands: maps, lists and scalars with their places. What they mean is not in it; for that the
// file is read with base/document.h. Each format's scan fills one of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "edit/delimited.h"
#include "edit/new_value.h"
#include "edit/text_edit.h"

namespace unsnag::edit {

using NodeId = std::uint32_t;
constexpr NodeId k_root = 0;
constexpr NodeId k_nothing = UINT32_MAX;

struct Node {
  enum class Kind : std::uint8_t { scalar, list, map };
  Kind kind = Kind::scalar;
  bool flow = false;  // a list or map between brackets
  NodeId parent = k_nothing;
  std::string key;  // of a map's entry, without quotes and escapes
  Span item;        // of an entry: from the key; of a list's item: itself
  Span value;
  std::vector<NodeId> children;
};

class Tree {
 public:
  Tree() { nodes_.emplace_back().kind = Node::Kind::map; }
  NodeId add(NodeId parent, std::string key, Node::Kind kind);
  [[nodiscard]] Node& operator[](NodeId id) { return nodes_[id]; }
  [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// The entry of a map, the last of that key, or a list's "[i]"; k_nothing: there is none.
  [[nodiscard]] NodeId child(NodeId parent, const std::string& step) const;
  /// The innermost node on the way; `steps` says how many of the path's steps lead to it.
  [[nodiscard]] NodeId descend(const Path& path, std::size_t& steps, NodeId from = k_root) const;
  [[nodiscard]] bool is_within(NodeId id, NodeId outer) const;
  /// A flow list or map, for delimited.h.
  [[nodiscard]] Delimited delimited(NodeId id, bool comments) const;
  [[nodiscard]] std::size_t index_in_parent(NodeId id) const;

 private:
  std::vector<Node> nodes_;
  std::unordered_map<std::string, NodeId> by_key_;
};

}  // namespace unsnag::edit
