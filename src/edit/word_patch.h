// SPDX-License-Identifier: Apache-2.0
// Another text of words where blanks and line ends between the words mean nothing: only the words that differ are written.
#pragma once

#include <optional>
#include <string_view>

#include "edit/text_edit.h"

namespace unsnag::edit {

/// `where` holds words as they are written, on several lines that may end in a backslash; `wanted` is what they are to be.
/// none: that takes more than this.
std::optional<Patch> word_patch(std::string_view text, Span where, std::string_view wanted);

}  // namespace unsnag::edit
