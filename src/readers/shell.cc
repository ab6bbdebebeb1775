// SPDX-License-Identifier: Apache-2.0
#include "readers/shell.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace unsnag::readers {
namespace {

constexpr std::size_t k_max_prompt = 128;

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }

bool is_program(std::string_view word) {
  static constexpr std::array<std::string_view, 45> k_programs{
      "cat",     "df",      "du",         "ls",          "grep",       "head",     "tail",   "less",    "zcat",
      "echo",    "curl",    "wget",       "ping",        "dig",        "nslookup", "host",   "openssl", "mount",
      "findmnt", "lsblk",   "free",       "top",         "ps",         "ss",       "ip",     "uname",   "date",
      "sysctl",  "dmesg",   "iostat",     "systemctl",   "journalctl", "ctr",      "crictl", "docker",  "podman",
      "skopeo",  "nerdctl", "containerd", "timedatectl", "chronyc",    "kubectl",  "oc",     "helm",    "k"};
  return std::find(k_programs.begin(), k_programs.end(), word) != k_programs.end();
}

std::string_view without_sudo(std::string_view command) {
  command = trim(command);
  if (first_word(command) == "sudo") command = trim(command.substr(4));
  return command;
}

/// A known program with something that only a command has: an option, a path, or a verb of one of the clients.
bool is_surely_command(std::string_view command) {
  const auto program = first_word(command);
  if (!is_program(program)) return false;
  const auto argument = first_word(trim(command.substr(program.size())));
  if (argument.empty()) return program == "df" || program == "mount" || program == "lsblk" || program == "dmesg";
  if (argument.front() == '-' || argument.front() == '/') return true;
  static constexpr std::array<std::string_view, 15> k_verbs{"cat",  "show", "status",   "info",  "images",  "pull",    "version", "get",
                                                            "logs", "ps",   "describe", "image", "content", "inspect", "inspecti"};
  return std::find(k_verbs.begin(), k_verbs.end(), argument) != k_verbs.end();
}

}  // namespace

std::string_view shell_command(std::string_view line) {
  line = trim(line);
  if (line.starts_with("$ ")) return without_sudo(line.substr(2));
  const auto window = line.substr(0, k_max_prompt);
  for (std::size_t at = 0; at + 1 < window.size(); ++at) {
    const char c = window[at];
    // What stands before a prompt's mark is a name and a folder, never a sentence, a value or a key.
    if (c == '"' || c == '=' || c == '{') return {};
    const bool mark = (c == '$' || c == '#' || c == '%' || c == '>') && window[at + 1] == ' ';
    if (!mark) continue;
    const auto before = split_words(window.substr(0, at));
    const auto command = without_sudo(line.substr(at + 2));
    if (before.empty()) return is_surely_command(command) && c != '>' ? command : std::string_view{};
    const bool shells_own = before.size() < 3 && (contains(before.front(), "@") || before.front().starts_with('['));  // root@node:~#
    return before.size() <= 3 && (shells_own || is_program(first_word(command))) ? command : std::string_view{};
  }
  return {};
}

std::string_view printed_file(std::string_view command) {
  constexpr std::string_view k_unit = "systemctl cat ";
  if (command.starts_with(k_unit)) return first_word(trim(command.substr(k_unit.size())));
  if (!command.starts_with("cat /")) return {};
  command = trim(command.substr(4));
  if (command.starts_with("/proc/") || command.starts_with("/sys/") || command.find_first_of(" |;*") != std::string_view::npos) return {};
  return command;
}

}  // namespace unsnag::readers
