// SPDX-License-Identifier: Apache-2.0
// The top: what escapes from everything below is a bug or a lack of memory, and is said so.
#include <cstdio>
#include <exception>

#include "cli/commands.h"

int main(int argc, char** argv) {
  try {
    auto surroundings = unsnag::cli::real_surroundings();
    return unsnag::cli::run({argv + (argc > 0 ? 1 : 0), argv + argc}, surroundings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "unsnag: this is a bug, please report it\n  why     %s\n", error.what());
    return unsnag::cli::k_wrong_use;
  }
}
