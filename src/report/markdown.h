// SPDX-License-Identifier: Apache-2.0
// Pieces of Markdown that other people's text can't break out of.
#pragma once

#include <string>
#include <string_view>

namespace unsnag::report {

/// One line of prose; every mark of Markdown and HTML is escaped.
std::string markdown_prose(std::string_view text);
/// A code span, fenced with more backticks than the text has in a row. Empty text gives "".
std::string markdown_code(std::string_view text);
/// A fenced block, likewise.
std::string markdown_block(std::string_view lines, std::string_view language);

}  // namespace unsnag::report
