// SPDX-License-Identifier: Apache-2.0
// Reads the bytes as a log: scan, verification, envelopes, multi-line records.
#include "readers/log_reader.h"

#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unsnag::fuzz::Nowhere nowhere;
  unsnag::readers::LogReader reader({"fuzz.log", "", ""}, nowhere);
  reader.feed(unsnag::fuzz::text_of(data, size));
  return 0;
}
