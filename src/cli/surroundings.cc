// SPDX-License-Identifier: Apache-2.0
#include "cli/surroundings.h"

#include <csignal>
#include <cstdlib>

#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

#include <algorithm>
#include <charconv>
#include <optional>

#include "cli/commands.h"

namespace unsnag::cli {
namespace {

std::atomic<bool> g_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the signal handler sets it");

extern "C" void on_interrupt(int) { g_stop.store(true, std::memory_order_relaxed); }

void stop_at(int signal) {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  // Without SA_RESTART, so that a read that waits returns. The second one finds the default again.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(signal, &action, nullptr);
}

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

/// A pipe or a file; /dev/null and a closed descriptor are neither, as in a DaemonSet or a unit.
bool is_given(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode));
}

std::optional<std::size_t> number_in(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || value == 0) return std::nullopt;
  return value;
}

std::size_t width_of(int fd) {
  struct winsize size {};
  if (::isatty(fd) == 1 && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return number_in("COLUMNS").value_or(80);
}

/// Without setlocale(), which would change how the whole process formats.
bool locale_is_utf8() {
  const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", static_cast<locale_t>(nullptr));
  if (locale != static_cast<locale_t>(nullptr)) {
    const std::string_view codeset = ::nl_langinfo_l(CODESET, locale);
    const bool utf8 = codeset == "UTF-8" || codeset == "utf8";
    ::freelocale(locale);
    return utf8;
  }
  // The locale is named but not installed, as in a minimal container: its name says what the terminal shows.
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (is_set(name)) {
      const std::string_view value = std::getenv(name);
      return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos;
    }
  return false;
}

}  // namespace

Surroundings real_surroundings() {
  stop_at(SIGINT);
  std::signal(SIGPIPE, SIG_IGN);

  Surroundings here;
  here.out = [](std::string_view text) { return write_all(STDOUT_FILENO, text); };
  here.err = [](std::string_view text) { write_all(STDERR_FILENO, text); };
  here.input_is_given = is_given(STDIN_FILENO);
  here.input_is_terminal = ::isatty(STDIN_FILENO) == 1;
  here.output_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  here.errors_are_terminal = ::isatty(STDERR_FILENO) == 1;
  const char* terminal = std::getenv("TERM");
  here.may_colour = here.output_is_terminal && !is_set("NO_COLOR") && (terminal == nullptr || std::string_view(terminal) != "dumb");
  here.unicode = locale_is_utf8();
  here.width = width_of(STDOUT_FILENO);
  here.stop = &g_stop;
  return here;
}

void stop_when_ended() {
  stop_at(SIGTERM);
  struct sigaction hangup {};
  if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) stop_at(SIGHUP);
}

int complain(Surroundings& surroundings, const Complaint& complaint) {
  const report::Ink ink(style_for(surroundings, "never", false));
  std::string text = "unsnag: " + ink.clean(complaint.what) + "\n";
  const auto part = [&](std::string_view name, std::string_view words) {
    if (!words.empty()) text += report::pad("  " + std::string(name), 10) + ink.clean(words) + "\n";
  };
  part("why", complaint.why);
  part("where", complaint.where);
  part("note", complaint.note);
  part("next", complaint.next);
  surroundings.err(text);
  return k_wrong_use;
}

int emit(Surroundings& surroundings, std::string_view text, int status) {
  const int error = surroundings.out(text);
  if (error == 0 || error == EPIPE) return status;
  const auto failure = fail_errno(error);
  return complain(surroundings,
                  {"the report could not be written", failure.value().detail, "standard output", "", "write it where there is room"});
}

report::Style style_for(const Surroundings& surroundings, std::string_view color, bool verbose) {
  report::Style style;
  style.width = surroundings.width;
  style.colour = color == "always" || (color == "auto" && surroundings.may_colour);
  style.unicode = surroundings.unicode;
  style.verbose = verbose;
  return style;
}

}  // namespace unsnag::cli
