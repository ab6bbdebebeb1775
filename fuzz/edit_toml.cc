// SPDX-License-Identifier: Apache-2.0
// TOML files: what the editor hands out reads as what was asked for, and what is undone means what it did.
#include <algorithm>
#include <string>

#include "base/document.h"
#include "edit/toml.h"
#include "fuzz/edit_support.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unsnag::edit;
  using unsnag::parse_toml;
  using unsnag::fuzz::check;
  using unsnag::fuzz::require_reads;
  const auto text = unsnag::fuzz::text_of(data, size);
  check(text, Format::toml);
  const std::string word(text.substr(0, std::min<std::size_t>(text.find('\n'), 40)));
  require_reads(set_toml(text, {"unsnag", word}, text_value(word)), [&](std::string_view after) {
    const auto read = parse_toml(after);
    return read ? read->at({"unsnag", word}).scalar == word : after.find("{{") != std::string_view::npos;
  });
  return 0;
}
