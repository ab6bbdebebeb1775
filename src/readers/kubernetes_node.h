// SPDX-License-Identifier: Apache-2.0
// What a Node object says, whether printed by `describe node` or as YAML or JSON.
#pragma once

#include <cstdint>
#include <string_view>

#include "readers/kubernetes_say.h"

namespace unsnag::readers::kubernetes {

struct NodeCondition {
  std::string_view type, status, reason, message;
  Stamp since;  // lastTransitionTime
};
/// True for words that a node's conditions begin with.
bool is_condition_type(std::string_view word);
void say_condition(Collector& collector, std::string_view node, const NodeCondition& condition, std::uint64_t line, std::string_view shown);
/// The event's reason that kubelet sends at such a transition ("NodeHasDiskPressure"), or "".
std::string_view event_of_condition(std::string_view type, std::string_view status);

/// "Container Runtime Version" or "containerRuntimeVersion", and so on; false: not one that matters.
bool say_node_info(Collector& collector, std::string_view node, std::string_view key, std::string_view value, std::uint64_t line,
                   std::string_view shown);
/// A label of a node that tells who made it.
void say_node_label(Collector& collector, std::string_view node, std::string_view key, std::uint64_t line, std::string_view shown);

}  // namespace unsnag::readers::kubernetes
