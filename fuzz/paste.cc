// SPDX-License-Identifier: Apache-2.0
// Cuts the bytes into documents, which must lie in order, apart and within the text, and reads what was cut out.
#include "readers/paste.h"

#include "base/text.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unsnag::fuzz::Nowhere nowhere;
  const auto text = unsnag::fuzz::text_of(data, size);
  const auto lines = unsnag::split(text, '\n');
  std::size_t behind = 0;
  for (const auto& part : unsnag::readers::find_documents(lines)) {
    if (part.first < behind || part.end <= part.first || part.end > lines.size()) __builtin_trap();
    behind = part.end;
  }
  const auto rest = unsnag::readers::read_documents({"-", text, {}}, nowhere);
  if (!rest.empty() && (rest.size() != size || unsnag::count_of(rest, '\n') != unsnag::count_of(text, '\n'))) __builtin_trap();
  return 0;
}
