// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>

#include "report/layout.h"

namespace unsnag::cli {

std::string short_help() {
  return "unsnag explains why a container image could not be pulled.\n\n"
         "  kubectl describe pod POD | unsnag why      from what you can paste\n"
         "  unsnag why BUNDLE.tar.gz                   from a node's logs: archive, folder, files\n"
         "  unsnag why                                 on the node itself\n\n"
         "unsnag help tells more.\n";
}

std::string full_help() {
  std::string text = "Usage: unsnag COMMAND [OPTIONS] [ARGUMENTS]\n\n";
  for (const auto& command : commands()) text += fmt::format("  {:<12}{}\n", command.name, command.summary);
  text += "\n  --version   prints the version\n";
  text +=
      "\nExamples\n"
      "  kubectl describe pod web-7c5 | unsnag why\n"
      "  unsnag why bundle.tar.gz\n"
      "  unsnag explain progress-deadline\n\n"
      "unsnag COMMAND --help shows a command's options, with examples.\n";
  return text;
}

std::string help_for(const Command& command) {
  auto text = fmt::format("Usage: unsnag {}{}{}{}\n\nunsnag {} {}.\n\n", command.name, command.options.empty() ? "" : " [OPTIONS]",
                          command.targets.empty() ? "" : " ", command.targets, command.name,
                          command.name == "explain" ? "tells " + std::string(command.summary) : std::string(command.summary));
  const auto row = [&](std::string_view name, std::string_view help) {
    bool first = true;
    for (const auto& line : report::wrap(help, 55)) {
      text += fmt::format("  {:<22} {}\n", first ? name : std::string_view(), line);
      first = false;
    }
  };
  text += "Options\n";
  for (const auto& option : command.options)
    row(fmt::format("{}--{}{}{}", option.letter == 0 ? "    " : fmt::format("-{}, ", option.letter), option.name,
                    option.argument.empty() ? "" : "=", option.argument),
        option.help);
  row("-h, --help", "shows this");
  return text + "\n" + std::string(command.help);
}

}  // namespace unsnag::cli
