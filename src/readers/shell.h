// SPDX-License-Identifier: Apache-2.0
// Shell lines in what people paste: which lines are a prompt with a command, and which file such a command prints.
#pragma once

#include <string_view>

namespace unsnag::readers {

/// The command behind a prompt, without sudo: `root@node:~# df -i` → "df -i". "" when the line is no such line. A comment
/// begins like root's prompt, and a quoted line like fish's: behind these only a known program with an argument counts.
std::string_view shell_command(std::string_view line);

/// The file that a command prints: of `cat /etc/containerd/config.toml` the path, of `systemctl cat kubelet` the unit. ""
/// where it prints something else; /proc and /sys hold tables.
std::string_view printed_file(std::string_view command);

}  // namespace unsnag::readers
