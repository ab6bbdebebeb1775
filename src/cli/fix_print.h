// SPDX-License-Identifier: Apache-2.0
// The part of `unsnag fix` that writes for platforms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "remedy/cure.h"

namespace unsnag::cli {

/// For --print.
std::vector<std::string_view> platform_names();

/// Prints the change for a platform, or, with --patch, the difference to a file of it; --apply then writes that.
int print_lasting(const remedy::Cure& cure, const remedy::Values& values, const std::string& command, const Arguments& arguments,
                  Surroundings& surroundings);

}  // namespace unsnag::cli
