// SPDX-License-Identifier: Apache-2.0
// Evidence lines, made short enough to be read: what repeats or identifies without telling anything is cut first, so
// that the words which decide stay. The whole line is in the JSON report, and behind the file and line that are shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "diagnose/verdict.h"
#include "report/layout.h"

namespace unsnag::report {

/// "kubelet.log:1842", "line 41" for standard input, "df.txt" where a file speaks as a whole; cleaned.
std::string place_of(const diagnose::Proof& proof, const Ink& ink);

/// "(3 times)", "(repeated by kubelet)", "(12 times, repeated by kubernetes)" or "".
std::string remark_on(const diagnose::Proof& proof, const Ink& ink);

/// A line without its ballast: digests and UUIDs are cut, escaped quotes unescaped, what was quoted before becomes "…".
/// Quoted words that `known` names count as quoted before. `text` must be cleaned.
std::string condense(std::string_view text, std::string_view ellipsis, const std::vector<std::string_view>& known = {});

/// The line in at most `most` lines of `width` columns; 0: as many as it takes, and nothing is cut. `known` is what the
/// reader has seen already: the image's names.
std::vector<std::string> quote(std::string_view text, std::size_t width, std::size_t most, const Ink& ink,
                               const std::vector<std::string_view>& known = {});

}  // namespace unsnag::report
