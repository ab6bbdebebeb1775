// SPDX-License-Identifier: Apache-2.0
// What a diagnosis looks like: as text for a terminal, as JSON for programs (docs/json.md is its contract), as
// Markdown for an issue or a chat. Pure functions of what was read and concluded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diagnose/verdict.h"
#include "report/layout.h"
#include "timeline/timeline.h"

namespace unsnag::report {

/// What was not read.
struct Unread {
  std::string what;          // "path: why"
  std::string command = {};  // that makes it readable, if one does
  /// Both in one line.
  [[nodiscard]] std::string whole() const { return command.empty() ? what : what + ": " + command; }
};

/// What was read, so that "nothing failed" can say what it rests on.
struct Input {
  std::uint64_t files = 0, bytes = 0, lines = 0;
  std::uint64_t understood = 0;  // lines that held a message of the catalogue
  std::vector<Unread> unreadable;
  bool stopped = false;                  // reading was interrupted
  bool pasted = false;                   // standard input was all there was
  bool this_node = false;                // no target was given
  std::vector<Unread> passed_over = {};  // binary files, in which no log stands
};

/// Borrows both; they must outlive it.
struct Findings {
  const diagnose::Diagnosis& diagnosis;
  const timeline::Timeline& timeline;
  Input input;
};

std::string to_text(const Findings& findings, const Style& style);
std::string to_json(const Findings& findings);
std::string to_markdown(const Findings& findings);

/// The verdicts to show: the diagnosis' own, worst first; or the one that says that nothing failed or tells of a pull
/// ("no-failure", the latter as possible), or that there was nothing to read ("insufficient-evidence"). Never empty.
std::vector<diagnose::Verdict> conclusions(const Findings& findings);

/// A "no-failure" that deserves a green tick: lines tell of pulls, and nothing that may tell of a failure is missing.
bool is_all_clear(const diagnose::Verdict& verdict, const Findings& findings);

/// What `unsnag why` exits with.
enum class Status : int { nothing_failed = 0, explained = 1, unexplained = 3 };
Status status_of(const std::vector<diagnose::Verdict>& verdicts);

}  // namespace unsnag::report
