// SPDX-License-Identifier: Apache-2.0
// unsnag explain: the causes, as pages for people.
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/parse.h"
#include "report/cause_page.h"

namespace unsnag::cli {
namespace {

namespace fs = std::filesystem;

/// Writes beside and renames, so that no page is ever half a page.
Result<fs::path> write_file(const fs::path& path, std::string_view text) {
  auto beside = path;
  beside += ".new";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.flush();
    if (!out) return fail(Errc::io, fmt::format("{} can't be written", beside.string()));
  }
  std::error_code error;
  fs::rename(beside, path, error);
  if (error) return fail(Errc::io, fmt::format("{}: {}", path.string(), error.message()));
  return path;
}

int write_pages(const fs::path& folder, Surroundings& surroundings) {
  const auto complain_of = [&](std::string why) {
    return complain(surroundings,
                    {"the pages could not be written", std::move(why), folder.string(), "", "name a folder that you may write to"});
  };
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return complain_of(error.message());
  const auto& pages = diagnose::cause_pages();
  for (const auto& page : pages)
    if (const auto written = write_file(folder / (page.id + ".md"), report::page_to_markdown(page)); !written)
      return complain_of(written.error().detail);
  if (const auto written = write_file(folder / "README.md", report::pages_to_markdown(pages)); !written)
    return complain_of(written.error().detail);
  return emit(surroundings, fmt::format("{} pages in {}\n", pages.size() + 1, folder.string()), 0);
}

}  // namespace

int run_explain(const Arguments& arguments, Surroundings& surroundings) {
  if (arguments.has("markdown")) return write_pages(fs::path(arguments.get("markdown", "")), surroundings);
  const auto& pages = diagnose::cause_pages();
  const auto style = style_for(surroundings, arguments.get("color", "auto"), false);
  if (arguments.targets.empty()) return emit(surroundings, report::pages_to_text(pages, style), 0);

  const auto& wanted = arguments.targets.front();
  std::vector<std::string_view> ids;
  for (const auto& page : pages) {
    if (page.id == wanted) return emit(surroundings, report::page_to_text(page, style), 0);
    ids.push_back(page.id);
  }
  const auto meant = nearest(wanted, ids);
  return complain(surroundings, {fmt::format("there is no cause \"{}\"", wanted), "", "", "",
                                 meant.empty() ? "unsnag explain lists them" : fmt::format("did you mean: unsnag explain {}", meant)});
}

}  // namespace unsnag::cli
