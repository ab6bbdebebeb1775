// SPDX-License-Identifier: Apache-2.0
// Something that is known of each node, where lines may name none. What such a line says is true of any node, and of a
// pull whose node is unknown anything may be true: so each is told to two places and asked for in one or two.
#pragma once

#include <string_view>
#include <unordered_map>

#include "timeline/timeline.h"

namespace unsnag::diagnose {

/// T is default-constructed for each node that is named. Borrows the nodes' names.
template <typename T>
class ByNode {
 public:
  /// Calls `tell(T&)` for what is known of this node, and of all.
  template <typename Tell>
  void tell(std::string_view node, Tell&& tell) {
    tell(of_[timeline::short_name(node)]);
    tell(all_);
  }

  /// Calls `ask(T&)` for all that holds on this node: what was told of it and what was told of none.
  template <typename Ask>
  void ask(std::string_view node, Ask&& ask) {
    ask_in(*this, node, ask);
  }
  template <typename Ask>
  void ask(std::string_view node, Ask&& ask) const {
    ask_in(*this, node, ask);
  }

  /// Calls `visit(T&)` once for everything that can be asked for.
  template <typename Visit>
  void for_each(Visit&& visit) {
    for (auto& [node, known] : of_) visit(known);
    visit(all_);
  }

 private:
  template <typename Self, typename Ask>
  static void ask_in(Self& self, std::string_view node, Ask& ask) {
    node = timeline::short_name(node);
    if (node.empty()) return ask(self.all_);
    for (const auto part : {node, std::string_view()})
      if (const auto it = self.of_.find(part); it != self.of_.end()) ask(it->second);
  }

  std::unordered_map<std::string_view, T> of_;  // by short name; "" of none
  T all_;
};

}  // namespace unsnag::diagnose
