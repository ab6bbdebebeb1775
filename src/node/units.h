// SPDX-License-Identifier: Apache-2.0
// A systemd unit as it stands on disk: which file is the unit, which drop-ins change it, in systemd's order, and which value
// of a key counts, with the file and line that it comes from. What systemd has loaded may be older: that is asked over its
// bus. Sources: systemd.unit(5), systemd.exec(5), and systemd 252's own parser (conf-parser.c, dropin.c, env-file.c), against
// which the order of drop-ins was tried with `systemd-analyze verify`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/root.h"

namespace unsnag::node {

/// "KEY=VALUE" as it stands, continued lines joined; specifiers (%n) are left. `value` "": the list is emptied here.
struct Assignment {
  std::string section;  // "Service"
  std::string key, value;
  std::string file;        // on the node
  std::uint64_t line = 0;  // counted from 1: where it begins
};

/// The assignments of one file, in order. Lines that are none are passed over, as systemd passes over them.
/// At most 100,000 of them.
std::vector<Assignment> parse_unit(std::string_view text, std::string_view file);

/// What counts of a key that may stand several times (ExecStart=, Environment=): those after the last empty one.
std::vector<Assignment> values_of(const std::vector<Assignment>& assignments, std::string_view section, std::string_view key);

/// NAME=VALUE of an Environment= or an EnvironmentFile=.
struct Variable {
  std::string name, value;
  std::string file;
  std::uint64_t line = 0;
};
/// The words of an ExecStart= or Environment=: blanks separate, quotes of either kind keep together, \n and \x41 are read.
std::vector<std::string> unit_words(std::string_view value);
/// The variables of an EnvironmentFile=, in order. At most 100,000.
std::vector<Variable> parse_environment_file(std::string_view text, std::string_view file);

struct UnitFile {
  std::string path;  // on the node, as systemd names it (links not followed)
  std::string text;
};

struct UnreadFile {
  std::string path;
  Error why;
};

struct Unit {
  enum class State : std::uint8_t { found, masked, not_found };  // not_found: drop-ins may be there all the same
  State state = State::not_found;
  std::string name;                // "docker.service": of the file that an alias leads to
  std::vector<std::string> names;  // and its aliases that were met on the way
  std::vector<UnitFile> files;     // the unit's own first, then the drop-ins as they apply
  std::vector<Assignment> assignments;
  std::vector<UnreadFile> unread;

  /// As values_of. The last of them is the value of a key that holds one.
  [[nodiscard]] std::vector<Assignment> values(std::string_view section, std::string_view key) const {
    return values_of(assignments, section, key);
  }
  [[nodiscard]] std::optional<Assignment> value(std::string_view section, std::string_view key) const;
};

/// Reads "kubelet.service" with all that changes it. An instance ("a@b.service") also by its template.
/// Errors: invalid_argument: no unit's name. That there is no such unit is no error.
Result<Unit> load_unit(const Root& root, std::string_view name);

/// What the unit's processes are started with: Environment=, then its EnvironmentFile=s, which win; the last of a name counts,
/// UnsetEnvironment= takes away. Files that can't be read and aren't optional ("-") go to `unread`.
std::vector<Variable> unit_environment(const Root& root, const Unit& unit, std::vector<UnreadFile>* unread = nullptr);

/// The command of the last ExecStart=, without systemd's marks ("-", "@", "+", "!", ":"), with $VARIABLES put in as systemd
/// does: a word that is $NAME becomes several. Empty: there is none. At most 2 MiB, as Linux has it.
std::vector<std::string> unit_command(const Unit& unit, const std::vector<Variable>& environment);

/// All files one after another under their names, as `systemctl cat` prints them.
std::string as_cat(const Unit& unit);

/// Where units are looked for, first hit wins: systemd.unit(5) "System Unit Search Path".
const std::vector<std::string>& unit_folders();

}  // namespace unsnag::node
