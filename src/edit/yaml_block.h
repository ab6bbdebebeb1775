// SPDX-License-Identifier: Apache-2.0
// Another text in a block scalar, with as few of its lines changed as that takes: a file within the file.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "edit/text_edit.h"
#include "edit/yaml_scan.h"

namespace unsnag::edit {

/// What may be done, best first: only the lines (or, folded, the words) that differ; the whole block anew; a quoted text.
/// `parent` is the column of what holds the scalar.
std::vector<std::vector<Patch>> block_patches(std::string_view text, Span value, const YamlNode& about, std::size_t parent,
                                              std::string_view wanted);

}  // namespace unsnag::edit
