// SPDX-License-Identifier: Apache-2.0
// Which of several settings is in force. Evidence shows a value in a file, another in a drop-in, a third on a command
// line; the programs have an order of precedence, and what a running program says of itself beats them all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diagnose/case_file.h"

namespace unsnag::diagnose {

/// The fact setting(of, key, value, origin) that counts for this program; null when nothing sets the key. `key` is
/// matched by its last part ("plugins.x.image_pull_progress_timeout"), with or without leading dashes.
const CaseFact* effective_setting(const CaseFile& file, std::string_view of, std::string_view key);

/// A setting that stands there and does not do what it says.
struct WithoutEffect {
  const CaseFact* fact = nullptr;  // setting-oddity; never null
  std::string words;               // to go on with after its place: "sets 30m in a table that …"
};

/// Why `key` of this program is not what the evidence seems to set it to, as the readers of its configuration found;
/// nullopt when they found nothing odd about it.
std::optional<WithoutEffect> without_effect(const CaseFile& file, std::string_view of, std::string_view key);

}  // namespace unsnag::diagnose
