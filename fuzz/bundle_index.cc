// SPDX-License-Identifier: Apache-2.0
// What parses must be written and read again without a change, and no path may lead out of the bundle.
#include "bundle/index.h"

#include "bundle/layout.h"
#include "bundle/own_files.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unsnag::bundle;
  const auto text = unsnag::fuzz::text_of(data, size);
  own_file(text);
  const auto safe = safe_path(text);
  if (!safe.empty() && (!is_inside(safe) || safe.find('\n') != std::string::npos)) __builtin_trap();
  const auto index = read_index(text);
  if (!index) return 0;
  for (const auto& one : index->items) {
    if (!is_inside(one.item.path)) __builtin_trap();
    for (const auto& part : one.parts)
      if (!is_inside(part)) __builtin_trap();
  }
  const auto written = write_index(*index);
  const auto again = read_index(written);
  if (!again || write_index(*again) != written) __builtin_trap();
  return 0;
}
