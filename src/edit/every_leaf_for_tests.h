// SPDX-License-Identifier: Apache-2.0
// What must hold of an editor whatever the file: tried on every value of it, for tests and for fuzzing; not in the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::edit {

enum class Format : std::uint8_t { toml, yaml, json, unit, env };

struct Tried {
  std::size_t edits = 0;                // that were made, and read again as they should
  std::size_t undone = 0;               // of them, those whose inverse gave the very bytes back
  std::vector<std::string> refused;     // with the reason
  std::vector<std::string> not_undone;  // the value comes back, but not the way it was written
  std::vector<std::string> wrong;       // never
};

/// Sets each scalar to another value and back; adds a key to each map and takes it out; adds an item to each list of texts
/// and takes it out; sets, adds and removes assignments. At most `limit` places of a file are tried, evenly spread.
Tried try_every_leaf(std::string_view text, Format format, std::size_t limit = SIZE_MAX);

}  // namespace unsnag::edit
