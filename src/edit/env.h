// SPDX-License-Identifier: Apache-2.0
// Changing one variable of a file of variables: /etc/default/kubelet, /etc/sysconfig/docker, /etc/environment. systemd reads
// them (EnvironmentFile= in systemd.exec(5); basic/env-file.c), shells source them, PAM reads the last one; what is
// written means the same to all three wherever that can be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edit/new_value.h"

namespace unsnag::edit {

struct EnvAssignment {
  std::string name, value;
  bool exported = false;  // `export A=b`: for a shell only, systemd ignores the line
};

std::vector<EnvAssignment> read_env(std::string_view text);
/// The last assignment's value.
std::optional<std::string> get_env(std::string_view text, std::string_view name);

/// Replaces the last assignment of `name`, keeping `export` and the kind of quotes, or adds a line at the end.
/// Errors: invalid_argument (a name or a value that cannot stand there: NUL).
Result<std::string> set_env(std::string_view text, std::string_view name, std::string_view value);
/// Takes all assignments of `name` out. Errors: not_found.
Result<std::string> remove_env(std::string_view text, std::string_view name);

/// A value as it has to be written behind `NAME=`: bare where all of it is harmless, else in double quotes.
std::string quote_env(std::string_view value);
/// What systemd makes of what stands behind `NAME=`.
std::string unquote_env(std::string_view written);

}  // namespace unsnag::edit
