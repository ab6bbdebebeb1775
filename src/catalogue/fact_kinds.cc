// SPDX-License-Identifier: Apache-2.0
#include "catalogue/fact_kinds.h"

#include <map>
#include <string>

#include "catalogue/built_in.h"

namespace unsnag::catalogue {

FailureKind failure_kind(std::string_view fact) {
  static const std::map<std::string, FailureKind, std::less<>> k_kinds = [] {
    std::map<std::string, FailureKind, std::less<>> kinds;
    for (const auto& [name, failure] : built_in_facts())
      kinds.emplace(name, failure == "pull"   ? FailureKind::pull
                          : failure == "step" ? FailureKind::step
                          : failure == "node" ? FailureKind::node
                                              : FailureKind::no);
    return kinds;
  }();
  const auto it = k_kinds.find(fact);
  return it == k_kinds.end() ? FailureKind::no : it->second;
}

}  // namespace unsnag::catalogue
