// SPDX-License-Identifier: Apache-2.0
// YAML files: what the editor hands out reads as what was asked for, and what is undone means what it did.
#include <algorithm>
#include <string>

#include "edit/yaml.h"
#include "fuzz/edit_support.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unsnag::edit;
  using unsnag::fuzz::check;
  using unsnag::fuzz::require_reads;
  const auto text = unsnag::fuzz::text_of(data, size);
  check(text, Format::yaml);
  const std::string word(text.substr(0, std::min<std::size_t>(text.find('\n'), 40)));
  require_reads(set_yaml(text, {"[0]", "unsnag", word}, text_value(word)), [&](std::string_view after) {
    const auto got = get_yaml(after, {"[0]", "unsnag", word});
    return got && *got == word;
  });
  return 0;
}
