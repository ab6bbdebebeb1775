// SPDX-License-Identifier: Apache-2.0
// Adding to and taking from a list between brackets or braces, as JSON, TOML and YAML's flow style have them: on one line
// or on many, with or without a comma behind the last item, with comments between.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "edit/text_edit.h"

namespace unsnag::edit {

struct Delimited {
  std::size_t open = 0, close = 0;  // the brackets
  std::vector<Span> items;          // without blanks and commas
  bool comments = false;            // '#' begins one
};

struct ListStyle {
  std::string_view gap = " ";      // behind a comma on one line, where the list itself shows none
  std::string_view indent = "  ";  // of one level, where the list itself shows none
  bool spread = false;             // an empty list gets its first item on a line of its own
};

std::vector<Patch> append_item(std::string_view text, const Delimited& list, std::string item, const ListStyle& style);
std::vector<Patch> remove_item(std::string_view text, const Delimited& list, std::size_t index);

}  // namespace unsnag::edit
