// SPDX-License-Identifier: Apache-2.0
// How busy the disks were: /proc/pressure, /proc/diskstats taken twice, iostat -x, cgroup write limits, threads
// in state D. The numbers are facts by themselves, one for each series (its worst moment); `slow-disk` is
// concluded only from numbers that a healthy disk does not show, and says from which:
//   pressure   every task waited for I/O in 30 % of a minute, or half of 10 s (`some` alone is high on any busy node)
//   saturated  a device 95 % busy, or 50 % of the time a request in flight while tasks wait, below 40 MB/s
//   throttled  a cgroup limit below 40 MB/s on a device that the same text measures
//   blocked    a thread of the runtime in state D while the device moved less than 40 MB/s
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

constexpr double k_slow_bytes_per_s = 40e6;  // gp2's smallest baseline is 100 MB/s, a spinning disk's stream too
constexpr std::size_t k_max_devices = 256;

struct Pressure {
  double some10 = 0, some60 = 0, full10 = 0, full60 = 0;
};

struct Counters {  // one line of /proc/diskstats (Documentation/admin-guide/iostats.rst)
  double reads = 0, read_sectors = 0, read_ms = 0, writes = 0, write_sectors = 0, write_ms = 0, io_ms = 0, flush_ms = 0;
  Stamp when;
  std::uint64_t line = 0;
};

struct Device {
  std::optional<Counters> last;
  double worst_util = -1, at_read = 0, at_write = 0, at_await = 0, max_write = 0;  // iostat's worst sample
  Stamp worst_when;
  std::uint64_t worst_line = 0;
  std::size_t samples = 0;
};

struct Measured {
  std::string device;
  double seconds = 0, bytes_per_s = 0, in_flight = 0, busy = 0, writes = 0;
  std::uint64_t line = 0;
  Stamp when;
};

class DiskLoad : public LineReader {
 public:
  explicit DiskLoad(Notes& notes) : notes_(notes), resource_(resource_of(notes.path())) {}

  bool line(std::string_view raw, std::uint64_t number) override {
    const std::string_view text = trim(raw);
    if (text.empty()) return false;
    if (text == "--- start" || text == "--- end") return true;
    if (text.size() <= 40 && text[0] >= '0' && text[0] <= '9' && time(text)) return true;
    if (text.starts_with("$ ") || text.starts_with("# ")) return prompt(text);
    if (text.starts_with("some avg10=") || text.starts_with("full avg10=")) return pressure(text, number);
    if (text.starts_with("Dirty:") || text.starts_with("Writeback:")) return dirty(text, number);
    if (text.starts_with("MemTotal:") || text.starts_with("MemAvailable:") || text.starts_with("MemFree:")) return true;
    if (contains(text, "throttle.write_bps_device:") || throttle_follows_) {
      if (throttle(text, number)) return true;
    }
    if (contains(text, " state D")) return thread(text, number);
    if (text.starts_with("Linux ") && contains(text, "CPU)")) return true;  // iostat's first line
    if (text.starts_with("avg-cpu:") || cpu_follows_) {
      cpu_follows_ = text.starts_with("avg-cpu:");
      return true;
    }
    if (text.starts_with("Device") && contains(text, "%util")) {
      header_.clear();
      for (std::string_view word : split_words(text)) header_.emplace_back(word);
      return true;
    }
    const std::vector<std::string_view> words = split_words(text);
    if (!header_.empty() && words.size() == header_.size() && iostat(words, number)) return true;
    return words.size() >= 14 && diskstats(words, number);
  }

  void end() override {
    notes_.reader = "reader.disk-load";
    tell_pressure();
    tell_iostat();
    for (const Measured& one : measured_) tell_measured(one);
    tell_throttles();
    if (max_writeback_kb_ + max_dirty_kb_ > 0) {
      notes_.when = dirty_when_;
      notes_.add(make_fact("dirty-pages",
                           {{"dirty", fmt::format("{} kB", max_dirty_kb_)}, {"writeback", fmt::format("{} kB", max_writeback_kb_)}}),
                 dirty_line_);
    }
    notes_.when = {};
  }

 private:
  static std::string resource_of(std::string_view path) {
    const std::string name = lower(base_name(path));
    return contains(name, "cpu") ? "cpu" : contains(name, "mem") ? "memory" : "io";
  }

  bool time(std::string_view text) {
    std::string_view rest = text;
    if (const auto stamp = take_rfc3339(rest); stamp && trim(rest).empty()) {
      notes_.when = now_ = *stamp;  // the other tables below it were taken then, too
      return true;
    }
    if (!us_time(text)) return false;
    notes_.when = now_;
    return true;
  }

  /// iostat's "11/24/26 07:23:28" (or with a four-digit year, or "07:23:28 AM"): local time.
  bool us_time(std::string_view text) {
    int v[6] = {};
    std::size_t i = 0;
    for (int part = 0; part < 6; ++part) {
      std::size_t digits = 0;
      while (i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < 4) v[part] = v[part] * 10 + (text[i++] - '0'), ++digits;
      if (digits == 0) return false;
      const char wanted = part < 2 ? '/' : part == 2 ? ' ' : ':';
      if (part < 5 && (i >= text.size() || text[i++] != wanted)) return false;
    }
    std::string_view rest = trim(text.substr(i));
    if (rest == "PM" && v[3] < 12) v[3] += 12;
    else if (rest == "AM" && v[3] == 12) v[3] = 0;
    else if (!rest.empty() && rest != "AM" && rest != "PM") return false;
    if (v[2] < 100) v[2] += 2000;
    using namespace std::chrono;
    const year_month_day in_leap_year{year{2000}, month{static_cast<unsigned>(v[0])}, day{static_cast<unsigned>(v[1])}};
    if (!in_leap_year.ok()) return false;
    const auto date = in_year(sys_days{in_leap_year}, v[2]);
    if (!date || v[3] > 23 || v[4] > 59 || v[5] > 60) return false;
    now_ = Stamp{};
    now_.at = *date + hours{v[3]} + minutes{v[4]} + seconds{v[5]};
    now_.uncertainty = seconds{1};
    now_.zone_known = false;
    return true;
  }

  bool prompt(std::string_view text) {
    if (text[0] == '#' && !contains(text, "cat /proc") && !contains(text, "diskstats") && !contains(text, "iostat")) return false;
    if (contains(text, "/proc/pressure/")) {
      resource_ = contains(text, "/proc/pressure/cpu") ? "cpu" : contains(text, "/proc/pressure/memory") ? "memory" : "io";
    }
    sleep_s_ = 0;
    if (const std::size_t at = text.find("sleep "); at != std::string_view::npos) {
      const std::string_view rest = text.substr(at + 6);
      parse_number(rest.substr(0, rest.find_first_not_of("0123456789.")), sleep_s_);
    }
    for (auto& [name, device] : devices_) device.last.reset();
    return contains(text, "/proc/") || contains(text, "iostat") || contains(text, "diskstats");
  }

  bool pressure(std::string_view text, std::uint64_t number) {
    double ten = 0, sixty = 0;
    for (std::string_view word : split_words(text)) {
      if (word.starts_with("avg10=")) parse_number(word.substr(6), ten);
      if (word.starts_with("avg60=")) parse_number(word.substr(6), sixty);
    }
    auto& [worst, when, line, seen] = pressures_[resource_];
    seen = true;
    const bool full = text.starts_with("full");
    double& w10 = full ? worst.full10 : worst.some10;
    double& w60 = full ? worst.full60 : worst.some60;
    // The line of the worst moment of `full` proves it; `some` only stands in until there is one.
    if ((full && (ten > w10 || sixty > w60)) || (!full && worst.full10 <= 0 && worst.full60 <= 0 && ten > w10) || line == 0) {
      line = number;
      when = now_;
    }
    w10 = std::max(w10, ten);
    w60 = std::max(w60, sixty);
    return true;
  }

  bool dirty(std::string_view text, std::uint64_t number) {
    const std::vector<std::string_view> words = split_words(text);
    double kb = 0;
    if (words.size() < 2 || !parse_number(words[1], kb) || kb < 0 || kb > 1e15) return false;
    auto& most = text.starts_with("Dirty") ? max_dirty_kb_ : max_writeback_kb_;
    if (static_cast<std::uint64_t>(kb) > most) {
      most = static_cast<std::uint64_t>(kb);
      dirty_line_ = number;
      dirty_when_ = now_;
    }
    return true;
  }

  bool throttle(std::string_view text, std::uint64_t number) {
    if (const std::size_t colon = text.find("device:"); colon != std::string_view::npos) text = trim(text.substr(colon + 7));
    throttle_follows_ = true;
    if (text == "no limit" || text.empty()) return true;
    const std::vector<std::string_view> words = split_words(text);
    double limit = 0;
    throttle_follows_ = words.size() == 2 && words[0].find(':') != std::string_view::npos && parse_number(words[1], limit);
    if (throttle_follows_ && throttles_.size() < k_max_devices) throttles_[std::string(words[0])] = {limit, now_, number};
    return throttle_follows_;
  }

  bool thread(std::string_view text, std::uint64_t number) {
    if (!text.starts_with('[')) return false;
    if (blocked_line_ == 0) blocked_line_ = number;
    ++blocked_;
    return true;
  }

  bool iostat(const std::vector<std::string_view>& words, std::uint64_t number) {
    double util = 0, read_kb = 0, write_kb = 0, await = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
      double value = 0;
      if (!parse_number(words[i], value)) return false;
      const std::string& name = header_[i];
      if (name == "%util") util = value;
      if (name == "rkB/s") read_kb = value;
      if (name == "wkB/s") write_kb = value;
      if (name == "rMB/s") read_kb = value * 1024;
      if (name == "wMB/s") write_kb = value * 1024;
      if (name == "w_await" || name == "await") await = value;
    }
    if (devices_.size() >= k_max_devices && !devices_.contains(std::string(words[0]))) return true;
    Device& device = devices_[std::string(words[0])];
    device.max_write = std::max(device.max_write, write_kb * 1024);
    // The first table is the average since boot.
    if (++device.samples == 1) return true;
    if (util <= device.worst_util) return true;
    device.worst_util = util;
    device.at_read = read_kb * 1024;
    device.at_write = write_kb * 1024;
    device.at_await = await;
    device.worst_when = now_;
    device.worst_line = number;
    return true;
  }

  bool diskstats(const std::vector<std::string_view>& words, std::uint64_t number) {
    std::vector<double> v;
    for (std::size_t i = 0; i < words.size(); ++i) {
      double value = 0;
      if (i != 2 && !parse_number(words[i], value)) return false;
      v.push_back(value);
    }
    const std::string name(words[2]);
    if (devices_.size() >= k_max_devices && !devices_.contains(name)) return true;
    numbers_[fmt::format("{}:{}", words[0], words[1])] = name;
    Counters now;
    now.reads = v[3], now.read_sectors = v[5], now.read_ms = v[6], now.writes = v[7], now.write_sectors = v[9], now.write_ms = v[10];
    now.io_ms = v[12];
    now.flush_ms = v.size() >= 20 ? v[19] : 0;  // since Linux 5.5
    now.when = now_;
    now.line = number;
    Device& device = devices_[name];
    if (device.last) difference(name, *device.last, now);
    device.last = now;
    return true;
  }

  void difference(const std::string& name, const Counters& a, const Counters& b) {
    Measured one;
    one.seconds = sleep_s_;
    if (a.when.at && b.when.at && *b.when.at > *a.when.at) one.seconds = static_cast<double>((*b.when.at - *a.when.at).count()) / 1e9;
    if (one.seconds <= 0 || measured_.size() >= k_max_devices) return;
    one.device = name;
    one.writes = b.writes - a.writes;
    one.bytes_per_s = (b.read_sectors - a.read_sectors + b.write_sectors - a.write_sectors) * 512 / one.seconds;
    one.in_flight = (b.read_ms - a.read_ms + b.write_ms - a.write_ms + b.flush_ms - a.flush_ms) / 1000 / one.seconds;
    one.busy = (b.io_ms - a.io_ms) / 10 / one.seconds;
    one.line = b.line;
    one.when = b.when;
    if (one.bytes_per_s >= 0 && one.in_flight >= 0 && one.busy >= 0) measured_.push_back(one);  // else a counter wrapped
  }

  void slow(std::string_view how, std::string_view by, std::string_view device, const std::string& rate, std::uint64_t line) {
    notes_.add(make_fact("slow-disk", {{"how", how}, {"by", by}, {"device", device}, {"rate", rate}}), line, timeline::Certainty::inferred);
  }

  static std::string rate(double bytes_per_s) { return format_size(static_cast<std::uint64_t>(std::clamp(bytes_per_s, 0.0, 1e18))) + "/s"; }

  void tell_pressure() {
    for (const auto& [resource, series] : pressures_) {
      const auto& [worst, when, line, seen] = series;
      notes_.when = when;
      notes_.add(make_fact("pressure", {{"resource", resource},
                                        {"some10", fmt::format("{:.1f}", worst.some10)},
                                        {"some60", fmt::format("{:.1f}", worst.some60)},
                                        {"full10", fmt::format("{:.1f}", worst.full10)},
                                        {"full60", fmt::format("{:.1f}", worst.full60)}}),
                 line);
      if (resource == "io" && (worst.full60 >= 30 || worst.full10 >= 50)) slow("pressure", "psi", "", "", line);
    }
  }

  void tell_iostat() {
    for (const auto& [name, device] : devices_) {
      if (device.worst_line == 0) continue;
      notes_.when = device.worst_when;
      const double moved = device.at_read + device.at_write;
      notes_.add(make_fact("disk-load", {{"device", name},
                                         {"busy", fmt::format("{:.1f}", device.worst_util)},
                                         {"read", rate(device.at_read)},
                                         {"write", rate(device.at_write)},
                                         {"await", fmt::format("{:.1f}ms", device.at_await)},
                                         {"max-write", rate(device.max_write)}}),
                 device.worst_line);
      if (device.worst_util >= 95 && moved < k_slow_bytes_per_s) slow("saturated", "iostat", name, rate(moved), device.worst_line);
    }
  }

  void tell_measured(const Measured& one) {
    notes_.when = one.when;
    notes_.add(make_fact("disk-load", {{"device", one.device},
                                       {"busy", fmt::format("{:.1f}", one.busy)},
                                       {"write", rate(one.bytes_per_s)},
                                       {"in-flight", fmt::format("{:.2f}", one.in_flight)},
                                       {"over", fmt::format("{:.0f}s", one.seconds)}}),
               one.line);
    if (one.bytes_per_s >= k_slow_bytes_per_s || one.writes <= 0) return;
    const auto io = pressures_.find("io");
    const bool waiting = io != pressures_.end() && (std::get<0>(io->second).some60 >= 40 || std::get<0>(io->second).some10 >= 40);
    if (blocked_ > 0 && one.in_flight >= 0.25) slow("blocked", "threads", one.device, rate(one.bytes_per_s), blocked_line_);
    else if (one.busy >= 95 || (waiting && one.in_flight >= 0.5))
      slow("saturated", "diskstats", one.device, rate(one.bytes_per_s), one.line);
  }

  void tell_throttles() {
    for (const auto& [number, limit] : throttles_) {
      const auto& [bytes, when, line] = limit;
      const auto name = numbers_.find(number);
      if (name == numbers_.end()) continue;  // another device's limit
      notes_.when = when;
      notes_.add(make_fact("io-limit", {{"device", name->second}, {"write", rate(bytes)}}), line);
      if (bytes > 0 && bytes < k_slow_bytes_per_s) slow("throttled", "cgroup", name->second, rate(bytes), line);
    }
  }

  Notes& notes_;
  std::string resource_;
  Stamp now_;
  double sleep_s_ = 0;
  std::map<std::string, std::tuple<Pressure, Stamp, std::uint64_t, bool>> pressures_;
  std::map<std::string, Device> devices_;
  std::map<std::string, std::string> numbers_;  // "7:0" → "loop0"
  std::map<std::string, std::tuple<double, Stamp, std::uint64_t>> throttles_;
  std::vector<Measured> measured_;
  std::vector<std::string> header_;
  bool throttle_follows_ = false, cpu_follows_ = false;
  std::size_t blocked_ = 0;
  std::uint64_t blocked_line_ = 0, max_dirty_kb_ = 0, max_writeback_kb_ = 0, dirty_line_ = 0;
  Stamp dirty_when_;
};

}  // namespace

std::unique_ptr<LineReader> make_disk_load(Notes& notes) { return std::make_unique<DiskLoad>(notes); }

}  // namespace unsnag::readers::node
