// SPDX-License-Identifier: Apache-2.0
// Command lines → Arguments, and words that were meant. The option parser (CLI11) is seen by parse.cc alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/commands.h"

namespace unsnag::cli {

/// Parses what follows the command's name. Errors: invalid_argument, in words for people.
Result<Arguments> parse(const Command& command, const std::vector<std::string>& words);

/// The one of `words` that `word` was most likely meant to be; "" when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& words);

}  // namespace unsnag::cli
