// SPDX-License-Identifier: Apache-2.0
// The running node, as far as applying a change needs it: its services, its processes, kubelet's health, the clock. Tests have
// their own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "node/root.h"
#include "node/services.h"

namespace unsnag::remedy {

class Machine {
 public:
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  Machine(Machine&&) = delete;
  Machine& operator=(Machine&&) = delete;
  virtual ~Machine() = default;

  virtual node::Services& services() = 0;
  /// Of a process. Errors: not_found, permission_denied, io.
  virtual Result<std::vector<std::string>> command_line(pid_t pid) = 0;
  virtual Result<std::vector<std::string>> environment(pid_t pid) = 0;
  virtual Result<std::string> limits(pid_t pid) = 0;
  virtual std::optional<SysTime> started(pid_t pid) = 0;
  /// kubelet's own word, at http://127.0.0.1:PORT/healthz. Errors: as runtimes::kubelet_is_healthy.
  virtual Result<void> healthz(std::uint16_t port) = 0;
  /// Whether the runtime of a unit answers and calls itself ready; a unit that is no runtime's, or one without a socket, is.
  /// Errors: unsupported: it answers and has no CRI (a containerd for Docker alone, or whose CRI plugin did not start); those of
  /// asking, and the runtime's own words.
  virtual Result<void> runtime_ready(const std::string& unit) = 0;
  /// What dockerd has in a list of daemon.json that it tells of: registry-mirrors, insecure-registries. Errors: those of asking.
  virtual Result<std::vector<std::string>> docker_list(const std::string& unit, const std::string& key) = 0;
  virtual Result<std::string> kernel_value(const std::string& key) = 0;
  virtual Result<void> set_kernel_value(const std::string& key, const std::string& value) = 0;
  /// The unit's last lines of log, the newest last; none when they can't be had.
  virtual std::vector<std::string> last_lines(const std::string& unit, std::size_t count) = 0;
  virtual SysTime now() = 0;
  virtual void wait(std::chrono::milliseconds span) = 0;
};

/// This machine. Errors: unsupported: no systemd runs here; permission_denied, io.
Result<std::unique_ptr<Machine>> this_machine(const node::Root& root);

}  // namespace unsnag::remedy
