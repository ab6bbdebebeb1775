// SPDX-License-Identifier: Apache-2.0
#include "diagnose/effective.h"

namespace unsnag::diagnose {
namespace {

/// kubelet's settings that exist as flags alone; all others may stand in its configuration file, too.
bool is_flag_only(std::string_view key) { return key == "image-pull-progress-deadline"; }

/// How much an origin counts. kubelet prints its FLAG: lines before it reads its configuration file (seen with 1.17
/// to 1.36), so for a setting that the file may hold such a line says no more than the default.
int precedence(const CaseFact& fact, std::string_view key) {
  const auto origin = fact.fact.get("origin");
  const auto message = fact.fact.get("message");
  const bool printed_at_start =
      origin == "flag" && (message.substr(0, 13) == "kubelet.flag-" || message.substr(0, 16) == "dockershim.flag-");
  if (origin == "effective") return 6;
  if (printed_at_start) return is_flag_only(key) ? 5 : 0;
  if (origin == "log") return 5;
  if (origin == "flag") return 4;
  if (origin == "drop-in") return 3;
  if (origin == "file") return 2;
  return 1;
}

std::string_view bare(std::string_view key) {
  while (!key.empty() && key.front() == '-') key.remove_prefix(1);
  const auto dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

}  // namespace

const CaseFact* effective_setting(const CaseFile& file, std::string_view of, std::string_view key) {
  const CaseFact* found = nullptr;
  int rank = -1;
  for (const auto& fact : file.facts) {
    if (fact.fact.name != "setting" || bare(fact.fact.get("key")) != key) continue;
    if (const auto owner = fact.fact.get("of"); !of.empty() && !owner.empty() && owner != of) continue;
    const auto own = precedence(fact, key);
    if (own >= rank) {  // of equals the later one: a later drop-in replaces an earlier one
      rank = own;
      found = &fact;
    }
  }
  return found;
}

}  // namespace unsnag::diagnose
