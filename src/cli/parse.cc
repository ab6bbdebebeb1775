// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <algorithm>
#include <deque>
#include <memory>

#include <CLI/CLI.hpp>

namespace unsnag::cli {
namespace {

std::string flags_of(const Option& option) {
  auto flags = "--" + std::string(option.name);
  if (option.letter != 0) flags = std::string("-") + option.letter + "," + flags;
  return flags;
}

/// Edits (insert, remove, change, swap neighbours) that make `b` of `a`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

/// An option that the command doesn't know, with the one that was meant; or a target too many.
std::string unknown_words(const Command& command, const std::string& word) {
  if (word.empty() || word.front() != '-') return fmt::format("\"{}\" is one argument too many", word);
  const auto name = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  std::vector<std::string_view> names{"help"};
  for (const auto& option : command.options) names.push_back(option.name);
  const auto meant = nearest(name.substr(0, name.find('=')), names);
  return fmt::format("there is no option {}{}", word, meant.empty() ? "" : fmt::format("; did you mean --{}?", meant));
}

/// "-o=json" as people write it, who know "--output=json": CLI11 would take "=json" for the value.
std::string without_equals(const Command& command, const std::string& word) {
  if (word.size() < 4 || word[0] != '-' || word[2] != '=') return word;
  const auto takes_value = [&](const Option& option) { return option.letter == word[1] && !option.argument.empty(); };
  if (std::none_of(command.options.begin(), command.options.end(), takes_value)) return word;
  return word.substr(0, 2) + word.substr(3);
}

}  // namespace

Result<Arguments> parse(const Command& command, const std::vector<std::string>& words) {
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras();
  Arguments arguments;
  bool help = false;
  app.add_flag("-h,--help", help);
  struct Given {
    std::string value;
    bool flag = false;
    CLI::Option* option = nullptr;
  };
  std::deque<Given> given;  // CLI11 keeps references
  for (const auto& option : command.options) {
    auto& one = given.emplace_back();
    if (option.argument.empty()) one.option = app.add_flag(flags_of(option), one.flag);
    else one.option = app.add_option(flags_of(option), one.value)->type_size(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  // What follows "--" is never an option. CLI11 would hand the "--" back among the rest.
  const auto end_of_options = std::find(words.begin(), words.end(), "--");
  std::vector<std::string> reversed;
  for (auto it = words.begin(); it != end_of_options; ++it) reversed.push_back(without_equals(command, *it));
  std::reverse(reversed.begin(), reversed.end());  // as CLI11 wants it
  try {
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    // CLI11 says "--print: 1 required TEXT missing".
    const std::string_view said = error.what(), flag = said.substr(0, said.find(':'));
    const auto is_it = [&](const auto& option) { return flag == fmt::format("--{}", option.name); };
    const auto option = std::find_if(command.options.begin(), command.options.end(), is_it);
    if (option == command.options.end()) return fail(Errc::invalid_argument, std::string(said));
    return fail(Errc::invalid_argument, option->values.empty() ? fmt::format("{} needs {}", flag, option->argument)
                                                               : fmt::format("{} needs one of {}", flag, fmt::join(option->values, ", ")));
  } catch (const CLI::ParseError& error) {
    return fail(Errc::invalid_argument, error.what());
  }
  if (help) arguments.options.emplace_back("help", "");
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto& option = command.options[i];
    if (given[i].option->count() == 0) continue;
    if (!option.values.empty() && std::find(option.values.begin(), option.values.end(), given[i].value) == option.values.end())
      return fail(Errc::invalid_argument,
                  fmt::format("--{} is one of {}, not \"{}\"", option.name, fmt::join(option.values, ", "), given[i].value));
    arguments.options.emplace_back(option.name, given[i].value);
  }
  // What is no option is a target; "-" is standard input.
  for (auto& word : app.remaining()) {
    if (word.size() > 1 && word.front() == '-') return fail(Errc::invalid_argument, unknown_words(command, word));
    arguments.targets.push_back(std::move(word));
  }
  if (end_of_options != words.end()) arguments.targets.insert(arguments.targets.end(), end_of_options + 1, words.end());
  if (!arguments.has("help") && arguments.targets.size() > command.most_targets)
    return fail(Errc::invalid_argument, unknown_words(command, arguments.targets[command.most_targets]));
  return arguments;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& words) {
  if (word.empty() || word.size() > 64) return {};
  std::string_view best;
  auto least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto candidate : words) {
    // The beginning of one, as somebody types who waits for completion.
    const bool begins = word.size() >= 3 && candidate.substr(0, word.size()) == word;
    const auto steps = begins ? 1 : distance(word, candidate);
    if (steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

}  // namespace unsnag::cli
