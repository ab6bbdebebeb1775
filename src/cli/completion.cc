// SPDX-License-Identifier: Apache-2.0
// unsnag completion: scripts for shells, made from the table of commands.
#include <fmt/format.h>

#include "cli/commands.h"
#include "diagnose/verdict.h"

namespace unsnag::cli {
namespace {

std::string join_names() {
  std::string names;
  for (const auto& command : commands()) names += (names.empty() ? "" : " ") + std::string(command.name);
  return names;
}

/// Words that may follow the command; "" for files.
std::string words_after(const Command& command) {
  switch (command.completes) {
    case Command::Completes::nothing:
    case Command::Completes::files: return "";
    case Command::Completes::shells: return "bash zsh fish";
    case Command::Completes::commands: return join_names();
    case Command::Completes::causes:
    case Command::Completes::fixes: break;
  }
  std::string ids = command.completes == Command::Completes::fixes ? "undo list" : "";
  for (const auto& page : diagnose::cause_pages()) ids += (ids.empty() ? "" : " ") + page.id;
  return ids;
}

std::string flags_of(const Command& command) {
  std::string flags = "--help";
  for (const auto& option : command.options) {
    flags += fmt::format(" --{}", option.name);
    if (option.letter != 0) flags += fmt::format(" -{}", option.letter);
  }
  return flags;
}

std::string bash() {
  std::string text =
      "# bash completion for unsnag\n_unsnag() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
  text += fmt::format("    COMPREPLY=($(compgen -W '{} --version --help' -- \"$cur\")); return\n  fi\n", join_names());
  text += "  case ${COMP_WORDS[1]} in\n";
  for (const auto& command : commands()) {
    text += fmt::format("    {})\n", command.name);
    std::string cases;
    for (const auto& option : command.options) {
      if (option.argument.empty()) continue;
      const auto pattern = option.letter == 0 ? fmt::format("--{}", option.name) : fmt::format("--{}|-{}", option.name, option.letter);
      const auto words = option.values.empty() ? std::string("-d") : fmt::format("-W '{}'", fmt::join(option.values, " "));
      cases += fmt::format("        {}) COMPREPLY=($(compgen {} -- \"$cur\")); return ;;\n", pattern, words);
    }
    if (!cases.empty()) text += "      case $prev in\n" + cases + "      esac\n";
    text += fmt::format("      case $cur in -?*) COMPREPLY=($(compgen -W '{}' -- \"$cur\")); return ;; esac\n", flags_of(command));
    const auto words = words_after(command);
    text += words.empty() ? "      COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
                          : fmt::format("      COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n", words);
  }
  return text + "  esac\n}\ncomplete -o filenames -F _unsnag unsnag\n";
}

std::string zsh() {
  std::string text = "#compdef unsnag\n# zsh completion for unsnag\n_unsnag() {\n  if (( CURRENT == 2 )); then\n    local -a names=(\n";
  for (const auto& command : commands()) text += fmt::format("      '{}:{}'\n", command.name, command.summary);
  text += "    )\n    _describe command names\n    return\n  fi\n  local name=$words[2]\n  shift words; (( CURRENT-- ))\n  case $name in\n";
  for (const auto& command : commands()) {
    text += fmt::format("    {}) _arguments '(-h --help)'{{-h,--help}}'[shows help]'", command.name);
    for (const auto& option : command.options) {
      auto action = std::string();
      if (!option.argument.empty())
        action = option.values.empty() ? fmt::format(":{}:_files -/", option.argument)
                                       : fmt::format(":{}:({})", option.argument, fmt::join(option.values, " "));
      const bool takes = !option.argument.empty();  // "+" and "=": the value may follow at once
      // A bracket would end the description, an apostrophe the word; none of ours has either.
      if (option.letter != 0)
        text += fmt::format(" '(-{0} --{1})'{{-{0}{2},--{1}{3}}}'[{4}]{5}'", option.letter, option.name, takes ? "+" : "", takes ? "=" : "",
                            option.help, action);
      else text += fmt::format(" '--{}{}[{}]{}'", option.name, takes ? "=" : "", option.help, action);
    }
    const auto words = words_after(command);
    text += words.empty() ? " '*:target:_files' ;;\n" : fmt::format(" '1:word:({})' ;;\n", words);
  }
  return text + "  esac\n}\n_unsnag \"$@\"\n";
}

std::string fish() {
  std::string text = "# fish completion for unsnag\n";
  text += "complete -c unsnag -n __fish_use_subcommand -l version -d 'prints the version'\n";
  for (const auto& command : commands()) {
    text += fmt::format("complete -c unsnag -n __fish_use_subcommand -f -a {} -d '{}'\n", command.name, command.summary);
    const auto when = fmt::format("complete -c unsnag -n '__fish_seen_subcommand_from {}'", command.name);
    text += when + " -s h -l help -d 'shows help'\n";
    for (const auto& option : command.options) {
      text += when + fmt::format(" -l {}", option.name);
      if (option.letter != 0) text += fmt::format(" -s {}", option.letter);
      if (!option.argument.empty()) text += option.values.empty() ? " -r" : fmt::format(" -x -a '{}'", fmt::join(option.values, " "));
      text += fmt::format(" -d '{}'\n", option.help);
    }
    const auto words = words_after(command);
    if (!words.empty()) text += when + fmt::format(" -f -a '{}'\n", words);
  }
  return text;
}

}  // namespace

int run_completion(const Arguments& arguments, Surroundings& surroundings) {
  const auto shell = arguments.targets.empty() ? std::string_view() : std::string_view(arguments.targets.front());
  if (shell == "bash") return emit(surroundings, bash(), 0);
  if (shell == "zsh") return emit(surroundings, zsh(), 0);
  if (shell == "fish") return emit(surroundings, fish(), 0);
  return complain(surroundings,
                  {shell.empty() ? "completion needs the name of a shell" : fmt::format("there is no completion for \"{}\"", shell), "", "",
                   "", "one of: bash, zsh, fish"});
}

}  // namespace unsnag::cli
