// SPDX-License-Identifier: Apache-2.0
// Reads the bytes as something that kubectl printed.
#include "fuzz/support.h"
#include "readers/files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unsnag::fuzz::Nowhere nowhere;
  const unsnag::readers::File file{"-", unsnag::fuzz::text_of(data, size), {}};
  unsnag::readers::read_kubernetes(
      file, [](std::string_view, std::uint64_t) {}, nowhere);
  return 0;
}
