// SPDX-License-Identifier: Apache-2.0
#include "readers/journal_export.h"

#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unsnag::fuzz::Nowhere nowhere;
  const auto text = unsnag::fuzz::text_of(data, size);
  unsnag::readers::is_journal_export(text);
  unsnag::readers::read_journal_export(text, "fuzz", nowhere);
  return 0;
}
