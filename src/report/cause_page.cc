// SPDX-License-Identifier: Apache-2.0
#include "report/cause_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/page.h"

namespace unsnag::report {

using diagnose::CausePage;

std::string page_to_text(const CausePage& page, const Style& style) {
  Page out(style);
  out.raw(0, out.ink().bold(out.ink().clean(page.id)));
  out.prose(2, page.title);
  const auto part = [&](std::string_view name, std::string_view text) {
    if (trim(text).empty()) return;
    out.heading(name);
    out.prose(4, text);
  };
  part("what it is", page.what);
  part("how to tell", page.tell);
  part("what to do", page.fix);
  return out.take();
}

std::string page_to_markdown(const CausePage& page) {
  // The pages' texts are ours and may hold Markdown.
  auto out = fmt::format("# {}\n\n{}.\n", page.id, page.title);
  const auto part = [&](std::string_view name, std::string_view text) {
    if (!trim(text).empty()) out += fmt::format("\n## {}\n\n{}\n", name, trim(text));
  };
  part("What it is", page.what);
  part("How to tell", page.tell);
  part("What to do", page.fix);
  return out + "\n<!-- Written by `unsnag explain --markdown` from causes/" + page.id + ".toml: edit that file. -->\n";
}

std::string pages_to_text(const std::vector<CausePage>& pages, const Style& style) {
  Page out(style);
  std::size_t column = 0;
  for (const auto& page : pages) column = std::max(column, columns(page.id) + 2);
  // The longest id would take half of a narrow page.
  column = std::min<std::size_t>(column, out.room(0) / 3);
  for (const auto& page : pages) out.entry(0, page.id, column, page.title);
  return out.take();
}

std::string pages_to_markdown(const std::vector<CausePage>& pages) {
  std::string out = "# The causes that unsnag tells apart\n\n| id | cause |\n|---|---|\n";
  for (const auto& page : pages) out += fmt::format("| [{0}]({0}.md) | {1} |\n", page.id, page.title);
  return out + "\n<!-- Written by `unsnag explain --markdown` from causes/*.toml: edit those files. -->\n";
}

}  // namespace unsnag::report
