// SPDX-License-Identifier: Apache-2.0
// The whole way of a paste: read, fold, diagnose, report; nothing of it may show a terminal escape.
#include "diagnose/verdict.h"
#include "fuzz/support.h"
#include "readers/read.h"
#include "report/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unsnag::timeline::Fold fold;
  const auto reading = unsnag::readers::read_paste(unsnag::fuzz::text_of(data, size), fold);
  const auto timeline = fold.take();
  const auto diagnosis = unsnag::diagnose::diagnose(timeline);
  const unsnag::report::Findings findings{
      diagnosis, timeline, {1, reading.bytes, reading.lines, reading.understood, {}, false, true, false}};
  unsnag::report::Style style;
  if (unsnag::report::to_text(findings, style).find('\x1b') != std::string::npos) __builtin_trap();
  unsnag::report::to_json(findings);
  unsnag::report::to_markdown(findings);
  return 0;
}
