// SPDX-License-Identifier: Apache-2.0
// The compiled-in catalogue, and the step from found messages to events, for readers that scan by themselves.
#pragma once

#include <vector>

#include "catalogue/built_in.h"
#include "catalogue/catalogue.h"
#include "readers/interpret.h"

namespace unsnag::readers {

/// Built at first use; constant afterwards, so any thread may read it.
const catalogue::Catalogue& messages();

/// Emits what `found` establishes, in order. `found` borrows the text it was found in.
void emit(const std::vector<catalogue::Catalogue::Found>& found, const Context& context, timeline::Sink& sink);

/// A line as it may be shown in proofs: without secrets and terminal escapes, and not endless.
std::string shown_text(std::string_view line);

}  // namespace unsnag::readers
