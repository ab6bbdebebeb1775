// SPDX-License-Identifier: Apache-2.0
// index.json: what is in a bundle, where it is from, how complete it is, and what is not in it. docs/bundle.md is the
// contract. A bundle may come from anybody, so what is read here is hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "bundle/item.h"

namespace unsnag::bundle {

inline constexpr std::uint64_t k_index_version = 1;

/// Who collected what, where and how.
struct Identity {
  std::string tool;  // "unsnag 0.1.0"
  std::string node;  // the node's name as it calls itself
  SysTime begun{};
  std::string since = {};                       // what the user asked for ("1h"), "" for all
  std::optional<SysTime> since_at = {};         // … and the moment that it meant
  std::optional<std::uint64_t> max_bytes = {};  // of contents, before compression
  std::optional<uid_t> uid = {};                // who collected
  std::string root = {};                        // the folder that the node's root was in; "" for the machine itself
  std::string privileges = {};                  // for people: "root", "no CAP_DAC_READ_SEARCH"
  std::string layout = "native";                // native or eks
};

struct IndexItem {
  Item item;  // its path is the one in this bundle
  Outcome outcome;
  std::string error = {};  // missing: the kind of failure, as of Errc ("permission denied")
  // Of what is there:
  std::uint64_t bytes = 0, lines = 0;
  std::string sha256 = {};              // of the content as it is in the bundle, all parts joined
  std::vector<std::string> parts = {};  // the members that it was written to in their order, when they are several

  [[nodiscard]] bool is_there() const { return !sha256.empty(); }
};

struct Index {
  Identity identity;
  SysTime ended{};
  std::vector<IndexItem> items;
};

/// The text of index.json.
std::string write_index(const Index& index);

/// Reads what write_index wrote, also by an unsnag that says more. Paths in it are relative and don't lead out of the bundle.
/// Limits: those of parse_json; 100,000 items, 4096 bytes a path.
/// Errors: malformed (with the line), too_large, unsupported (a version that this one does not know).
Result<Index> read_index(std::string_view text);

}  // namespace unsnag::bundle
