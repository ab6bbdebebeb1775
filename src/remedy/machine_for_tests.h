// SPDX-License-Identifier: Apache-2.0
// A machine for tests, that does as it is told and says what it was asked.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "remedy/machine.h"

namespace unsnag::remedy {

/// Services that obey, or fail where a test wants it, on a clock that goes on by waiting.
class FakeMachine : public Machine, private node::Services {
 public:
  node::Services& services() override { return *this; }
  Result<std::vector<std::string>> command_line(pid_t) override { return command; }
  Result<std::vector<std::string>> environment(pid_t) override { return std::vector<std::string>{}; }
  Result<std::string> limits(pid_t) override { return std::string(); }
  std::optional<SysTime> started(pid_t) override { return started_at; }
  Result<void> healthz(std::uint16_t) override {
    if (healthy) return {};
    return fail(Errc::io, "Connection refused");
  }
  Result<void> runtime_ready(const std::string&) override {
    if (has_cri) return {};
    return fail(Errc::unsupported, "unknown service runtime.v1.RuntimeService");
  }
  Result<std::vector<std::string>> docker_list(const std::string&, const std::string&) override { return docker_has; }
  Result<std::string> kernel_value(const std::string& key) override { return kernel[key]; }
  Result<void> set_kernel_value(const std::string& key, const std::string& value) override {
    kernel[key] = value;
    return {};
  }
  std::vector<std::string> last_lines(const std::string&, std::size_t) override { return {"kubelet: its last words"}; }
  SysTime now() override { return clock; }
  void wait(std::chrono::milliseconds span) override {
    clock += span;
    if (crash_after && clock - started_at > *crash_after) {
      ++pid;
      started_at = clock;
    }
  }

  std::vector<std::string> command{"kubelet", "--image-pull-progress-deadline=10m"};
  std::map<std::string, std::string> kernel;
  std::vector<std::string> asked;
  std::map<std::string, node::UnitState> units;  // those that are there; none: every unit is there, and runs
  bool healthy = true, has_cri = true;
  std::vector<std::string> docker_has;
  std::string refuses;  // the unit whose restart fails
  std::optional<std::chrono::seconds> crash_after;
  SysTime clock{std::chrono::seconds(1'800'000'000)}, started_at{clock};
  pid_t pid = 100;

 private:
  Result<void> reload_units() override {
    asked.emplace_back("daemon-reload");
    return {};
  }
  Result<void> restart(const std::string& unit, std::chrono::seconds) override {
    asked.push_back("restart " + unit);
    if (unit == refuses) return fail(Errc::io, "systemd's job ended with \"failed\"");
    ++pid;
    started_at = clock;
    if (const auto found = units.find(unit); found != units.end()) {
      found->second.active = "active";
      found->second.sub = "running";
    }
    return {};
  }
  Result<void> reload(const std::string& unit, std::chrono::seconds) override {
    asked.push_back("reload " + unit);
    return {};
  }
  Result<void> stop(const std::string& unit, std::chrono::seconds) override {
    asked.push_back("stop " + unit);
    return {};
  }
  Result<void> set_enabled(const std::string& unit, bool enabled) override {
    asked.push_back((enabled ? "enable " : "disable ") + unit);
    return {};
  }
  Result<node::UnitState> state(const std::string& unit) override {
    if (!units.empty()) {
      const auto found = units.find(unit);
      if (found != units.end()) return found->second;
      node::UnitState none;
      none.load = "not-found";
      return none;
    }
    node::UnitState state;
    state.load = "loaded";
    state.active = "active";
    state.sub = "running";
    state.main_pid = pid;
    return state;
  }
};

}  // namespace unsnag::remedy
