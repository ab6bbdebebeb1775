// SPDX-License-Identifier: Apache-2.0
// A cause's page, for the terminal and for docs/causes/: both from the same knowledge file.
#pragma once

#include <string>
#include <vector>

#include "diagnose/verdict.h"
#include "report/layout.h"

namespace unsnag::report {

std::string page_to_text(const diagnose::CausePage& page, const Style& style);
std::string page_to_markdown(const diagnose::CausePage& page);

/// Every cause with its title.
std::string pages_to_text(const std::vector<diagnose::CausePage>& pages, const Style& style);
/// The same as an index that links to <id>.md.
std::string pages_to_markdown(const std::vector<diagnose::CausePage>& pages);

}  // namespace unsnag::report
