// SPDX-License-Identifier: Apache-2.0
// Which of several settings is in force. Evidence shows a value in a file, another in a drop-in, a third on a command
// line; the programs have an order of precedence, and what a running program says of itself beats them all.
#pragma once

#include <string_view>

#include "diagnose/case_file.h"

namespace unsnag::diagnose {

/// The fact setting(of, key, value, origin) that counts for this program; null when nothing sets the key. `key` is
/// matched by its last part ("plugins.x.image_pull_progress_timeout"), with or without leading dashes.
const CaseFact* effective_setting(const CaseFile& file, std::string_view of, std::string_view key);

}  // namespace unsnag::diagnose
