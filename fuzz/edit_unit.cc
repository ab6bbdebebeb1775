// SPDX-License-Identifier: Apache-2.0
// Unit files, files of variables, command lines and scripts: what an editor hands out reads as what was asked for.
#include "edit/env.h"
#include "edit/flags.h"
#include "edit/unit.h"
#include "fuzz/edit_support.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unsnag::edit;
  using unsnag::fuzz::check;
  using unsnag::fuzz::require;
  using unsnag::fuzz::require_reads;
  const auto text = unsnag::fuzz::text_of(data, size);
  check(text, Format::unit);
  check(text, Format::env);
  const auto word = text.substr(0, text.find('\n'));
  require_reads(set_env(text, "UNSNAG", word), [&](std::string_view after) { return get_env(after, "UNSNAG") == word; });
  require_reads(set_unit_environment(text, "Service", "UNSNAG", word),
                [&](std::string_view after) { return get_unit_environment(after, "Service", "UNSNAG") == word; });
  require(unquote_env(quote_env(word)) == word || word.find('\0') != std::string_view::npos || word.find('\r') != std::string_view::npos);
  for (const auto kind : {Words::systemd, Words::shell})
    require_reads(set_flag(text, "flag", word, kind), [&](std::string_view after) { return get_flag(after, "flag", kind) == word; });
  require_reads(set_script_flag(text, "bootstrap.sh", "flag", "10m", "kubelet-extra-args"),
                [](std::string_view after) { return get_script_flag(after, "bootstrap.sh", "flag", "kubelet-extra-args") == "10m"; });
  return 0;
}
