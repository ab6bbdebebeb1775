// SPDX-License-Identifier: Apache-2.0
// An entry of the journal as a line of text: what `journalctl -o short-iso-precise` prints in UTC, byte for byte, since
// people compare the two, and everything here reads that form already. Source: systemd 252, src/shared/logs-show.c
// (output_short, print_multiline, shall_print), src/basic/string-util.c (strip_tab_ansi), src/basic/utf8.c.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace unsnag::journal {

/// What of an entry is shown. A field that the entry does not have is empty; journalctl prints no empty ones either.
struct Entry {
  std::uint64_t realtime = 0;                               // µs since 1970: when journald received it
  std::uint64_t source_realtime = 0;                        // _SOURCE_REALTIME_TIMESTAMP: when it was sent; 0: not known
  std::string host, identifier, command, pid, claimed_pid;  // _HOSTNAME, SYSLOG_IDENTIFIER, _COMM, _PID, SYSLOG_PID
  bool has_message = false;                                 // an entry without MESSAGE is not shown at all
  std::string message;

  void clear();
};

/// What becomes of a message with control characters or bytes that are no UTF-8.
enum class Binary : std::uint8_t {
  named,  // "[97B blob data]", as journalctl
  whole,  // as it is, as journalctl --all; colours and NUL bytes too
};

/// Appends the entry's line or lines, each with its newline; nothing for an entry without message.
void render(const Entry& entry, Binary binary, std::string& out);

}  // namespace unsnag::journal
