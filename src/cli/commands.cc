// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <algorithm>
#include <limits>

#include <sys/stat.h>

#include <fmt/format.h>

#include "cli/help.h"
#include "cli/parse.h"

#ifndef UNSNAG_VERSION
#define UNSNAG_VERSION "unknown"
#endif

namespace unsnag::cli {
namespace {

constexpr auto k_any_number = std::numeric_limits<std::size_t>::max();

constexpr std::string_view k_why_help = R"(TARGET is a log file, a folder, a tar or zip archive, any of it compressed, or -
for standard input: anything that kubelet, a container runtime, kubectl or the
kernel printed, whole or pasted. Without TARGET it reads what is piped into it,
else the text logs and the configuration of this node.

Examples
  kubectl describe pod web-7c5 | unsnag why
  journalctl -u kubelet -u containerd --since -1h | unsnag why
  unsnag why bundle.tar.gz
  unsnag why /var/log/pods kubelet.log
  unsnag why -o json bundle.tar.gz | jq -r .verdict.cause
  unsnag why -o events node-a/ | unsnag why -

Exit status
  0  no pull failed
  1  a pull failed, and this says why
  2  wrong use, or the input can't be read (or one target of several, and the
     rest shows no failure), or the report can't be written
  3  a pull failed, or nothing could be read, and the evidence can't tell why
  130  interrupted; what was known until then was printed
  With -o events nothing is explained: 0 when the input could be read.
)";

constexpr std::string_view k_collect_help = R"(Gathers what explains image pulls on this node, by itself: no other program is
needed or run. Secrets are taken out before anything is written. What may not
be read is listed in the bundle and never ends it. In a container, mount the
node's / and name that folder with --root.

Examples
  unsnag collect
  unsnag collect --since 2h --max-size 100MB
  unsnag collect --root /host -o - > node.tar.zst
  kubectl exec POD -- unsnag collect --root /host -o - > node.tar.zst
  unsnag collect --stand-ins              with other names and addresses
  unsnag collect --layout eks             as AWS' support desk knows it
  unsnag why unsnag-ip-10-0-1-23-20260318T0619Z.tar.zst

Exit status
  0  the bundle was written, whatever it says
  2  wrong use, or it could not be written; nothing is left behind
  130  interrupted; nothing is left behind
)";

constexpr std::string_view k_explain_help = R"(Examples
  unsnag explain                       all causes
  unsnag explain progress-deadline     one of them
  unsnag explain --markdown docs/causes          a page for each of them
  unsnag explain --markdown . progress-deadline  one page
)";

constexpr std::string_view k_fix_help = R"(Shows what it would change on this node against CAUSE: each file with its
difference, what is restarted and what that does to running pods, how it is
checked and undone; or, where no file cures it, the steps it takes on the node
that runs. Only --apply changes anything. Without CAUSE it cures what
unsnag why finds on this node, or in the target of --from.

  unsnag fix undo [ID]   takes a fix back: the last one, or ID
  unsnag fix list        what was changed on this node, and how that ended

Examples
  unsnag fix
  unsnag fix progress-deadline --deadline 10m
  unsnag fix progress-deadline --deadline 10m --apply --wait 5m
  unsnag fix proxy-misconfigured --https-proxy http://proxy.example:3128
  unsnag fix mirror-misconfigured --registry docker.io --mirror https://m.test
  unsnag fix corrupt-store --image registry.example/app:1.4.2
  unsnag fix serialized-queue --root /mnt/image --apply
  unsnag fix progress-deadline --print cloudformation
  unsnag fix progress-deadline --print nodeadm --patch nodeconfig.yaml
  unsnag fix undo

Exit status
  0  the plan was shown, or it is done, or there is nothing to do
  1  it was applied, did not get healthy, and was undone; or a step failed
  2  wrong use, or the node can't be read or changed
  3  not now (the node is not steady, the image is in use), or not on this node
  130  interrupted; what was begun was undone
)";

constexpr std::string_view k_completion_help = R"(Examples
  unsnag completion bash > /etc/bash_completion.d/unsnag
  unsnag completion zsh > "${fpath[1]}/_unsnag"
  unsnag completion fish > ~/.config/fish/completions/unsnag.fish
)";

constexpr std::string_view k_help_help = R"(Examples
  unsnag help
  unsnag help why
)";

const Option& color_option() {
  static const Option k_option{
      "color", 0, "WHEN", {"auto", "always", "never"}, "colours: auto (on a terminal, without NO_COLOR), always, never"};
  return k_option;
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

int unknown_command(const std::string& word, Surroundings& surroundings) {
  std::vector<std::string_view> names;
  for (const auto& command : commands()) names.push_back(command.name);
  const auto meant = nearest(word, names);
  Complaint complaint{fmt::format("there is no command \"{}\"", word), "", "", "", "unsnag help lists the commands"};
  if (word.size() > 1 && word.front() == '-') {
    complaint.what = fmt::format("there is no option {} before a command", word);
    complaint.next = "options follow the command: unsnag why -o json FILE";
  } else if (!meant.empty()) {
    complaint.next = fmt::format("did you mean: unsnag {}", meant);
  } else if (word == "-" || is_there(word)) {
    complaint.next = fmt::format("to explain it: unsnag why {}", word);
  }
  return complain(surroundings, complaint);
}

}  // namespace

bool Arguments::has(std::string_view name) const {
  return std::any_of(options.begin(), options.end(), [&](const auto& option) { return option.first == name; });
}

std::string_view Arguments::get(std::string_view name, std::string_view otherwise) const {
  for (const auto& [key, value] : options)
    if (key == name) return value;
  return otherwise;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> k_commands = {
      {"why",
       "[TARGET...]",
       k_any_number,
       "explains why an image pull failed, from whatever there is",
       k_why_help,
       {{"output", 'o', "FORMAT", {"text", "json", "md", "events"}, "text (default), json, md (Markdown), events (JSON lines)"},
        {"verbose", 'v', "", {}, "whole lines, everything that follows from the cause, all images"},
        color_option()},
       Command::Completes::files,
       run_why},
      {"collect",
       "",
       0,
       "gathers a node's evidence into one file, without its secrets",
       k_collect_help,
       {{"output", 'o', "WHERE", {}, "a file, FOLDER/, or - for standard output (default: unsnag-NODE-TIME.tar.zst here)"},
        {"since", 0, "WHEN", {}, "logs since then: 2h, 3d, 2026-03-18T05:20:00Z, all (default: 24h)"},
        {"max-size", 0, "SIZE", {}, "of the logs before compression, newest first; all: no limit (default: 500MB)"},
        {"root", 0, "FOLDER", {}, "where the node's / is mounted (default: /)"},
        {"layout", 0, "LAYOUT", {"native", "eks"}, "native (default), or that of the EKS log collector, as tar.gz"},
        {"stand-ins", 0, "", {}, "replaces account ids, addresses and host names, each by the same one everywhere"},
        {"offline", 0, "", {}, "asks neither the Kubernetes API nor the cloud's metadata service"},
        {"quiet", 'q', "", {}, "prints nothing but errors"}},
       Command::Completes::files,
       run_collect},
      {"explain",
       "[CAUSE]",
       1,
       "what a cause is, how to tell it, what to do about it",
       k_explain_help,
       {{"markdown", 0, "DIR", {}, "write a page for each cause, or for CAUSE, into DIR"}, color_option()},
       Command::Completes::causes,
       run_explain},
      {"fix", "[CAUSE | undo [ID] | list]", 2, "plans, applies, checks and undoes what a node needs against a cause", k_fix_help,
       options_of_fix(), Command::Completes::fixes, run_fix},
      {"completion",
       "SHELL",
       1,
       "prints the completion script for bash, zsh or fish",
       k_completion_help,
       {},
       Command::Completes::shells,
       run_completion},
      {"help", "[COMMAND]", 1, "tells more about a command", k_help_help, {}, Command::Completes::commands, run_help},
  };
  return k_commands;
}

const Command* find_command(std::string_view name) {
  for (const auto& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

int run_help(const Arguments& arguments, Surroundings& surroundings) {
  if (arguments.targets.empty()) return emit(surroundings, full_help(), 0);
  const auto* command = find_command(arguments.targets.front());
  return command == nullptr ? unknown_command(arguments.targets.front(), surroundings) : emit(surroundings, help_for(*command), 0);
}

int run(const std::vector<std::string>& arguments, Surroundings& surroundings) {
  if (arguments.empty()) return emit(surroundings, short_help(), 0);
  const auto& word = arguments.front();
  if (word == "--version" || word == "-V") return emit(surroundings, "unsnag " UNSNAG_VERSION "\n", 0);
  if (word == "--help" || word == "-h") return emit(surroundings, full_help(), 0);
  const auto* command = find_command(word);
  if (command == nullptr) return unknown_command(word, surroundings);

  const auto parsed = parse(*command, {arguments.begin() + 1, arguments.end()});
  if (!parsed)
    return complain(surroundings, {fmt::format("unsnag {}: {}", command->name, parsed.error().detail), "", "", "",
                                   fmt::format("unsnag {} --help", command->name)});
  if (parsed->has("help")) return emit(surroundings, help_for(*command), 0);
  return command->run(*parsed, surroundings);
}

}  // namespace unsnag::cli
