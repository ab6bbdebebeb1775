// SPDX-License-Identifier: Apache-2.0
// A clock that nobody sets: the service that would is installed and does not run. The clock itself is never set here, since only
// that service knows the time.
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "remedy/actions.h"

namespace unsnag::remedy {
namespace {

struct TimeService {
  std::string_view unit, name, ask;  // `ask`: what tells how far it is
};
constexpr std::array<TimeService, 7> k_services{{{"chrony.service", "chrony", "chronyc tracking; chronyc sources"},
                                                 {"chronyd.service", "chrony", "chronyc tracking; chronyc sources"},
                                                 {"ntpsec.service", "ntpsec", "ntpq -p"},
                                                 {"ntp.service", "ntpd", "ntpq -p"},
                                                 {"ntpd.service", "ntpd", "ntpq -p"},
                                                 {"openntpd.service", "openntpd", "ntpctl -s all"},
                                                 {"systemd-timesyncd.service", "systemd-timesyncd", "timedatectl timesync-status"}}};
constexpr std::chrono::seconds k_patience{60}, k_stays{3};

Result<std::string> look_again(Machine& machine, const TimeService& service) {
  machine.wait(k_stays);
  TRY_ASSIGN(const auto state, machine.services().state(std::string(service.unit)));
  if (!state.is_running()) {
    if (state.active == "inactive" && state.result == "success")
      return fail(Errc::io, fmt::format("{0} does not run, and did not fail either: one of its conditions keeps it from starting, as in a "
                                        "container or without the right to set the clock (systemctl status {0})",
                                        service.unit));
    const auto words = machine.last_lines(std::string(service.unit), 3);
    return fail(Errc::io, fmt::format("{} does not run: {} ({}), {}{}{}", service.unit, state.active, state.sub, state.result,
                                      words.empty() ? "" : "; its last words: ", fmt::join(words, "; ")));
  }
  return fmt::format("{} runs; when the clock is right, it says: {}", service.name, service.ask);
}

Result<ActionPlan> plan_clock_skew(const Ground& ground, const Values&) {
  TRY_ASSIGN(const auto machine, ground.machine());
  ActionPlan plan;
  const TimeService* idle = nullptr;
  node::UnitState before;
  std::string masked;
  for (const auto& one : k_services) {
    TRY_ASSIGN(auto state, machine->services().state(std::string(one.unit)));
    if (state.load == "masked") masked = one.unit;
    if (state.load != "loaded") continue;
    if (state.is_running()) {
      plan.found.push_back(fmt::format("{} runs as {}", one.name, one.unit));
      plan.notes.push_back(
          fmt::format("if the clock is wrong all the same, its servers do not answer, or it was further off than it corrects "
                      "without a restart: {}",
                      one.ask));
      return plan;
    }
    if (idle != nullptr) continue;
    idle = &one;
    before = std::move(state);
  }
  if (idle == nullptr)
    return fail(Errc::unsupported, masked.empty() ? "no time service is installed: install chrony (apt-get install chrony, dnf install "
                                                    "chrony), and give it servers that this node reaches"
                                                  : fmt::format("{} is masked, so somebody wants it not to run: systemctl unmask {}, if "
                                                                "nothing else sets the clock",
                                                                masked, masked));
  const std::string unit(idle->unit);
  plan.found.push_back(fmt::format("{} is installed and does not run: {} ({}){}", idle->name, before.active, before.sub,
                                   before.enabled ? "" : ", and does not start with the machine"));
  if (!before.enabled)
    plan.steps.push_back(
        {fmt::format("enable {}", unit), "it starts with the machine from now on", [machine, unit]() -> Result<std::string> {
           TRY(machine->services().set_enabled(unit, true));
           return std::string();
         }});
  plan.steps.push_back({fmt::format("start {}", unit), "pods go on; the clock may jump once it has asked its servers",
                        [machine, unit]() -> Result<std::string> {
                          TRY(machine->services().restart(unit, k_patience));
                          return std::string();
                        }});
  plan.units = {{unit, false, before.enabled}};
  plan.undo = "unsnag fix undo: it is stopped, and starts with the machine only if it did before; the clock stays as it is then";
  plan.check = fmt::format("{} still runs after {} s", unit, k_stays.count());
  plan.verify = [machine, service = *idle] { return look_again(*machine, service); };
  return plan;
}

}  // namespace

const Action k_clock_skew{"clock-skew", "the time service that is installed and does not run, started", {}, plan_clock_skew};

}  // namespace unsnag::remedy
