// SPDX-License-Identifier: Apache-2.0
// Peels off what surrounds a message: chat quotes and line numbers, journal and syslog prefixes, container-log
// JSON, klog headers, logfmt and logrus JSON. They nest (journal around klog, k0s' logfmt around containerd's),
// so it peels until nothing peels. What stands there is read; a year or zone that does not stand there is not made up.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace unsnag::readers {

struct Envelope {
  Stamp when;           // of the innermost header that has a time; a full date beats one without a year
  std::string host;     // journal's or syslog's host name, container-log's none
  std::string program;  // "kubelet", "containerd", "dockerd", "cri-o", "cri-dockerd", "kernel", "systemd", …
                        // from the unit, identifier or header style; empty when nothing tells
  char level = ' ';     // E W I D F (fatal), ' ' unknown
  /// The message, unescaped (JSON and Go-quoted msg="…" are decoded), without any header. For structured lines
  /// it is the msg part alone.
  std::string message;
  /// Structured fields around the message, outermost first, decoded: err, error, image, pod, host, url, id, …
  /// (logfmt and klog key=value, JSON members). Unquoted Go dumps (`event=&{ID:… Type:…}`) are one value.
  std::vector<std::pair<std::string, std::string>> fields;

  /// Value of the last field with that key, or "".
  [[nodiscard]] std::string_view field(std::string_view key) const;
};

/// Peels one line (without its newline; a trailing \r is dropped). Never fails: what is no envelope is message.
/// At most 8 levels. Linear in the line's length.
Envelope peel(std::string_view line);

/// True when a line starts with a time stamp, log header or other sign that it begins a record of its own, so
/// that it can't be the continuation of a multi-line message.
bool starts_record(std::string_view line);

/// One record of `journalctl -o export` or of a JSON array element, already split into fields.
Envelope peel_journal_fields(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace unsnag::readers
