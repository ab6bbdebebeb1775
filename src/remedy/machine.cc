// SPDX-License-Identifier: Apache-2.0
#include "remedy/machine.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <thread>

#include <fmt/format.h>

#include "base/text.h"
#include "node/processes.h"
#include "node/systemd_bus.h"
#include "remedy/ask_node.h"
#include "runtimes/activity.h"
#include "runtimes/docker.h"

namespace unsnag::remedy {
namespace {

std::string kernel_path(const std::string& key) {
  auto path = "/proc/sys/" + key;
  std::replace(path.begin() + 10, path.end(), '.', '/');
  return path;
}

class ThisMachine : public Machine {
 public:
  ThisMachine(const node::Root& root, std::unique_ptr<node::Services> services, node::Proc proc)
      : root_(root), services_(std::move(services)), proc_(std::move(proc)) {}

  node::Services& services() override { return *services_; }
  Result<std::vector<std::string>> command_line(pid_t pid) override {
    TRY_ASSIGN(const auto head, node::read_head(proc_.tree, fmt::format("/{}/cmdline", pid), node::k_most_words));
    return node::split_nul(head.text);
  }
  Result<std::vector<std::string>> environment(pid_t pid) override { return node::environment(proc_, pid); }
  Result<std::string> limits(pid_t pid) override { return node::limits(proc_, pid); }
  /// By the clock that the kernel counts a process's start with: its "btime" is whole seconds, which is too coarse here.
  std::optional<SysTime> started(pid_t pid) override {
    const auto stat = node::read_head(proc_.tree, fmt::format("/{}/stat", pid), 4096);
    const auto process = stat ? node::parse_process(stat->text, std::nullopt) : std::nullopt;
    struct timespec boot {};
    const auto hertz = ::sysconf(_SC_CLK_TCK);
    if (!process || hertz <= 0 || ::clock_gettime(CLOCK_BOOTTIME, &boot) != 0) return std::nullopt;
    const nanoseconds since_boot = std::chrono::seconds(boot.tv_sec) + nanoseconds(boot.tv_nsec);
    const nanoseconds at(static_cast<std::int64_t>(process->start_ticks * (1'000'000'000ULL / static_cast<std::uint64_t>(hertz))));
    return now() - (since_boot - at);
  }
  Result<void> healthz(std::uint16_t port) override {
    TRY(runtimes::kubelet_is_healthy({}, fmt::format("http://127.0.0.1:{}/healthz", port)));
    return {};
  }
  Result<std::string> kernel_value(const std::string& key) override {
    TRY_ASSIGN(const auto head, node::read_head(proc_.tree, kernel_path(key).substr(5), 4096));
    return std::string(trim(head.text));
  }
  Result<void> set_kernel_value(const std::string& key, const std::string& value) override {
    TRY_ASSIGN(const auto fd, proc_.tree.open_path(kernel_path(key).substr(5), O_WRONLY));
    if (::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) return fail_errno(errno);
    return {};
  }
  Result<void> runtime_ready(const std::string& unit) override {
    const auto socket = socket_of(root_, unit);
    if (!socket) return {};
    TRY(runtimes::is_ready(*socket, {}));
    return {};
  }
  /// moby, api/types/registry: `RegistryConfig` of /info.
  Result<std::vector<std::string>> docker_list(const std::string& unit, const std::string& key) override {
    const auto socket = socket_of(root_, unit);
    if (!socket) return fail(Errc::not_found, "dockerd's socket is not there");
    TRY_ASSIGN(const auto info, runtimes::Docker(socket->here).info());
    const auto& config = info["RegistryConfig"];
    std::vector<std::string> all;
    if (key == "registry-mirrors") {
      for (const auto& [unused, one] : config["Mirrors"].entries) all.push_back(one.scalar);
      return all;
    }
    for (const auto& [unused, one] : config["InsecureRegistryCIDRs"].entries) all.push_back(one.scalar);
    for (const auto& [name, one] : config["IndexConfigs"].entries)
      if (one["Secure"].scalar == "false") all.push_back(name);
    return all;
  }
  std::vector<std::string> last_lines(const std::string& unit, std::size_t count) override {
    std::vector<std::string> lines;
    const auto text = journal_text(root_, unit, now() - std::chrono::minutes(5));
    for (const auto line : split(text, '\n'))
      if (!trim(line).empty()) lines.emplace_back(trim(line));
    if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    return lines;
  }
  SysTime now() override { return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()); }
  void wait(std::chrono::milliseconds span) override { std::this_thread::sleep_for(span); }

 private:
  const node::Root& root_;
  std::unique_ptr<node::Services> services_;
  node::Proc proc_;
};

}  // namespace

Result<std::unique_ptr<Machine>> this_machine(const node::Root& root) {
  TRY_ASSIGN(auto services, node::connect_to_systemd(root));
  TRY_ASSIGN(auto proc, node::open_proc(root));
  return std::unique_ptr<Machine>(std::make_unique<ThisMachine>(root, std::move(services), std::move(proc)));
}

}  // namespace unsnag::remedy
