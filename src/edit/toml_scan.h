// SPDX-License-Identifier: Apache-2.0
// Where things stand in a TOML file that toml++ has taken: so this need not refuse anything, only be right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edit/tree.h"

namespace unsnag::edit {

/// A line, or several, with a key or a table's header. Comments and blank lines are in none.
struct TomlStatement {
  enum class Kind : std::uint8_t { header, item_header, entry, opaque };
  Kind kind = Kind::entry;
  Span lines;               // with the line break
  NodeId node = k_nothing;  // the table, or the entry's value
  NodeId section = k_root;  // the table whose header stands above
  std::string prefix;       // a header's name, or what an entry's key begins with up to its last dot, as written
  std::size_t depth = 0;    // how many conditions of a template are around
};

struct TomlFile {
  Tree tree;
  std::vector<TomlStatement> statements;
};

/// An action of a Go template that is no value: its lines, or from it to the end of its line.
struct TemplateAction {
  Span lines;
  int depth = 0;  // how many conditions more are around what follows
};

TomlFile scan_toml(std::string_view text, const std::vector<TemplateAction>& opaque);

/// A template of a TOML file made TOML of the same size: actions that stand by themselves ({{ if … }}) become comments,
/// those in values a string.
struct TomlTemplate {
  std::string masked;
  std::vector<TemplateAction> opaque;
};
TomlTemplate mask_template(std::string_view text);

}  // namespace unsnag::edit
