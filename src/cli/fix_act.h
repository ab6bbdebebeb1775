// SPDX-License-Identifier: Apache-2.0
// The part of `unsnag fix` that acts on the running node instead of changing its files.
#pragma once

#include <map>
#include <string>

#include "cli/commands.h"
#include "cli/fix_show.h"
#include "remedy/action.h"

namespace unsnag::cli {

/// Shows an action's plan, or does it. `command`: what was asked for, without --apply.
int run_action(const remedy::Action& action, const std::map<std::string, std::string>& parameters, const std::string& command,
               const Arguments& arguments, const FixShow& show, Surroundings& surroundings);

}  // namespace unsnag::cli
