// SPDX-License-Identifier: Apache-2.0
#include "bundle/own_files.h"

#include <algorithm>
#include <string>

namespace unsnag::bundle {

std::optional<OwnFile> own_file(std::string_view head) {
  constexpr std::size_t k_head = 256;
  head = head.substr(0, k_head);
  if (head.starts_with(k_verdict_heading)) return OwnFile::verdict;
  if (head.starts_with(k_readme_heading)) return OwnFile::readme;
  if (!head.starts_with('{')) return std::nullopt;
  std::string dense(head);
  dense.erase(std::remove_if(dense.begin(), dense.end(), [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }),
              dense.end());
  if (dense.starts_with(R"({"format":"unsnag-bundle")")) return OwnFile::index;
  if (dense.starts_with(R"({"format":"unsnag-redaction")")) return OwnFile::redaction;
  if (dense.starts_with(R"({"format":1,"verdict":)")) return OwnFile::verdict;  // docs/json.md
  return std::nullopt;
}

}  // namespace unsnag::bundle
