// SPDX-License-Identifier: Apache-2.0
// Help texts, made from the table of commands.
#pragma once

#include <string>

#include "cli/commands.h"

namespace unsnag::cli {

std::string short_help();  // `unsnag` alone: what people most likely want
std::string full_help();
std::string help_for(const Command& command);

}  // namespace unsnag::cli
