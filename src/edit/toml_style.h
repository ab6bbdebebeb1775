// SPDX-License-Identifier: Apache-2.0
// How a TOML file is written: its quotes, its indentation, its blank lines; so that what is added looks like the rest.
#pragma once

#include <string>
#include <string_view>

#include "edit/new_value.h"
#include "edit/toml_scan.h"

namespace unsnag::edit {

struct TomlStyle {
  char quote = '"';      // of texts
  char key_quote = '"';  // of keys that need one
  std::string unit;      // by which a table's keys stand further in than its header; "" where they don't
  std::string nesting;   // by which a nested table's header stands further in than its parent's; "" where it doesn't
  bool blank_between = true;
};

TomlStyle style_of(std::string_view text, const TomlFile& file);

std::string toml_key(std::string_view key, char quote);
/// In the quotes asked for, unless only the other kind can hold it.
std::string toml_text(std::string_view text, char quote);
std::string toml_value(const NewValue& value, char quote);

}  // namespace unsnag::edit
