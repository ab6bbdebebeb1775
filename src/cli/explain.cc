// SPDX-License-Identifier: Apache-2.0
// unsnag explain: the causes, as pages for people.
#include <algorithm>
#include <cctype>
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

int complain_of_pages(const fs::path& folder, std::string why, Surroundings& surroundings) {
  return complain(surroundings,
                  {"the pages could not be written", std::move(why), folder.string(), "", "name a folder that you may write to"});
}

/// All pages and their list, or the page of one cause.
int write_pages(const fs::path& folder, const diagnose::CausePage* only, Surroundings& surroundings) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return complain_of_pages(folder, error.message(), surroundings);
  std::size_t count = 0;
  for (const auto& page : only == nullptr ? diagnose::cause_pages() : std::vector<diagnose::CausePage>{*only}) {
    if (const auto written = write_file(folder / (page.id + ".md"), report::page_to_markdown(page)); !written)
      return complain_of_pages(folder, written.error().detail, surroundings);
    ++count;
  }
  if (only == nullptr) {
    if (const auto written = write_file(folder / "README.md", report::pages_to_markdown(diagnose::cause_pages())); !written)
      return complain_of_pages(folder, written.error().detail, surroundings);
    ++count;
  }
  return emit(surroundings, fmt::format("{} in {}\n", report::amount(count, "page", "pages"), folder.string()), 0);
}

/// Not a cause, but a name that reports have, and so one that people ask for.
const diagnose::CausePage& no_failure() {
  static const diagnose::CausePage k_page{
      "no-failure", "No pull failed",
      "Nothing in what was read says that an image pull failed. `.verdict.confidence` says what that rests on: `certain`, all of it was "
      "read; `likely`, it was a paste, or parts could not be read, or lines are missing; `possible`, reading was interrupted, or not one "
      "line tells of a pull, so that a failure may well stand elsewhere.",
      "The mark is ✓ where lines tell of pulls and nothing that may hold a failure was left out, else it is ?.",
      "If a pod does wait for an image: kubectl describe pod POD | unsnag why, and on its node "
      "journalctl -u kubelet -u containerd -u crio -u docker | unsnag why"};
  return k_page;
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

/// How well a page answers to a word that is no cause's name: it is the first letters of the name's words ("oom"), or
/// begins a word of the name, or one of the title.
int likeness(const diagnose::CausePage& page, const std::string& word) {
  constexpr std::size_t k_least = 3;
  if (word.size() < k_least) return 0;
  const auto has = [&](std::string_view text) {
    const auto lower = in_lower_case(text);
    for (auto at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1))
      if (at == 0 || std::isalnum(static_cast<unsigned char>(lower[at - 1])) == 0) return true;
    return false;
  };
  std::string initials(1, page.id.front());
  for (std::size_t i = 1; i < page.id.size(); ++i)
    if (page.id[i - 1] == '-') initials += page.id[i];
  if (initials == word) return 3;
  return has(page.id) ? 2 : has(page.title) ? 1 : 0;
}

/// What to type instead of `wanted`: the nearest name, else those that answer to the word.
std::string suggestion(const std::string& wanted) {
  constexpr std::size_t k_most = 3;
  std::vector<std::string_view> ids;
  for (const auto& page : diagnose::cause_pages()) ids.push_back(page.id);
  if (const auto meant = nearest(wanted, ids); !meant.empty()) return fmt::format("did you mean: unsnag explain {}", meant);
  std::string text;
  std::size_t found = 0;
  for (int wish = 3; wish > 0; --wish)
    for (const auto& page : diagnose::cause_pages())
      if (found < k_most && likeness(page, wanted) == wish) text += (found++ == 0 ? "did you mean: unsnag explain " : ", or ") + page.id;
  return found == 0 ? "unsnag explain lists them" : text;
}

}  // namespace

int run_explain(const Arguments& arguments, Surroundings& surroundings) {
  const auto& pages = diagnose::cause_pages();
  const diagnose::CausePage* page = nullptr;
  if (!arguments.targets.empty()) {
    const auto wanted = in_lower_case(arguments.targets.front());
    const auto found = std::find_if(pages.begin(), pages.end(), [&](const auto& one) { return one.id == wanted; });
    if (found != pages.end()) page = &*found;
    else if (wanted == no_failure().id) page = &no_failure();
    else
      return complain(surroundings, {fmt::format("there is no cause \"{}\"", arguments.targets.front()), "", "", "", suggestion(wanted)});
  }
  if (arguments.has("markdown")) return write_pages(fs::path(arguments.get("markdown", "")), page, surroundings);
  const auto style = style_for(surroundings, arguments.get("color", "auto"), false);
  return emit(surroundings, page == nullptr ? report::pages_to_text(pages, style) : report::page_to_text(*page, style), 0);
}

}  // namespace unsnag::cli
