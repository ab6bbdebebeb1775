// SPDX-License-Identifier: Apache-2.0
// The case file of one failing image: every fact that may bear on it, each with how closely it belongs to it,
// who was being talked to, and whether it was said of the last attempt. Rules read nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/timeline.h"

namespace unsnag::diagnose {

class TimelineIndex;

/// How closely a fact belongs to a case.
enum class Tie : std::uint8_t {
  own,   // its line names the image, its pod, its URL or its request
  near,  // its line names no image, but its moment, host or being the only failure ties it
  node,  // a condition of the node, or a setting
};

struct CaseFact {
  const timeline::Noted* noted = nullptr;  // null: derived by diagnosis; `because` then names its grounds
  timeline::Fact fact;                     // with the computed attributes of docs/causes.md
  Tie tie = Tie::own;
  std::vector<const timeline::Noted*> because;  // of a derived fact
};

struct CaseFile {
  const TimelineIndex* index = nullptr;  // what all cases have in common
  const timeline::Pull* pull = nullptr;  // null: the evidence names no image
  std::optional<std::size_t> pull_index;
  std::string image;     // normalised; "" unknown
  std::string registry;  // "docker.io", "registry.example:5000", "" unknown
  std::string node;
  std::string pod;  // the first of those that failed; "" unknown. Of a case without an image the one that it is about
  std::vector<CaseFact> facts;
  std::optional<SysTime> last_failure;
  bool failed = false;  // false: nothing failed; it may still be slow, stuck or elsewhere

  [[nodiscard]] bool has(std::string_view fact) const;
  [[nodiscard]] const CaseFact* find(std::string_view fact) const;
};

/// Calls `on_case` with the cases of a timeline, in order: one for each image and node that was pulled, is stuck or
/// failed; one without an image where something failed and nothing says which image. A case lives as long as the call:
/// a hundred thousand of them at once would be most of the memory.
void for_each_case(const timeline::Timeline& timeline, const std::function<void(const CaseFile&)>& on_case);

/// How long before the command kubelet asked for the pull, as kubectl's ages tell it: the command ran later than anything it
/// printed. Of several askings the last one counts. `attempt`: only what asked for this one; null: any. nullopt: nothing tells.
std::optional<nanoseconds> asked_ago(const CaseFile& file, const timeline::Attempt* attempt = nullptr);

/// Who a fact's line was talking to: registry, blob-host, mirror, token, proxy, metadata, runtime, redirect, other, or ""
/// where the fact is not about talking to anybody (docs/causes.md, "Attributes that diagnosis computes").
std::string role_of(const timeline::Fact& fact, const CaseFile& file);

/// Facts that follow from several others: an effective setting, a full file system under a path, a queue, a trickle.
void derive(CaseFile& file);

}  // namespace unsnag::diagnose
