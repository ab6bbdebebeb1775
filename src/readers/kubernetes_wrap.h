// SPDX-License-Identifier: Apache-2.0
// Event rows that stand on several lines: cut at a terminal's width, wrapped by a mail program or chat, or broken by a
// newline inside the message itself (registries' words come so: "… 403 Forbidden\ndenied: …", rest at column 0).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "readers/kubernetes_lines.h"

namespace unsnag::readers::kubernetes {

/// Lines `first` .. `end` - 1 that belong to one row.
struct RowLines {
  std::size_t first = 0, end = 0;
};

/// Where the text's rows were cut; all rows of a text were wrapped by the same terminal.
struct Wrapping {
  std::size_t hard = 0;  // every line of that width was cut, in the middle of words too; 0: none
  std::size_t soft = 0;  // lines were broken at blanks to stay below it; 0: none
};
Wrapping find_wrapping(const Lines& lines, const std::vector<RowLines>& rows);

/// The row as kubectl printed it, with "\n" where the message had one.
std::string join_row(const Lines& lines, const RowLines& row, const Wrapping& wrapping);

}  // namespace unsnag::readers::kubernetes
