// SPDX-License-Identifier: Apache-2.0
#include "readers/journal_export.h"

#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unsnag::fuzz::Nowhere nowhere;
  const auto text = unsnag::fuzz::text_of(data, size);
  unsnag::readers::is_journal_export(text);
  // The first byte says how long the pieces are.
  unsnag::readers::JournalExportReader reader("fuzz", nowhere);
  const std::size_t step = size > 0 ? data[0] % 16 + std::size_t{1} : 1;
  for (std::size_t at = 0; at < size; at += step) reader.feed(text.substr(at, step));
  reader.finish();
  unsnag::readers::read_journal_export(text, "fuzz", nowhere);
  return 0;
}
