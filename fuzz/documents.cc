// SPDX-License-Identifier: Apache-2.0
#include "base/document.h"

#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = unsnag::fuzz::text_of(data, size);
  (void)unsnag::parse_json(text);
  (void)unsnag::parse_yaml(text);
  (void)unsnag::parse_toml(text);
  return 0;
}
