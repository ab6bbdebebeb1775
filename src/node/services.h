// SPDX-License-Identifier: Apache-2.0
// The service manager of a node, as far as a change of settings needs it. SystemdBus is the real one; tests have their own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace unsnag::node {

struct UnitState {
  std::string load;    // loaded, not-found, masked, bad-setting, error
  std::string active;  // active, activating, deactivating, inactive, failed, reloading
  std::string sub;     // running, auto-restart, dead, …
  std::string result;  // success, exit-code, signal, …
  pid_t main_pid = 0;
  std::uint32_t restarts = 0;  // by systemd itself since the unit was last started; 0 where systemd is older than 235
  std::int32_t exit_status = 0;
  bool can_reload = false;
  bool enabled = false;  // starts with the machine

  [[nodiscard]] bool is_running() const { return active == "active" && sub == "running"; }
};

class Services {
 public:
  Services() = default;
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;
  Services(Services&&) = delete;
  Services& operator=(Services&&) = delete;
  virtual ~Services() = default;

  /// Makes the manager read unit files anew. Errors: permission_denied, io.
  virtual Result<void> reload_units() = 0;
  /// Restarts, or lets the unit itself read its configuration again, and waits for the end of that job. A restart is not refused
  /// for the number of starts before it.
  /// Errors: not_found (no such unit), permission_denied, io: it failed, or took longer than `patience`.
  virtual Result<void> restart(const std::string& unit, std::chrono::seconds patience) = 0;
  virtual Result<void> reload(const std::string& unit, std::chrono::seconds patience) = 0;
  /// Stops it, and waits as restart does. Errors: as restart.
  virtual Result<void> stop(const std::string& unit, std::chrono::seconds patience) = 0;
  /// Has it start with the machine, or not; what runs now stays as it is. Errors: not_found, permission_denied, io.
  virtual Result<void> set_enabled(const std::string& unit, bool enabled) = 0;
  /// A unit that isn't there has load == "not-found", and is no error. Errors: permission_denied, io.
  virtual Result<UnitState> state(const std::string& unit) = 0;
};

}  // namespace unsnag::node
