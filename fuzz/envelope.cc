// SPDX-License-Identifier: Apache-2.0
// Peels every line: whatever surrounds a message, in any nesting.
#include "readers/envelope.h"

#include "base/text.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto line : unsnag::split(unsnag::fuzz::text_of(data, size), '\n')) {
    unsnag::readers::peel(line);
    unsnag::readers::starts_record(line);
  }
  return 0;
}
