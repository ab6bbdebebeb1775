// SPDX-License-Identifier: Apache-2.0
#include "journal/isolated.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <string>

namespace unsnag::journal {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNSNAG_SANITIZED 1
#endif
#endif
#if defined(UNSNAG_SANITIZED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool k_sanitized = true;
#else
constexpr bool k_sanitized = false;
#endif

constexpr int k_pipe_size = 1 << 20;
constexpr std::uint32_t k_largest = 64U << 20U;  // a block, and a message of the largest size

/// Both ends are the same program: no byte order, no versions.
struct Head {
  std::uint32_t kind, size;
};

struct Numbers {
  std::uint64_t entries, bytes;
  std::int64_t first, last;  // nanoseconds; only where has_times
  bool has_times, left_out;
};

class ToParent : public Listener {
 public:
  explicit ToParent(int fd) : fd_(fd) {}
  bool text(std::string_view lines) override { return say(Message::Kind::text, lines); }
  bool unit(std::string_view name) override { return say(Message::Kind::unit, name); }
  void damage(std::string_view file, std::string_view what) override {
    say(Message::Kind::damage, std::string(file).append(1, '\0').append(what));
  }
  bool at_work() override { return say(Message::Kind::at_work, {}); }
  void summary(const Summary& summary) override {
    Numbers numbers{};
    numbers.entries = summary.entries;
    numbers.bytes = summary.bytes;
    numbers.has_times = summary.first && summary.last;
    if (numbers.has_times) {
      numbers.first = summary.first->time_since_epoch().count();
      numbers.last = summary.last->time_since_epoch().count();
    }
    numbers.left_out = summary.left_out;
    say(Message::Kind::summary, {reinterpret_cast<const char*>(&numbers), sizeof numbers});
  }

 private:
  bool say(Message::Kind kind, std::string_view words) {
    const Head head{static_cast<std::uint32_t>(kind), static_cast<std::uint32_t>(words.size())};
    return put({reinterpret_cast<const char*>(&head), sizeof head}) && put(words);
  }
  [[nodiscard]] bool put(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto done = ::write(fd_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return true;
  }

  int fd_;
};

/// The parent's handlers would set flags that nobody reads here.
void become_a_child(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  ::prctl(PR_SET_DUMPABLE, 0);  // no core dump of what is expected to go wrong
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGBUS}) ::signal(signal, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  // "Assertion … failed" is libsystemd's word to its own makers. A sanitizer's is to ours.
  if (const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC); nowhere >= 0 && !k_sanitized) ::dup2(nowhere, STDERR_FILENO);
}

}  // namespace

Result<std::unique_ptr<Child>> Child::start(const std::function<void(Listener&)>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno);
  Fd from(ends[0]), to(ends[1]);
  ::fcntl(to.get(), F_SETPIPE_SZ, k_pipe_size);  // a wish
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid < 0) return fail_errno(errno);
  if (pid == 0) {
    become_a_child(parent);
    int status = 0;
    try {
      ToParent listener(to.get());
      work(listener);
    } catch (const std::exception&) {
      status = 2;  // no memory; 1 is a sanitizer's
    }
    ::_exit(status);
  }
  return std::unique_ptr<Child>(new Child(pid, std::move(from)));
}

Child::~Child() { end(); }

/// Ends it, if it still runs, and says how it ended (waitpid's status).
int Child::end() {
  int status = 0;
  if (pid_ <= 0) return status;
  if (!said_all_) ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
  pid_ = 0;
  return status;
}

Child::Got Child::fill(char* buffer, std::size_t size) {
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  std::size_t have = 0;
  while (have < size) {
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count();
    const auto left = std::max<std::int64_t>(0, k_patience_ms - waited);
    struct pollfd one {
      pipe_.get(), POLLIN, 0
    };
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (stop && stop()) return Got::stopped;
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Got::late;
    const auto got = ::read(pipe_.get(), buffer + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Got::ended;
    have += static_cast<std::size_t>(got);
  }
  return Got::all;
}

std::optional<Message> Child::how_it_ended(Got why) {
  over_ = true;
  const auto damage = [](std::string words) { return Message{Message::Kind::damage, std::move(words), {}, {}}; };
  if (why == Got::stopped) return std::nullopt;
  if (why == Got::late) {
    end();
    return damage("damaged: reading it came to no end, and was given up");
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
  pid_ = 0;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS) return damage("it became shorter while it was read: the rest is missing");
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
    return damage("reading it failed half-way, with status " + std::to_string(WEXITSTATUS(status)) + ", and the rest is missing");
  if (WIFSIGNALED(status) || !said_all_) return damage("damaged: reading it failed half-way, and the rest is missing");
  return std::nullopt;
}

Result<std::optional<Message>> Child::next() {
  if (over_) return std::optional<Message>();
  Head head{};
  if (const auto got = fill(reinterpret_cast<char*>(&head), sizeof head); got != Got::all) return how_it_ended(got);
  Message message{static_cast<Message::Kind>(head.kind), {}, {}, {}};
  if (head.size > k_largest) return fail(Errc::io, "a message that is too long");
  message.words.resize(head.size);
  if (const auto got = fill(message.words.data(), head.size); got != Got::all) return how_it_ended(got);
  if (message.kind == Message::Kind::damage) {
    const auto end = std::min(message.words.find('\0'), message.words.size());
    message.file = message.words.substr(0, end);
    message.words.erase(0, end + 1);
  }
  if (message.kind == Message::Kind::summary) {
    Numbers numbers{};
    if (message.words.size() == sizeof numbers) std::memcpy(&numbers, message.words.data(), sizeof numbers);
    auto& summary = message.summary;
    summary.entries = numbers.entries;
    summary.bytes = numbers.bytes;
    summary.left_out = numbers.left_out;
    if (numbers.has_times) {
      summary.first = SysTime(nanoseconds(numbers.first));
      summary.last = SysTime(nanoseconds(numbers.last));
    }
    said_all_ = true;
  }
  return std::optional<Message>(std::move(message));
}

}  // namespace unsnag::journal
