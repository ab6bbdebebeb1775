// SPDX-License-Identifier: Apache-2.0
// What log lines begin with: the fixed shapes, recognised at the very start of a text and without allocation.
// envelope.cc decides in which order and how often they are looked for.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace unsnag::readers {

/// True when `text` begins with one of the headers below, a time stamp, logfmt or a JSON log object.
/// Looks at a bounded piece of it.
bool is_header(std::string_view text);

/// `E0820 05:41:26.087058    3267 kuberuntime_sandbox.go:72] msg` (k8s.io/klog, formatHeader), or from
/// `kuberuntime_sandbox.go:72] msg` on, as people paste it (then without level and time).
struct KlogHeader {
  char level = ' ';
  Stamp when;
  std::string_view message;
};
std::optional<KlogHeader> read_klog(std::string_view text);

/// logrus' form for terminals: `ERRO[0005] msg   key=value`, `FATA[2026-09-11T11:54:05.8+02:00] msg`. Seconds since
/// the program's start are no time.
struct TerminalHeader {
  char level = ' ';
  Stamp when;
  std::string_view message;
};
std::optional<TerminalHeader> read_terminal(std::string_view text);

/// `host kubelet[12]: msg`, `host kernel: msg`, `kubelet[12]: msg`, as journalctl and syslog print it after the time.
struct Sender {
  std::string_view host, name, pid, message;
};
/// `sure`: a syslog time stood before, so that any `host name: ` is one; else only what can hardly be anything else.
std::optional<Sender> read_sender(std::string_view text, bool sure);

/// `Aug 20 05:41:26 `, `2026-08-22T10:11:12+0000 `, `Sat 2026-08-22 10:11:12 CEST `, `[Sat Aug 22 10:11:12 2026] `;
/// taken off with the blanks behind it.
enum class StampKind { syslog, full, human_dmesg };
struct Stamped {
  StampKind kind;
  Stamp when;
  std::string_view rest;
};
std::optional<Stamped> read_stamp(std::string_view text);

/// `[12345.678901] msg`, with the kernel's caller `[   T12] ` behind it if there is one. No time: what the seconds
/// count from is not said.
std::optional<std::string_view> read_monotonic(std::string_view text);

/// 'E', 'W', 'I', 'D', 'F', or ' ' for what is no level: "error", "ERRO", "warning", …
char level_of(std::string_view word);
/// syslog's 0 to 7.
char level_of_priority(int priority);

/// The name that this project uses: "docker.service", "dockerd-current" → "dockerd"; "crio" → "cri-o"; "" for names
/// that tell nothing ("node").
std::string_view program_name(std::string_view name);

}  // namespace unsnag::readers
