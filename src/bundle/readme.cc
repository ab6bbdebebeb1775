// SPDX-License-Identifier: Apache-2.0
#include "bundle/readme.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include <fmt/format.h>

#include "base/text.h"
#include "bundle/own_files.h"

namespace unsnag::bundle {
namespace {

constexpr std::size_t k_most_rows = 60;  // of one list: the index has all of them

/// A list of items, each in a line; "" when there are none.
template <typename Wanted>
std::string list(const Index& index, std::string_view heading, const Wanted& wanted) {
  std::string rows;
  std::size_t count = 0;
  for (const auto& one : index.items) {
    if (!wanted(one) || ++count > k_most_rows) continue;
    rows += "  " + one.item.path;
    if (one.outcome.completeness == Completeness::missing && !one.item.what.empty()) rows += " (" + printable(one.item.what) + ")";
    rows += (one.outcome.note.empty() ? "" : ": " + printable(clip(one.outcome.note, 300))) + "\n";
  }
  if (count == 0) return {};
  if (count > k_most_rows) rows += fmt::format("  and {} more, see index.json\n", count - k_most_rows);
  return "\n" + std::string(heading) + "\n" + rows;
}

}  // namespace

std::string readme_text(const Index& index) {
  const auto& who = index.identity;
  const auto is = [](Completeness wanted) { return [wanted](const IndexItem& one) { return one.outcome.completeness == wanted; }; };
  std::string text(k_readme_heading);
  text += fmt::format("\n\nnode {}, {}, by {} {}\n", printable(who.node),
                      format_rfc3339(std::chrono::floor<std::chrono::seconds>(who.begun)), who.tool, printable(who.privileges));
  text += who.since_at ? fmt::format("logs since {} (--since {})\n",
                                     format_rfc3339(std::chrono::floor<std::chrono::seconds>(*who.since_at)), printable(who.since))
                       : std::string("logs from their beginning\n");
  text +=
      "\nRead it with     unsnag why THE-FILE-OR-THIS-FOLDER\n"
      "verdict.txt      what unsnag said on the node, with the lines that prove it\n"
      "index.json       of each file: what it is, where it is from, how complete, its SHA-256\n"
      "redaction.json   what was taken out where\n";
  if (who.layout == "eks") text += "All else is where eks-log-collector.sh puts it, or below unsnag/.\n";
  text += list(index, "Could not be read", [](const IndexItem& one) {
    return one.outcome.completeness == Completeness::partial ||
           (one.outcome.completeness == Completeness::missing && one.error != to_string(Errc::not_found));
  });
  text += list(index, "Older lines left out (--since, --max-size)", is(Completeness::cut));
  text += list(index, "Left out as a whole", is(Completeness::left_out));
  text += list(index, "Not there", [](const IndexItem& one) {
    return one.outcome.completeness == Completeness::missing && one.error == to_string(Errc::not_found);
  });
  return text;
}

}  // namespace unsnag::bundle
