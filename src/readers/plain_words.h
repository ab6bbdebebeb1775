// SPDX-License-Identifier: Apache-2.0
// A line that tells of a failed pull in words that the catalogue does not know. Every program has words of its own, and
// new ones come each year; what a person would still see in such a line is that something about an image went wrong. It
// proves no cause, but "no pull failed" would be wrong. Looked for in short pastes only: in a whole log, words prove
// nothing.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace unsnag::readers {

/// True when the line says plainly that fetching an image (or a manifest, a layer, …) failed. False in doubt: for
/// questions, for what may happen, for what did not fail. Linear in the line's length.
bool tells_of_a_failed_pull(std::string_view line);

/// The numbers, from 1, of the lines of `text` that tell so: by themselves, or by beginning with an error behind a command
/// that pulls (`$ docker pull IMAGE`).
std::vector<std::uint64_t> lines_of_failed_pulls(std::string_view text);

}  // namespace unsnag::readers
