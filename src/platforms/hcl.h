// SPDX-License-Identifier: Apache-2.0
// As much of HCL as it takes to put an attribute into a block of a Terraform file and leave the rest alone: comments, strings with
// templates in them, here-documents, brackets. Not an evaluator; a text that does not nest is malformed.
// After hashicorp/hcl, hclsyntax/spec.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace unsnag::platforms {

/// `text` as it stands in a here-document: ${ and %{ without their meaning.
std::string hcl_template(std::string_view text);

struct HclAttribute {
  std::string name;
  std::size_t begin = 0, value = 0, end = 0;  // of the name, of the value, behind the value
  bool object = false;                        // the value is one in braces: its attributes can be found with attributes_in
};
struct HclBlock {
  std::string type;
  std::vector<std::string> labels;
  std::size_t begin = 0, body = 0, end = 0;  // of the type; behind the {; of the }
};
struct HclBody {
  std::vector<HclAttribute> attributes;
  std::vector<HclBlock> blocks;
};

/// The body that begins at `from` and ends at its closing brace or the text's end. An object in braces is read in the same way.
/// Errors: malformed (with the line), too_large (4 MiB, 64 brackets deep).
Result<HclBody> read_hcl(std::string_view text, std::size_t from = 0);

/// `lines` (each with its line break, at no indentation) put at the end of the body that `}` at `end` closes, as far in as the lines
/// there are.
std::string insert_into_body(std::string_view text, std::size_t body, std::size_t end, std::string_view lines);

}  // namespace unsnag::platforms
