// SPDX-License-Identifier: Apache-2.0
// Where things stand in a YAML stream that yaml-cpp has taken. What it does not know (explicit keys, anchors on keys) it
// says so instead of guessing; what it gets wrong shows when the edited text is read again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edit/tree.h"

namespace unsnag::edit {

struct YamlNode {
  enum class Style : std::uint8_t { empty, plain, single, doubled, literal, folded, alias, flow, block };
  Style style = Style::empty;
  bool anchor = false;
  std::string tag;
  std::size_t column = 0;  // of a block list's dashes, a block map's keys, a block scalar's text
  std::size_t behind = 0;  // the place behind the ':' or '-' that leads to the value
  Span body;               // a block scalar's lines
};

struct YamlFile {
  Tree tree;                    // the root is the list of documents that are not empty
  std::vector<YamlNode> about;  // of each node
};

/// Errors: unsupported (detail says in which line and what).
Result<YamlFile> scan_yaml(std::string_view text);

}  // namespace unsnag::edit
