// SPDX-License-Identifier: Apache-2.0
#include "node/processes.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/text.h"
#include "node/patience.h"

namespace unsnag::node {
namespace {

constexpr std::chrono::milliseconds k_patience{1000};
constexpr int k_most_silent = 3;  // of so many locked processes, the rest is not asked any more

template <typename Number>
bool number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string of(int pid, std::string_view name) { return "/" + std::to_string(pid) + "/" + std::string(name); }

/// Reads what needs the lock of the process's memory. Errors: io also when nothing came in time.
Result<Head> read_memory(const Proc& proc, int pid, std::string_view name) {
  TRY_ASSIGN(auto fd, proc.tree.open_file(of(pid, name)));
  auto head = within(k_patience, [file = std::move(fd)] { return read_head(file.get(), k_most_words); });
  if (!head) return fail(Errc::io, "no answer: the process's memory is locked");
  return std::move(*head);
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// What stands beside each occurrence of a flag; nullopt: nothing, another flag or the end follows it.
std::vector<std::optional<std::string>> occurrences(const std::vector<std::string>& argv, std::string_view name) {
  std::vector<std::optional<std::string>> found;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    std::string_view word = argv[i];
    if (!word.starts_with('-')) continue;
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    const auto equals = word.find('=');
    if (word.substr(0, equals) != name) continue;
    if (equals != std::string_view::npos) found.emplace_back(word.substr(equals + 1));
    else if (i + 1 < argv.size() && !argv[i + 1].starts_with('-')) found.emplace_back(argv[i + 1]);
    else found.emplace_back(std::nullopt);
  }
  return found;
}

}  // namespace

std::vector<std::string> split_nul(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\0', begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::string Process::program() const {
  if (!exe.empty()) {
    std::string_view path = exe;
    if (constexpr std::string_view k_gone = " (deleted)"; path.ends_with(k_gone)) path.remove_suffix(k_gone.size());
    return std::string(base_name(path));
  }
  if (argv.empty()) return comm;
  std::string_view first = argv.front();
  return std::string(base_name(first.substr(0, first.find(' '))));
}

std::optional<Process> parse_process(std::string_view stat_line, std::optional<SysTime> boot) {
  // The name stands in brackets and may hold brackets and blanks itself.
  const auto open = stat_line.find(" ("), close = stat_line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return std::nullopt;
  Process process;
  if (!number(stat_line.substr(0, open), process.pid)) return std::nullopt;
  process.comm = std::string(stat_line.substr(open + 2, close - open - 2));
  const auto rest = split_words(stat_line.substr(close + 1));  // from the third field on: proc(5)
  if (rest.size() < 22 || rest[0].size() != 1) return std::nullopt;
  process.state = rest[0].front();
  std::uint64_t pages = 0;
  if (!number(rest[1], process.parent) || !number(rest[17], process.threads) || !number(rest[19], process.start_ticks)) return std::nullopt;
  if (number(rest[21], pages)) process.resident_bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  constexpr std::uint64_t k_century_s = 100ULL * 366 * 86400;
  if (boot && process.start_ticks / per_second < k_century_s)
    process.started = *boot + std::chrono::milliseconds(process.start_ticks * 1000 / per_second);
  return process;
}

std::optional<SysTime> boot_time(const Proc& proc) {
  const auto stat = read_head(proc.tree, "/stat", std::size_t{1} << 20U);
  if (!stat) return std::nullopt;
  for (const auto line : split(stat->text, '\n')) {
    std::int64_t seconds = 0;
    if (line.starts_with("btime ") && number(trim(line.substr(6)), seconds)) {
      const SysTime at{std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 5'000'000'000))};
      return is_log_time(at) ? std::optional(at) : std::nullopt;
    }
  }
  return std::nullopt;
}

Result<std::vector<Process>> processes(const Proc& proc) {
  TRY_ASSIGN(const auto entries, proc.tree.list("/"));
  const auto booted = boot_time(proc);
  std::vector<Process> all;
  int silent = 0;
  for (const auto& entry : entries) {
    int pid = 0;
    if (!number(std::string_view(entry.name), pid) || pid <= 0) continue;
    const auto line = read_head(proc.tree, of(pid, "stat"), 4096);
    if (!line) continue;
    auto process = parse_process(line->text, booted);
    if (!process || process->pid != pid) continue;
    if (silent < k_most_silent) {
      if (const auto words = read_memory(proc, pid, "cmdline")) {
        process->argv = split_nul(words->text);
        process->argv_cut = words->cut;
      } else if (words.error().code == Errc::io) {
        process->silent = true;
        ++silent;
      }
    } else {
      process->silent = true;
    }
    process->exe = link_text(proc.tree, of(pid, "exe"));
    if (process->state == 'D')
      if (const auto where = read_head(proc.tree, of(pid, "wchan"), 256); where && where->text != "0") process->waits_in = where->text;
    all.push_back(std::move(*process));
  }
  std::sort(all.begin(), all.end(), [](const Process& a, const Process& b) { return a.pid < b.pid; });
  return all;
}

std::string_view daemon_of(const Process& process) {
  struct Named {
    std::string_view program, daemon;
  };
  static constexpr std::array<Named, 19> k_daemons{{{"kubelet", "kubelet"},
                                                    {"containerd", "containerd"},
                                                    {"docker-containerd", "containerd"},
                                                    {"dockerd", "dockerd"},
                                                    {"dockerd-current", "dockerd"},
                                                    {"crio", "crio"},
                                                    {"cri-o", "crio"},
                                                    {"cri-dockerd", "cri-dockerd"},
                                                    {"k3s", "k3s"},
                                                    {"k3s-server", "k3s"},
                                                    {"k3s-agent", "k3s"},
                                                    {"rke2", "rke2"},
                                                    {"k0s", "k0s"},
                                                    {"kubelite", "microk8s"},
                                                    {"soci-snapshotter-grpc", "soci-snapshotter"},
                                                    {"soci-snapshotter", "soci-snapshotter"},
                                                    {"containerd-stargz-grpc", "stargz-snapshotter"},
                                                    {"nydus-snapshotter", "nydus-snapshotter"},
                                                    {"containerd-nydus-grpc", "nydus-snapshotter"}}};
  const std::string program = process.program();
  const bool hyperkube = program == "hyperkube" && process.argv.size() > 1;
  for (const auto& [name, daemon] : k_daemons) {
    if (hyperkube ? process.argv[1] != name : program != name) continue;
    // "k3s kubectl", "k3s crictl" and "k0s status" are clients, "containerd config dump" is a question.
    static constexpr std::array<std::string_view, 6> k_verbs{"server", "agent", "worker", "controller", "start", "run"};
    const std::string_view verb = process.argv.size() > 1 ? std::string_view(process.argv[1]) : std::string_view();
    const bool many = daemon == "k3s" || daemon == "rke2" || daemon == "k0s";
    if (many && !name.starts_with("k3s-") && !contains(process.argv.empty() ? "" : process.argv.front(), " ") &&
        std::find(k_verbs.begin(), k_verbs.end(), verb) == k_verbs.end())
      return {};
    if (!many && !hyperkube && !verb.empty() && verb.front() != '-' && verb != "start" && verb != "serve") return {};
    return daemon;
  }
  return {};
}

std::vector<std::string> flag_values(const std::vector<std::string>& argv, std::string_view name) {
  std::vector<std::string> values;
  for (auto& value : occurrences(argv, name))
    if (value) values.push_back(std::move(*value));
  return values;
}

std::optional<std::string> flag_value(const std::vector<std::string>& argv, std::string_view name) {
  auto all = occurrences(argv, name);
  if (all.empty()) return std::nullopt;
  return std::move(all.back()).value_or("true");
}

Result<std::vector<std::string>> environment(const Proc& proc, int pid) {
  TRY_ASSIGN(const auto words, read_memory(proc, pid, "environ"));
  return split_nul(words.text);
}

Result<std::string> limits(const Proc& proc, int pid) {
  TRY_ASSIGN(auto table, read_head(proc.tree, of(pid, "limits"), 16384));
  return std::move(table.text);
}

Result<std::string> cgroup(const Proc& proc, int pid) {
  TRY_ASSIGN(const auto lines, read_head(proc.tree, of(pid, "cgroup"), 65536));
  for (const auto line : split(lines.text, '\n'))
    if (line.starts_with("0::/")) return std::string(line.substr(3));
  return std::string();
}

Result<std::uint64_t> open_files(const Proc& proc, int pid) {
  // Each entry is looked at by Root::list; for a million of them the count alone has to do.
  const auto entries = proc.tree.list(of(pid, "fd"));
  if (!entries && entries.error().code == Errc::too_large) return std::uint64_t{100'000};
  TRY(entries);
  return static_cast<std::uint64_t>(entries->size());
}

}  // namespace unsnag::node
