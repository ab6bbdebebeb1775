// SPDX-License-Identifier: Apache-2.0
#include "report/group.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "timeline/timeline.h"

namespace unsnag::report {

using diagnose::Proof;
using diagnose::Verdict;

const std::string& image_of(const Verdict& verdict) { return verdict.image_as_given.empty() ? verdict.image : verdict.image_as_given; }

std::string Group::headline() const {
  const auto same = [&](const Verdict* other) { return other->summary == first().summary; };
  if (std::all_of(members.begin(), members.end(), same)) return first().summary.empty() ? first().title : first().summary;
  std::set<std::string_view> images;
  for (const auto* member : members) images.insert(member->image);
  const auto count = images.size() > 1 ? fmt::format("{} images", images.size()) : fmt::format("{} nodes", members.size());
  return fmt::format("{} ({})", first().title.empty() ? first().cause : first().title, count);
}

std::vector<const Proof*> Group::proof(std::size_t most) const {
  std::vector<const Proof*> list;
  std::set<std::pair<std::string_view, std::uint64_t>> places;
  std::size_t longest = 0;
  for (const auto* member : members) longest = std::max(longest, member->proof.size());
  for (std::size_t rank = 0; rank < longest; ++rank)
    for (const auto* member : members) {
      if (rank >= member->proof.size()) continue;
      if (list.size() == most) return list;
      const auto& proof = member->proof[rank];
      // A file that speaks as a whole (line 0) may say several things.
      if (proof.line == 0 || places.emplace(proof.file, proof.line).second) list.push_back(&proof);
    }
  return list;
}

std::vector<Group> group(const std::vector<Verdict>& verdicts) {
  std::vector<Group> groups;
  std::unordered_map<std::string, std::size_t> by_key;
  for (const auto& verdict : verdicts) {
    const auto key = fmt::format("{}\n{}\n{}", verdict.cause, verdict.rule, timeline::registry_of(verdict.image));
    const auto [it, is_new] = by_key.try_emplace(key, groups.size());
    if (is_new) groups.emplace_back();
    groups[it->second].members.push_back(&verdict);
  }
  return groups;
}

}  // namespace unsnag::report
