// SPDX-License-Identifier: Apache-2.0
#include "remedy/health.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "node/processes.h"

namespace unsnag::remedy {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_look_every{200};

bool is_kubelet(std::string_view unit) { return unit == "kubelet.service"; }

std::string words(const node::UnitState& state) {
  auto text = fmt::format("{} ({})", state.active, state.sub);
  if (!state.result.empty() && state.result != "success") text += fmt::format(", {}", state.result);
  if (state.exit_status != 0) text += fmt::format(", status {}", state.exit_status);
  return text;
}

/// "Max open files            1048576              1048576              files": soft and hard.
std::string limit_in(std::string_view table, std::string_view name) {
  for (const auto line : split(table, '\n'))
    if (line.substr(0, name.size()) == name) {
      const auto values = split_words(line.substr(name.size()));
      return values.empty() ? std::string() : std::string(values.front());
    }
  return {};
}

Result<std::string> value_now(Machine& machine, const Probe& probe, pid_t pid, SysTime since) {
  switch (probe.what) {
    case Probe::What::command_line: {
      TRY_ASSIGN(const auto command, machine.command_line(pid));
      return node::flag_value(command, probe.key).value_or("not there");
    }
    case Probe::What::environment: {
      TRY_ASSIGN(const auto all, machine.environment(pid));
      for (const auto& one : all)
        if (one.size() > probe.key.size() && one[probe.key.size()] == '=' && one.substr(0, probe.key.size()) == probe.key)
          return one.substr(probe.key.size() + 1);
      return std::string("not there");
    }
    case Probe::What::limit: {
      TRY_ASSIGN(const auto table, machine.limits(pid));
      return limit_in(table, probe.key);
    }
    case Probe::What::kernel: return machine.kernel_value(probe.key);
    case Probe::What::docker_list: {
      TRY_ASSIGN(const auto all, machine.docker_list(probe.unit, probe.key));
      const auto is_it = [&](std::string_view one) { return one == probe.value || one == probe.value + "/"; };
      if (std::any_of(all.begin(), all.end(), is_it)) return probe.value;
      return all.empty() ? std::string() : fmt::format("{}", fmt::join(all, ", "));
    }
    case Probe::What::started: break;
  }
  // A start is known to some 10 ms.
  const auto started = machine.started(pid);
  if (started && *started + milliseconds(100) >= since) return probe.value;
  return fmt::format("unread: {} runs since before the change", probe.unit);
}

}  // namespace

Result<void> wait_for_health(Machine& machine, const std::string& unit, const ApplyOptions& options, Cri cri) {
  const auto give_up = machine.now() + options.patience;
  SysTime running_since{};
  pid_t pid = 0;
  std::string last = "nothing was seen of it";
  for (;;) {
    if (options.stop && options.stop()) return fail(Errc::io, "interrupted");
    TRY_ASSIGN(const auto state, context(machine.services().state(unit), "{}", unit));
    const auto now = machine.now();
    bool healthy = state.is_running() && state.main_pid != 0;
    last = words(state);
    if (healthy && is_kubelet(unit) && options.healthz_port != 0) {
      const auto answer = machine.healthz(options.healthz_port);
      healthy = answer.has_value();
      if (!answer) last = fmt::format("running, but its /healthz: {}", answer.error().message());
    }
    if (healthy && !is_kubelet(unit)) {
      const auto ready = machine.runtime_ready(unit);
      const bool lacks_cri = !ready && ready.error().code == Errc::unsupported;
      // It serves only once all of its plugins have had their start: this one will not come.
      if (lacks_cri && cri == Cri::needed)
        return fail(Errc::io, fmt::format("{} runs, but its CRI plugin did not start: {}", unit, ready.error().message()));
      healthy = ready.has_value() || lacks_cri;
      if (!ready) last = fmt::format("running, but not ready: {}", ready.error().message());
    }
    // The restart of a crash shows as another process.
    if (pid != 0 && state.main_pid != pid && running_since != SysTime{})
      return fail(Errc::io, fmt::format("{} ended {} after its start and was started again", unit, format_short(now - running_since)));
    if (state.active == "failed") return fail(Errc::io, fmt::format("{} is {}", unit, words(state)));
    if (healthy) {
      if (running_since == SysTime{}) {
        running_since = now;
        pid = state.main_pid;
      }
      if (now - running_since >= options.steady_for) return {};
    } else if (running_since != SysTime{}) {
      return fail(Errc::io, fmt::format("{} is {} again", unit, last));
    }
    if (now >= give_up) return fail(Errc::io, fmt::format("{} is not healthy after {}: {}", unit, format_short(options.patience), last));
    machine.wait(k_look_every);
  }
}

Result<void> read_back(Machine& machine, const std::vector<Probe>& probes, SysTime since) {
  for (const auto& probe : probes) {
    pid_t pid = 0;
    if (!probe.unit.empty()) {
      TRY_ASSIGN(const auto state, context(machine.services().state(probe.unit), "{}", probe.unit));
      pid = state.main_pid;
    }
    TRY_ASSIGN(const auto now, context(value_now(machine, probe, pid, since), "reading {} back", probe.key));
    if (now != probe.value)
      return fail(Errc::io, fmt::format("{}{} is not in force: {} instead of {}", probe.unit.empty() ? "" : probe.unit + ": ", probe.key,
                                        now.empty() ? "nothing" : now, probe.value.empty() ? "nothing" : probe.value));
  }
  return {};
}

}  // namespace unsnag::remedy
