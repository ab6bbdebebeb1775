// SPDX-License-Identifier: Apache-2.0
// Changing one flag of a command line: in ExecStart=, in a variable such as KUBELET_EXTRA_ARGS, in a script. A flag is
// found as `--name=v`, `--name v`, `-name=v` or quoted in any way, and of several the last, which Go's flag packages obey.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edit/new_value.h"

namespace unsnag::edit {

enum class Words : std::uint8_t {
  systemd,  // quotes of both kinds, C's escapes in both (systemd.service(5), "Command lines")
  shell,    // POSIX: no escapes in single quotes; backslash and line break join lines
};

/// The flag's value: "true" for one that stands alone.
std::optional<std::string> get_flag(std::string_view words, std::string_view name, Words kind = Words::systemd);
/// Replaces the flag's value, or appends ` --name=value`.
/// Errors: malformed (a quote without an end), invalid_argument (a line break or NUL in the value).
Result<std::string> set_flag(std::string_view words, std::string_view name, std::string_view value, Words kind = Words::systemd);

/// A shell script that runs `program` (its last path part: "bootstrap.sh", "kubelet"): the flag of its last such command.
/// With `inside`, the flag within that flag's value: inside="kubelet-extra-args" for
/// `bootstrap.sh c --kubelet-extra-args '--a=b --c'`. Errors: not_found (no such command), malformed, unsupported (the value
/// is put together out of variables and quotes in a way that can't be kept).
std::optional<std::string> get_script_flag(std::string_view script, std::string_view program, std::string_view name,
                                           std::string_view inside = {});
Result<std::string> set_script_flag(std::string_view script, std::string_view program, std::string_view name, std::string_view value,
                                    std::string_view inside = {});

}  // namespace unsnag::edit
