// SPDX-License-Identifier: Apache-2.0
#include "node/systemd_bus.h"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

namespace unsnag::node {
namespace {

constexpr auto k_name = "org.freedesktop.systemd1";
constexpr auto k_manager_path = "/org/freedesktop/systemd1";
constexpr auto k_manager = "org.freedesktop.systemd1.Manager";
constexpr auto k_unit = "org.freedesktop.systemd1.Unit";
constexpr auto k_service = "org.freedesktop.systemd1.Service";
constexpr std::uint64_t k_call_limit_us = 60'000'000;  // daemon-reload of a node with many mounts takes seconds

struct BusClose {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, BusClose>;

struct SlotClose {
  void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};

struct MessageClose {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, MessageClose>;

/// sd-bus' error, which holds the manager's words.
class BusError {
 public:
  BusError() = default;
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  BusError(BusError&&) = delete;
  BusError& operator=(BusError&&) = delete;
  ~BusError() { sd_bus_error_free(&error_); }
  sd_bus_error* get() { return &error_; }
  [[nodiscard]] tl::unexpected<Error> failure(int result) const {
    auto failed = fail_errno(-result);
    if (error_.message != nullptr) failed.value().detail = error_.message;
    if (sd_bus_error_has_name(&error_, "org.freedesktop.systemd1.NoSuchUnit") > 0) failed.value().code = Errc::not_found;
    return failed;
  }

 private:
  sd_bus_error error_{};  // SD_BUS_ERROR_NULL, which C++ can't spell
};

struct Job {
  std::string path;    // "" until systemd has named it
  std::string result;  // "done", "failed", "timeout", …; "" while it runs
  std::vector<std::pair<std::string, std::string>> ended;
};

int on_job_removed(sd_bus_message* message, void* data, sd_bus_error*) {
  auto& job = *static_cast<Job*>(data);
  std::uint32_t id = 0;
  const char *path = nullptr, *unit = nullptr, *result = nullptr;
  if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0) return 0;
  job.ended.emplace_back(path, result);
  return 0;
}

class SystemdBus : public Services {
 public:
  explicit SystemdBus(Bus bus) : bus_(std::move(bus)) {}

  Result<void> reload_units() override {
    BusError error;
    const int done = sd_bus_call_method(bus_.get(), k_name, k_manager_path, k_manager, "Reload", error.get(), nullptr, "");
    if (done < 0) return error.failure(done);
    return {};
  }

  Result<void> restart(const std::string& unit, std::chrono::seconds patience) override {
    // A unit that crashed a few times, or was restarted a few times, is refused as "start-limit-hit" (docker.service: three starts
    // a minute), which would keep the way back shut. This sets the count to nought; of a unit without one it is an error, or none.
    BusError error;
    sd_bus_call_method(bus_.get(), k_name, k_manager_path, k_manager, "ResetFailedUnit", error.get(), nullptr, "s", unit.c_str());
    return run("RestartUnit", unit, patience);
  }
  Result<void> reload(const std::string& unit, std::chrono::seconds patience) override { return run("ReloadUnit", unit, patience); }

  Result<void> stop(const std::string& unit, std::chrono::seconds patience) override { return run("StopUnit", unit, patience); }

  Result<void> set_enabled(const std::string& unit, bool enabled) override {
    BusError error;
    const int done = enabled ? sd_bus_call_method(bus_.get(), k_name, k_manager_path, k_manager, "EnableUnitFiles", error.get(), nullptr,
                                                  "asbb", 1, unit.c_str(), 0, 0)
                             : sd_bus_call_method(bus_.get(), k_name, k_manager_path, k_manager, "DisableUnitFiles", error.get(), nullptr,
                                                  "asb", 1, unit.c_str(), 0);
    if (done < 0) return error.failure(done);
    return reload_units();  // the manager follows the new links from then on
  }

  Result<UnitState> state(const std::string& unit) override {
    TRY_ASSIGN(const auto path, path_of(unit));
    UnitState state;
    TRY_ASSIGN(state.load, text(path, k_unit, "LoadState"));
    if (state.load == "not-found") return state;
    TRY_ASSIGN(state.active, text(path, k_unit, "ActiveState"));
    TRY_ASSIGN(state.sub, text(path, k_unit, "SubState"));
    state.enabled = text(path, k_unit, "UnitFileState").value_or("") == "enabled";
    state.result = text(path, k_service, "Result").value_or("");
    std::uint32_t number = 0;
    if (trivial(path, k_service, "MainPID", 'u', &number)) state.main_pid = static_cast<pid_t>(number);
    trivial(path, k_service, "NRestarts", 'u', &state.restarts);
    trivial(path, k_service, "ExecMainStatus", 'i', &state.exit_status);
    int can = 0;  // a D-Bus boolean is an int here
    if (trivial(path, k_unit, "CanReload", 'b', &can)) state.can_reload = can != 0;
    return state;
  }

 private:
  /// Waits for JobRemoved of the very job: the call itself returns as soon as the job is queued.
  Result<void> run(const char* method, const std::string& unit, std::chrono::seconds patience) {
    Job job;
    sd_bus_slot* raw = nullptr;
    int done = sd_bus_match_signal(bus_.get(), &raw, nullptr, k_manager_path, k_manager, "JobRemoved", on_job_removed, &job);
    if (done < 0) return fail_errno(-done);
    const std::unique_ptr<sd_bus_slot, SlotClose> slot(raw);
    {
      BusError error;  // the manager sends signals only to those who subscribe; a second time is no harm
      sd_bus_call_method(bus_.get(), k_name, k_manager_path, k_manager, "Subscribe", error.get(), nullptr, "");
    }
    BusError error;
    sd_bus_message* answer = nullptr;
    done = sd_bus_call_method(bus_.get(), k_name, k_manager_path, k_manager, method, error.get(), &answer, "ss", unit.c_str(), "replace");
    if (done < 0) return error.failure(done);
    const Message message(answer);
    const char* path = nullptr;
    if (done = sd_bus_message_read(answer, "o", &path); done < 0) return fail_errno(-done);
    job.path = path;

    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      for (const auto& [ended, result] : job.ended)
        if (ended == job.path) job.result = result;
      if (!job.result.empty()) break;
      const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return fail(Errc::io, fmt::format("systemd's job was not done after {} s", patience.count()));
      done = sd_bus_process(bus_.get(), nullptr);
      if (done < 0) return fail_errno(-done);
      if (done > 0) continue;
      done = sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left.count()));
      if (done < 0 && done != -EINTR) return fail_errno(-done);
    }
    if (job.result == "done") return {};
    return fail(Errc::io, fmt::format("systemd's job ended with \"{}\"", job.result));
  }

  Result<std::string> path_of(const std::string& unit) {
    BusError error;
    sd_bus_message* answer = nullptr;
    const int done = sd_bus_call_method(bus_.get(), k_name, k_manager_path, k_manager, "LoadUnit", error.get(), &answer, "s", unit.c_str());
    if (done < 0) return error.failure(done);
    const Message message(answer);
    const char* path = nullptr;
    if (const int read = sd_bus_message_read(answer, "o", &path); read < 0) return fail_errno(-read);
    return std::string(path);
  }

  Result<std::string> text(const std::string& path, const char* interface, const char* property) {
    BusError error;
    char* raw = nullptr;
    const int done = sd_bus_get_property_string(bus_.get(), k_name, path.c_str(), interface, property, error.get(), &raw);
    if (done < 0) return error.failure(done);
    const std::unique_ptr<char, void (*)(void*)> owned(raw, std::free);
    return std::string(raw);
  }

  bool trivial(const std::string& path, const char* interface, const char* property, char type, void* into) {
    BusError error;
    return sd_bus_get_property_trivial(bus_.get(), k_name, path.c_str(), interface, property, error.get(), type, into) >= 0;
  }

  Bus bus_;
};

/// systemctl's way: root talks to the manager itself, which works while the bus is down; others go through the bus.
Result<Bus> open_at(const std::string& socket, bool is_bus) {
  sd_bus* raw = nullptr;
  if (const int done = sd_bus_new(&raw); done < 0) return fail_errno(-done);
  Bus bus(raw);
  const auto address = "unix:path=" + socket;
  int done = sd_bus_set_address(raw, address.c_str());
  if (done >= 0) done = sd_bus_set_bus_client(raw, is_bus ? 1 : 0);
  if (done >= 0) done = sd_bus_set_method_call_timeout(raw, k_call_limit_us);
  if (done >= 0) done = sd_bus_start(raw);
  if (done < 0) return fail_errno(-done);
  return bus;
}

}  // namespace

Result<std::unique_ptr<Services>> connect_to_systemd(const Root& root) {
  if (!root.exists("/run/systemd/system")) return fail(Errc::unsupported, "systemd does not run here");
  auto bus = open_at(root.here("/run/systemd/private"), false);
  if (!bus) bus = open_at(root.here("/run/dbus/system_bus_socket"), true);
  if (!bus) return context<std::unique_ptr<Services>>(tl::unexpected<Error>(bus.error()), "connecting to systemd");
  return std::unique_ptr<Services>(std::make_unique<SystemdBus>(std::move(*bus)));
}

}  // namespace unsnag::node
