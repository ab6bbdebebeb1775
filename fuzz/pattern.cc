// SPDX-License-Identifier: Apache-2.0
// The first line is a pattern, the rest a text.
#include "catalogue/pattern.h"

#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto all = unsnag::fuzz::text_of(data, size);
  const auto newline = all.find('\n');
  if (newline == std::string_view::npos) return 0;
  const auto pattern = unsnag::catalogue::Pattern::parse(all.substr(0, newline));
  if (!pattern) return 0;
  const auto text = all.substr(newline + 1);
  unsnag::catalogue::Pattern::Match match;
  for (auto at = text.find(pattern->anchor()); at != std::string_view::npos; at = text.find(pattern->anchor(), at + 1))
    if (pattern->match_around(text, at, match) && (match.begin > match.end || match.end > text.size())) __builtin_trap();
  return 0;
}
