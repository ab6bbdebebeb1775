// SPDX-License-Identifier: Apache-2.0
// The table of commands. Help, the option parser and shell completion are all made from it, so that none of them can
// tell of an option that the others don't know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/surroundings.h"

namespace unsnag::cli {

/// What `unsnag` exits with, beside report::Status.
inline constexpr int k_wrong_use = 2;      // or unreadable input, or a report that could not be written
inline constexpr int k_interrupted = 130;  // as shells have it for Ctrl-C

struct Option {
  std::string_view name;                 // "output"
  char letter;                           // 'o', or 0
  std::string_view argument;             // "FORMAT"; "" for a switch
  std::vector<std::string_view> values;  // allowed ones; empty: any
  std::string_view help;
};

struct Arguments {
  std::vector<std::pair<std::string, std::string>> options;  // by name; a switch has "" as its value
  std::vector<std::string> targets;

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string_view get(std::string_view name, std::string_view otherwise) const;
};

struct Command {
  std::string_view name;
  std::string_view targets;  // "[TARGET…]", as the usage line has it
  std::size_t most_targets;
  std::string_view summary;  // one line
  std::string_view help;     // the rest of its help: examples, exit statuses
  std::vector<Option> options;
  enum class Completes { nothing, files, causes, fixes, shells, commands } completes;
  int (*run)(const Arguments& arguments, Surroundings& surroundings);
};

const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

/// Runs `unsnag ARGUMENTS…` and returns its exit status. Never throws but for lack of memory and bugs.
int run(const std::vector<std::string>& arguments, Surroundings& surroundings);

/// The commands' functions, one a file.
int run_why(const Arguments& arguments, Surroundings& surroundings);
int run_collect(const Arguments& arguments, Surroundings& surroundings);
int run_explain(const Arguments& arguments, Surroundings& surroundings);
int run_fix(const Arguments& arguments, Surroundings& surroundings);
int run_completion(const Arguments& arguments, Surroundings& surroundings);
int run_help(const Arguments& arguments, Surroundings& surroundings);

/// Those of `fix`, which are made from the cures' parameters.
std::vector<Option> options_of_fix();

}  // namespace unsnag::cli
