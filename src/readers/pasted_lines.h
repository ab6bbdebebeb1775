// SPDX-License-Identifier: Apache-2.0
// Log lines that a terminal, a mail program or a web page broke before somebody pasted them. Where a message of the
// catalogue runs across the break, the break is none of the program's; lines of the same record that are as full were
// broken too. Rows of kubectl's tables have their own rule (kubernetes_wrap.h).
#pragma once

#include <string>
#include <string_view>

namespace unsnag::readers {

/// `text` with its broken lines whole again, or "" if none is. A line keeps its number: what was joined to it
/// leaves an empty line. Short texts only: a log of a program's own is not looked at.
std::string with_whole_lines(std::string_view text);

}  // namespace unsnag::readers
