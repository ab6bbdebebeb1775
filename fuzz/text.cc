// SPDX-License-Identifier: Apache-2.0
// What is shown of hostile text: printable, without secrets, cut, unescaped; and times and sizes of any shape.
#include "base/text.h"

#include "base/time.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = unsnag::fuzz::text_of(data, size);
  if (unsnag::clip(unsnag::redact(unsnag::printable(unsnag::unescape(text))), 100).find('\x1b') != std::string::npos) __builtin_trap();
  (void)unsnag::parse_rfc3339(text);
  (void)unsnag::parse_duration(text);
  (void)unsnag::parse_age(text);
  (void)unsnag::parse_size(text);
  return 0;
}
