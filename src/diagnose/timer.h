// SPDX-License-Identifier: Apache-2.0
// The clock behind a cancelled pull: whose it was, its value in force, what the layer was doing, and which value
// would have sufficed under that program's own rule (watch/).
#pragma once

#include <optional>

#include "diagnose/case_file.h"
#include "diagnose/verdict.h"

namespace unsnag::diagnose {

/// nullopt when nothing tells whose timer it was.
std::optional<Timer> explain_timer(const CaseFile& file);

}  // namespace unsnag::diagnose
