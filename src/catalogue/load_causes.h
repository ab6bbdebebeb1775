// SPDX-License-Identifier: Apache-2.0
// Reads and checks causes/*.toml, for the build.
#pragma once

#include <string>
#include <vector>

#include "catalogue/causes.h"
#include "catalogue/load.h"

namespace unsnag::catalogue {

/// Errors: io, malformed (with file and line).
Result<std::vector<Cause>> load_causes(const std::string& folder);

/// What is wrong, a line each: unknown facts or attributes, unknown causes in `outranks`, a cause without a page or
/// advice, a rule without an example, rules that outrank each other.
std::vector<std::string> check_causes(const std::vector<Cause>& causes, const std::vector<FactKind>& facts);

/// A C++ source that defines built_in_causes().
std::string emit_causes(const std::vector<Cause>& causes);

}  // namespace unsnag::catalogue
