// SPDX-License-Identifier: Apache-2.0
// unsnag-catalogue: holds the knowledge files against their own rules, and turns them into C++ tables that the
// program has compiled in. The build runs it; a knowledge file that contradicts another fails the build.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catalogue/emit.h"
#include "catalogue/load.h"
#include "catalogue/load_causes.h"

namespace {

using namespace unsnag::catalogue;

constexpr const char* k_usage =
    "usage: unsnag-catalogue check CATALOGUE [CAUSES]\n"
    "       unsnag-catalogue find CATALOGUE TEXT                     which messages a line holds\n"
    "       unsnag-catalogue anchors CATALOGUE                       the literals that logs are searched for, one a line\n"
    "       unsnag-catalogue emit CATALOGUE CAUSES MESSAGES.cc CAUSES.cc   the tables that are compiled in\n";

int report(const std::vector<std::string>& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  return problems.empty() ? 0 : 1;
}

int find(const Catalogue& catalogue, const std::string& text) {
  for (const auto& found : catalogue.find(text)) {
    const auto& message = catalogue.messages()[found.message];
    fmt::print("{}\n    '{}'\n", message.id, text.substr(found.begin, found.end - found.begin));
    for (const auto& capture : found.captures) fmt::print("    {} = {}\n", capture.name, capture.text);
    for (const auto& establishes : message.establishes) fmt::print("    → {}\n", establishes);
    if (message.is_frame) fmt::print("    frame {}\n", message.frame);
  }
  return 0;
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::trunc);
  out << text;
  return static_cast<bool>(out.flush());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() < 2) {
    std::fputs(k_usage, stderr);
    return 2;
  }
  auto files = load_catalogue(args[1]);
  if (!files) return report({files.error().message()});
  auto catalogue = Catalogue::make(files->messages);
  if (!catalogue) return report({catalogue.error().message()});
  if (args[0] == "anchors") {
    for (const auto anchor : catalogue->anchors()) fmt::print("{}\n", anchor);
    return 0;
  }
  if (args[0] == "find" && args.size() == 3) return find(*catalogue, args[2]);

  auto problems = check(*files, *catalogue);
  std::vector<Cause> causes;
  if (args.size() > 2) {
    auto loaded = load_causes(args[2]);
    if (!loaded) return report({loaded.error().message()});
    causes = std::move(*loaded);
    for (auto& problem : check_causes(causes, files->facts)) problems.push_back(std::move(problem));
  }
  if (!problems.empty()) return report(problems);
  if (args[0] == "check") {
    fmt::print("{} messages, {} facts, {} causes: no contradiction\n", files->messages.size(), files->facts.size(), causes.size());
    return 0;
  }
  if (args[0] == "emit" && args.size() == 5) {
    if (!write(args[3], emit(*files))) return report({args[3] + ": cannot be written"});
    if (!write(args[4], emit_causes(causes))) return report({args[4] + ": cannot be written"});
    return 0;
  }
  std::fputs(k_usage, stderr);
  return 2;
}
