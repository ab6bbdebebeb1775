// SPDX-License-Identifier: Apache-2.0
// The clock, as timedatectl tells it: a clock that is wrong makes certificates and tokens invalid.
#include <sys/stat.h>
#include <sys/timex.h>

#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "base/text.h"
#include "collect/system.h"

namespace unsnag::collect {
namespace {

/// "Europe/Berlin" of the link /etc/localtime; "" when it is a file or missing.
std::string zone_of(const node::Root& root) {
  const auto target = root.read_link("/etc/localtime");
  if (!target) return {};
  constexpr std::string_view k_folder = "zoneinfo/";
  const auto at = target->find(k_folder);
  return at == std::string::npos ? *target : target->substr(at + k_folder.size());
}

std::string status_words(int status) {
  struct Flag {
    int bit;
    std::string_view name;
  };
  static constexpr std::array<Flag, 8> k_flags{{{STA_PLL, "PLL"},
                                                {STA_PPSFREQ, "PPSFREQ"},
                                                {STA_PPSTIME, "PPSTIME"},
                                                {STA_FLL, "FLL"},
                                                {STA_INS, "INS"},
                                                {STA_DEL, "DEL"},
                                                {STA_UNSYNC, "UNSYNC"},
                                                {STA_NANO, "NANO"}}};
  std::string words;
  for (const auto& [bit, name] : k_flags)
    if ((status & bit) != 0) words += (words.empty() ? "" : " ") + std::string(name);
  return words.empty() ? "none" : words;
}

}  // namespace

void clock(const Survey& survey, Gathered& gathered) {
  std::string text;
  const auto now = std::chrono::system_clock::now();
  if (survey.kernel_is_nodes) {
    text += "Universal time: " + format_rfc3339(std::chrono::time_point_cast<std::chrono::seconds>(now)) + "\n";
    struct timex kernel {};
    const int state = ::adjtimex(&kernel);  // it changes nothing: modes is 0
    if (state >= 0) {
      const bool synchronised = state != TIME_ERROR && (kernel.status & STA_UNSYNC) == 0;
      text += fmt::format("System clock synchronized: {}\n", synchronised ? "yes" : "no");
      text += fmt::format("# kernel: status {}, offset {} {}, maximal error {} us, estimated error {} us, frequency {:.3f} ppm, tai {}\n",
                          status_words(kernel.status), kernel.offset, (kernel.status & STA_NANO) != 0 ? "ns" : "us", kernel.maxerror,
                          kernel.esterror, static_cast<double>(kernel.freq) / 65536, kernel.tai);
    }
    std::string service;
    for (const auto& process : survey.processes)
      for (const std::string_view known : {"chronyd", "systemd-timesyncd", "systemd-timesyn", "ntpd", "ntpd-rs", "openntpd", "ptp4l"})
        if (process.program() == known && !contains(service, known)) service += (service.empty() ? "" : ", ") + std::string(known);
    if (survey.proc) text += fmt::format("NTP service: {}\n", service.empty() ? "inactive" : "active (" + service + ")");
    if (const auto* sys = survey.sys()) {
      for (const std::string_view file : {"current_clocksource", "available_clocksource"})
        if (const auto value = sys->read("/sys/devices/system/clocksource/clocksource0/" + std::string(file), 4096))
          text += fmt::format("# {}: {}\n", file, trim(*value));
      if (const auto value = sys->read("/sys/class/rtc/rtc0/since_epoch", 4096)) {
        std::int64_t seconds = 0;
        const auto digits = trim(*value);
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        const auto ahead = seconds - std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        text += fmt::format("# hardware clock: {:+} s against the system's\n", ahead);
      }
    }
  }
  if (const auto zone = zone_of(survey.root); !zone.empty()) text += "Time zone: " + printable(zone) + "\n";
  for (const std::string path :
       {"/var/lib/systemd/timesync/clock", "/run/systemd/timesync/synchronized", "/var/lib/private/systemd/timesync/clock",
        "/var/lib/chrony/drift", "/var/lib/chrony/chrony.drift", "/var/lib/ntp/drift", "/var/lib/ntp/ntp.drift"}) {
    const auto info = survey.root.status(path);
    if (!info) continue;
    const SysTime at{std::chrono::seconds(info->st_mtim.tv_sec)};
    text += "# " + path + ": last written " + format_rfc3339(at);
    if (const auto drift = survey.root.read(path, 200); drift && !trim(*drift).empty() && path.ends_with("drift"))
      text += fmt::format(", {}", trim(*drift));
    text += "\n";
  }
  if (!text.empty()) gathered.add("system/clock.txt", "the clock and whether it is set", "adjtimex", text);
}

}  // namespace unsnag::collect
