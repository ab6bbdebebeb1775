// SPDX-License-Identifier: Apache-2.0
// Text or not, by what a file holds. One NUL byte makes no binary: a log that a node was writing when it lost power has runs
// of them, a terminal's recording has single ones, /proc/PID/cmdline has them between its words.
#pragma once

#include <string>
#include <string_view>

namespace unsnag::readers {

/// True of what has no NUL byte in its first 64 KiB, and of what is text beside its NUL bytes. Linear, looks at the beginning.
bool is_text(std::string_view bytes);

/// Takes NUL bytes out of a text; in words with a NUL behind each and no line's end (`whole`: that is all there is, as
/// /proc/PID/cmdline), they become blanks.
void take_nuls_out(std::string& text, bool whole);

}  // namespace unsnag::readers
