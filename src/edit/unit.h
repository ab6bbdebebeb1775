// SPDX-License-Identifier: Apache-2.0
// Changing one assignment of a systemd unit file or drop-in. As in systemd.syntax(7): lines that end in a backslash go on,
// comments may stand between them, sections may come again. What systemd makes of specifiers (%i) and of $VARIABLES is
// not looked at: a value that means a percent sign has to bring two.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edit/new_value.h"

namespace unsnag::edit {

struct UnitAssignment {
  std::string section, key, value;  // value: continuation lines joined, as systemd does
};

/// All assignments in the file's order. Lines that systemd would ignore with a warning are left out.
std::vector<UnitAssignment> read_unit(std::string_view text);
/// The last assignment's value, "" where that resets; none where the key isn't assigned.
std::optional<std::string> get_unit(std::string_view text, std::string_view section, std::string_view key);

/// Replaces the last assignment of `key`, or adds one at the end of the section, or the section at the end of the file. A
/// last assignment of nothing is a reset and stays: the new one comes behind it. Of a value that goes over several lines
/// only the words that differ are written.
/// Errors: invalid_argument (a value with a line break, blanks around it, or a backslash at its end).
Result<std::string> set_unit(std::string_view text, std::string_view section, std::string_view key, std::string_view value);
/// One more assignment, behind the section's others of that key, else at its end.
Result<std::string> add_unit(std::string_view text, std::string_view section, std::string_view key, std::string_view value);
/// Takes all assignments of `key` out, with their continuation lines. Errors: not_found.
Result<std::string> remove_unit(std::string_view text, std::string_view section, std::string_view key);

/// A variable in the Environment= of `section`: the last assignment of `name` is replaced in its line, else a line is added.
Result<std::string> set_unit_environment(std::string_view text, std::string_view section, std::string_view name, std::string_view value);
std::optional<std::string> get_unit_environment(std::string_view text, std::string_view section, std::string_view name);
/// Takes `name` out of every Environment=; lines that are left with nothing go, since an empty one would reset. not_found.
Result<std::string> remove_unit_environment(std::string_view text, std::string_view section, std::string_view name);

}  // namespace unsnag::edit
