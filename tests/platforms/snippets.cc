// SPDX-License-Identifier: Apache-2.0
// Writes what every platform makes of every list of settings into a folder, one file each, for tests/platforms/run to hold
// against the platforms' own parsers:  platform_snippets FOLDER  →  FOLDER/PLATFORM/CASE/FILE, or FOLDER/PLATFORM/CASE/refused.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "platforms/cases_for_tests.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: platform_snippets FOLDER\n";
    return 2;
  }
  for (const auto& platform : unsnag::platforms::platforms()) {
    for (const auto& set : unsnag::platforms::cases()) {
      const auto folder = std::filesystem::path(argv[1]) / platform.id / set.name;
      std::filesystem::create_directories(folder);
      const auto snippet = unsnag::platforms::print(platform.id, set.settings, set.context);
      std::ofstream(folder / (snippet ? snippet->file_name_suggestion : "refused"))
          << (snippet ? snippet->text : snippet.error().message() + "\n");
    }
  }
  return 0;
}
