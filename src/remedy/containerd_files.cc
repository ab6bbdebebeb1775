// SPDX-License-Identifier: Apache-2.0
#include "remedy/containerd_files.h"

#include <algorithm>
#include <charconv>
#include <deque>

#include "base/text.h"

namespace unsnag::remedy {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Result<std::vector<std::string>> expand(const node::Root& root, const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) return std::vector<std::string>{pattern};
  std::vector<std::string> found;
  const auto folder = folder_of(pattern);
  const auto entries = root.list(folder.empty() ? "/" : folder);
  if (!entries) {
    if (entries.error().code == Errc::not_found) return found;
    return context<std::vector<std::string>>(tl::unexpected<Error>(entries.error()), "{}", folder);
  }
  for (const auto& entry : *entries)
    if (matches(pattern.substr(folder.size() + 1), entry.name)) found.push_back(folder + "/" + entry.name);
  return found;
}

int version_of(const Value& document) {
  const auto& text = document["version"].scalar;
  int version = 1;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, star = std::string_view::npos, retry = 0, i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && (pattern[at] == '?' || (pattern[at] != '*' && pattern[at] == text[i]))) {
      ++at;
      ++i;
    } else if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      retry = i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++retry;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

edit::Path image_table(int version) {
  if (version >= 3) return {"plugins", "io.containerd.cri.v1.images"};
  if (version == 2) return {"plugins", "io.containerd.grpc.v1.cri"};
  return {"plugins", "cri"};
}

Result<ContainerdFiles> read_containerd_files(const node::Root& root, const std::string& main) {
  constexpr std::size_t k_most = 1000;
  ContainerdFiles all;
  std::deque<std::string> waiting{main};
  std::vector<std::string> seen;
  while (!waiting.empty() && seen.size() < k_most) {
    const auto path = waiting.front();
    waiting.pop_front();
    if (std::find(seen.begin(), seen.end(), path) != seen.end()) continue;
    seen.push_back(path);
    const auto text = root.read(path);
    if (!text) {
      if (text.error().code == Errc::not_found && path == main) return all;
      return context<ContainerdFiles>(tl::unexpected<Error>(text.error()), "{}", path);
    }
    TRY_ASSIGN(auto document, context(parse_toml(*text), "{}", path));
    if (path == main) {
      all.has_main = true;
      all.version = version_of(document);
    }
    for (const auto& [key, item] : document["imports"].entries) {
      auto pattern = item.scalar;
      if (pattern.empty()) continue;
      if (pattern.front() != '/') pattern = folder_of(path) + "/" + pattern;
      TRY_ASSIGN(const auto files, expand(root, pattern));
      waiting.insert(waiting.end(), files.begin(), files.end());
      all.patterns.push_back(std::move(pattern));
    }
    all.files.push_back({path, std::move(document)});
  }
  return all;
}

}  // namespace unsnag::remedy
