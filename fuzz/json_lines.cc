// SPDX-License-Identifier: Apache-2.0
// What parses must be written and parsed again without a change, and be fit for the fold, twice over.
#include "timeline/json_lines.h"

#include "fuzz/support.h"
#include "timeline/timeline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto event = unsnag::timeline::parse_json_line(unsnag::fuzz::text_of(data, size));
  if (!event) return 0;
  const auto line = unsnag::timeline::to_json_line(*event);
  const auto again = unsnag::timeline::parse_json_line(line);
  if (!again || unsnag::timeline::to_json_line(*again) != line) __builtin_trap();
  unsnag::timeline::Fold fold;
  fold.accept(*event);
  fold.accept(*again);
  fold.take();
  return 0;
}
