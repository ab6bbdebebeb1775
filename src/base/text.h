// SPDX-License-Identifier: Apache-2.0
// Small helpers on text that every reader needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag {

std::string_view trim(std::string_view text);  // blanks, tabs, \r, \n at both ends
/// Always one part more than there are separators; parts may be empty.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Columns separated by two or more blanks or by tabs, as kubectl's tables are.
std::vector<std::string_view> split_columns(std::string_view line);
/// Words separated by any blanks.
std::vector<std::string_view> split_words(std::string_view line);
/// Decodes the escapes of a Go-quoted or JSON string's inside: \" \\ \/ \b \f \n \r \t \xNN \uNNNN (with
/// surrogates) \UNNNNNNNN. Unknown escapes stay as they are.
std::string unescape(std::string_view inside);
/// Replaces bytes that are no valid UTF-8, control characters (but \n and \t), and marks that nobody sees, so that
/// hostile text can be shown on a terminal.
std::string printable(std::string_view text);
/// True when printable() would leave it as it is because it is all plain ASCII. False says nothing.
bool is_plain(std::string_view text);
/// Removes what must not be shown: passwords and tokens in URLs, Authorization values, JWTs, cloud keys, and
/// signatures in query strings. What remains is readable; removed parts become "***".
std::string redact(std::string_view text);
/// At most `limit` bytes, cut at a UTF-8 boundary, with "…" when something was cut.
std::string clip(std::string_view text, std::size_t limit);
bool contains(std::string_view text, std::string_view part);
/// How often `byte` stands in `text`; fast enough to count a gigabyte's lines.
std::size_t count_of(std::string_view text, char byte);
/// Bytes of the valid UTF-8 character that `text` begins with; 0: it begins with none (or is empty).
std::size_t utf8_length(std::string_view text);
/// Appends a character in UTF-8; for what is none (surrogates, beyond U+10FFFF) the replacement character.
void append_utf8(std::string& out, std::int64_t point);
/// True when both are equal but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace unsnag
