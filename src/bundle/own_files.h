// SPDX-License-Identifier: Apache-2.0
// The files of a bundle that are about the evidence and no evidence themselves: README.txt, the index, the report on redaction, and
// unsnag's verdict, which quotes the lines that prove it and must not prove itself. They are known by how they begin,
// wherever somebody put them.
#pragma once

#include <optional>
#include <string_view>

#include "bundle/item.h"

namespace unsnag::bundle {

/// The first line of verdict.txt.
inline constexpr std::string_view k_verdict_heading = "unsnag's verdict on the evidence in this bundle; it is no evidence itself.";

/// The first line of README.txt.
inline constexpr std::string_view k_readme_heading = "A node's evidence, collected by unsnag. This page is no evidence itself.";

enum class OwnFile : unsigned char { index, redaction, verdict, readme };

/// By the first 256 bytes, or all there are.
std::optional<OwnFile> own_file(std::string_view head);

}  // namespace unsnag::bundle
