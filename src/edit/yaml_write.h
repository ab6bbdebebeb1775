// SPDX-License-Identifier: Apache-2.0
// Writing YAML's scalars so that every reader takes them for what is meant: YAML 1.1's booleans and numbers are kept in
// mind, since Kubernetes' own reader is one of 1.1.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "edit/new_value.h"
#include "edit/yaml_scan.h"

namespace unsnag::edit {

/// True when a text may stand without quotes, outside of brackets, and is a text to every reader.
bool is_plain_text(std::string_view text);
/// True when it also may stand between brackets, and nobody would stop at its letters.
bool is_simple_text(std::string_view text);
/// In the style asked for, unless it needs quotes or others. Block styles are not for this.
std::string yaml_text(std::string_view text, YamlNode::Style style);
/// A flow list or a scalar.
std::string yaml_value(const NewValue& value, YamlNode::Style style);
/// True when a text can be a block scalar: it has letters, and no control characters.
bool fits_block(std::string_view text);
/// "|-" and the like: the style's sign, an indentation's digit where the text begins with a blank, and what becomes of the
/// breaks at the end.
std::string block_header(std::string_view text, char sign, std::size_t step);
/// The lines of a block scalar, each with its break.
std::string block_lines(std::string_view text, std::size_t column, std::string_view newline);

}  // namespace unsnag::edit
