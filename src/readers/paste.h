// SPDX-License-Identifier: Apache-2.0
// What people paste is put together: a describe, then `df -h`, then a hosts.toml, with prompts, fences and words between.
// Configuration has no marks of its own like a log line or a table's row, so its documents are cut out first: where one
// begins is told by its first line (a section, a key, a brace, a command that prints it), where it ends by the grammar of
// its lines. The rest of the text keeps its line numbers and goes to the readers of tables, kubectl's output and logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "readers/files.h"

namespace unsnag::readers {

/// A longer text is no paste: it is not cut.
constexpr std::size_t k_max_paste = std::size_t{1} << 20U;

/// Lines [first, end), counted from 0, that may be a document.
struct Part {
  enum class Kind : std::uint8_t { json, ini, yaml };  // ini: TOML, units, variables
  Kind kind;
  std::size_t first = 0, end = 0;
  std::string_view path;  // where it stood on the node, if the paste says so; else ""
  bool framed = false;    // a command or a fence frames it: it is there as a whole, and what is wrong in it is meant
};

/// Cuts a text into its lines' documents, in order, apart from each other. At most some hundreds. Linear.
std::vector<Part> find_documents(const std::vector<std::string_view>& lines);

/// Reads the paste's configuration into `sink`. Returns the paste with the documents' lines left blank, or "" when there
/// is none in it (or the text is longer than a paste).
std::string read_documents(const File& paste, timeline::Sink& sink);

}  // namespace unsnag::readers
