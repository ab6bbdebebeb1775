// SPDX-License-Identifier: Apache-2.0
// What a command sees of the process it runs in: where its words go, what kind of terminal that is, and whether it was
// asked to stop. Tests make their own.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "report/layout.h"

namespace unsnag::cli {

struct Surroundings {
  /// Writes all of it. Returns 0 or errno; EPIPE means that nobody reads any more, which is no failure of ours.
  std::function<int(std::string_view text)> out;
  std::function<void(std::string_view text)> err;

  bool input_is_given = false;  // standard input is a pipe or a file
  bool input_is_terminal = false;
  bool output_is_terminal = false;
  bool errors_are_terminal = false;
  bool may_colour = false;  // for --color=auto: a terminal, no NO_COLOR, no TERM=dumb
  bool unicode = true;      // the locale is UTF-8
  std::size_t width = 80;
  const std::atomic<bool>* stop = nullptr;  // Ctrl-C
};

/// Those of this process. Installs a handler for SIGINT (the second one ends the process at once) and ignores SIGPIPE.
Surroundings real_surroundings();

/// SIGTERM and SIGHUP, as a dropped `kubectl exec` and a drained pod send them, ask to stop as Ctrl-C does: for what has
/// something to tidy up. A SIGHUP that is ignored (nohup) stays so.
void stop_when_ended();

/// A failure in the house's five parts; empty ones are left out.
struct Complaint {
  std::string what;   // what failed: "can't read pods.tar.gz"
  std::string why;    // "No such file or directory"
  std::string where;  // the file, line or argument
  std::string note;
  std::string next;  // what to do
};
/// Tells it on standard error and returns k_wrong_use.
int complain(Surroundings& surroundings, const Complaint& complaint);

/// Writes `text` to standard output and returns `status`, or k_wrong_use when it could not be written.
int emit(Surroundings& surroundings, std::string_view text, int status);

/// How to write on this output: `color` is "auto", "always" or "never".
report::Style style_for(const Surroundings& surroundings, std::string_view color, bool verbose);

}  // namespace unsnag::cli
