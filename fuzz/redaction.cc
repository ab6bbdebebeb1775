// SPDX-License-Identifier: Apache-2.0
// Files of anybody's, redacted in any pieces: what is passed over holds nothing that redact() knows, lines keep their number, and
// redacting twice is redacting once.
#include "redaction/redactor.h"

#include <algorithm>
#include <string>

#include "base/redact.h"
#include "base/text.h"
#include "fuzz/support.h"

namespace {

void hold(bool what) {
  if (!what) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unsnag;
  const auto text = fuzz::text_of(data, size);
  const auto shown = redaction::redact_text(text);
  hold(count_of(shown, '\n') == count_of(text, '\n'));
  hold(redaction::redact_text(shown) == shown);

  std::string pieces;
  redaction::Redactor redactor;
  const std::size_t step = size == 0 ? 1 : 1 + data[0] % 64U;
  for (std::size_t at = 0; at < text.size(); at += step) redactor.feed(text.substr(at, step), pieces);
  redactor.end(pieces);
  hold(pieces == shown);

  hold(next_suspect(text) != std::string_view::npos || !has_secret_unfiltered(text));
  redaction::StandIns stand_ins({"node-1.corp.example.com", ".corp"});
  hold(count_of(redaction::redact_text(text, {&stand_ins}), '\n') == count_of(text, '\n'));
  return 0;
}
