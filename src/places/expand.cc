// SPDX-License-Identifier: Apache-2.0
#include <fnmatch.h>

#include "base/text.h"
#include "places/places.h"

namespace unsnag::places {
namespace {

constexpr int k_deepest = 12;

class Expansion {
 public:
  Expansion(const List& list, std::size_t limit) : list_(list), limit_(limit) {}

  void from(const std::string& folder, const std::vector<std::string>& parts, std::size_t at) {
    if (paths.size() >= limit_) return;
    const bool last = at + 1 == parts.size();
    const auto& part = parts[at];
    if (part == "**") return below(folder, parts, at, 0);
    if (!is_pattern(part)) {
      // Further patterns will find out whether it is there.
      const auto path = folder + "/" + part;
      if (!last) return from(path, parts, at + 1);
      for (const auto& entry : list_(folder.empty() ? "/" : folder))
        if (entry.name == part) add(path);
      return;
    }
    for (const auto& entry : list_(folder.empty() ? "/" : folder)) {
      if (::fnmatch(part.c_str(), entry.name.c_str(), FNM_PERIOD) != 0) continue;
      if (!last) from(folder + "/" + entry.name, parts, at + 1);
      else if (!entry.folder) add(folder + "/" + entry.name);
    }
  }

  std::vector<std::string> paths;

 private:
  void below(const std::string& folder, const std::vector<std::string>& parts, std::size_t at, int depth) {
    if (depth > k_deepest) return;
    const bool last = at + 1 == parts.size();
    const auto entries = list_(folder);
    if (!last) from(folder, parts, at + 1);
    for (const auto& entry : entries) {
      if (paths.size() >= limit_) return;
      if (entry.folder) below(folder + "/" + entry.name, parts, at, depth + 1);
      else if (last) add(folder + "/" + entry.name);
    }
  }

  void add(std::string path) {
    if (paths.size() < limit_) paths.push_back(std::move(path));
  }

  const List& list_;
  std::size_t limit_;
};

}  // namespace

bool is_pattern(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

std::vector<std::string> expand(std::string_view pattern, const List& list, std::size_t limit) {
  if (!pattern.starts_with('/')) return {};
  if (!is_pattern(pattern)) return {std::string(pattern)};
  std::vector<std::string> parts;
  for (const auto part : split(pattern.substr(1), '/')) parts.emplace_back(part);
  Expansion expansion(list, limit);
  expansion.from("", parts, 0);
  return std::move(expansion.paths);
}

}  // namespace unsnag::places
