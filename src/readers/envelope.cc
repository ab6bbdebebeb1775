// SPDX-License-Identifier: Apache-2.0
// One layer after another comes off, the outermost first, until nothing is recognised any more. Carriers (chat,
// grep, journal, syslog, container logs) may hold anything; once a program's own header (klog, logfmt, logrus) was
// read, only another program's header is looked for, since a message may begin with a date or a bracket of its own.
#include "readers/envelope.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "readers/headers.h"
#include "readers/pairs.h"

namespace unsnag::readers {
namespace {

constexpr int k_max_layers = 8;

bool all_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Numbers in JSON logs: klog's are milliseconds (component-base/logs/json), zap's are seconds, both with fraction.
std::optional<Stamp> epoch_time(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  constexpr double k_least_milliseconds = 1e11;  // 1973; as seconds it would be the year 5138
  const double unit = value >= k_least_milliseconds ? 1e6 : 1e9;
  if (value < 0 || value > 9e18 / unit) return std::nullopt;
  // A double of this size is exact to a quarter of a microsecond; what was printed is not better.
  const auto microseconds = std::llround(value * (unit / 1e3));
  const bool fraction = contains(text, ".");
  const SysTime at{std::chrono::microseconds(microseconds)};
  if (!is_log_time(at)) return std::nullopt;
  return Stamp{at, std::chrono::microseconds(fraction ? 1 : unit > 1e6 ? 1'000'000 : 1'000), true, true};
}

std::optional<Stamp> any_time(std::string_view text) {
  if (auto stamp = parse_rfc3339(text)) return stamp;
  return epoch_time(text);
}

std::string without_colours(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  while (!line.empty()) {
    const auto escape = line.find("\x1b[");
    out += line.substr(0, escape);
    if (escape == std::string_view::npos) break;
    line.remove_prefix(escape + 2);
    const auto end = line.find_first_not_of("0123456789;");
    line.remove_prefix(end == std::string_view::npos ? line.size() : std::min(end + 1, line.size()));
  }
  return out;
}

class Peeler {
 public:
  Envelope run(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    rest_ = line;
    if (contains(line, "\x1b[")) own(without_colours(line));
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    while (layers_ < k_max_layers && peel_one()) ++layers_;
    return finish();
  }

  Envelope run_fields(const Pairs& fields) {
    journal(fields);
    while (layers_ < k_max_layers && peel_one()) ++layers_;
    return finish();
  }

 private:
  bool peel_one() {
    if (!structured_) chat();
    if (json() || klog() || audit() || logfmt() || terminal()) return true;
    return !structured_ && (stamp() || monotonic() || priority() || sender() || prefix());
  }

  // --- what people's tools put before lines ---

  void chat() {
    for (int i = 0; i < k_max_layers; ++i) {
      if (rest_.starts_with("> ") || rest_.starts_with("| ")) {
        rest_.remove_prefix(2);
      } else if (rest_ == ">" || rest_ == "|") {
        rest_ = {};
      } else if (rest_.starts_with('#') && rest_.size() > 3 && rest_[1] >= '0' && rest_[1] <= '9') {
        const auto end = rest_.substr(0, 8).find(' ');  // buildkit's step: "#5 ERROR: …"
        if (end == std::string_view::npos || !all_digits(rest_.substr(1, end - 1))) return;
        rest_.remove_prefix(end + 1);
      } else if (!indented() && !quote_mark()) {
        return;
      }
    }
  }

  /// Blanks and bullets, but only before a header: an indented line without one belongs to the line above it.
  bool indented() {
    const auto begin = rest_.find_first_not_of(" \t*-");
    if (begin == 0 || begin == std::string_view::npos || begin > 64 || !is_header(rest_.substr(begin))) return false;
    rest_.remove_prefix(begin);
    return true;
  }

  bool quote_mark() {
    static constexpr std::array<std::string_view, 5> k_marks = {"\"", "'", "`", "\xE2\x80\x9C", "\xC2\xAB"};
    for (const auto mark : k_marks) {
      if (!rest_.starts_with(mark) || !is_header(rest_.substr(mark.size()))) continue;
      rest_.remove_prefix(mark.size());
      if (mark.size() == 1 && rest_.ends_with(mark) && std::count(rest_.begin(), rest_.end(), mark[0]) % 2 == 1) rest_.remove_suffix(1);
      return true;
    }
    return false;
  }

  /// `12:`, `1234: `, `file.log:12:`, `file.log-12-`, `10.0.2.10: `, `web-1  | ` before a header.
  bool prefix() {
    constexpr std::size_t k_max_prefix = 256;
    const auto window = rest_.substr(0, k_max_prefix);
    for (std::size_t at = 0; at < window.size(); ++at) {
      const char c = window[at];
      if (c == '\t') return false;
      if (c == ' ') {
        const auto bar = window.find_first_not_of(' ', at);
        if (bar == std::string_view::npos || window[bar] != '|') return false;
        at = bar;
      } else if (c != ':' && c != '-') {
        continue;
      }
      auto begin = at + 1;
      if (begin < rest_.size() && rest_[begin] == ' ') ++begin;
      if (begin >= rest_.size() || !is_header(rest_.substr(begin))) continue;
      const auto name = window.substr(0, at);
      // talosctl: the node's address.
      if (c == ':' && envelope_.host.empty() && std::count(name.begin(), name.end(), '.') == 3 &&
          name.find_first_not_of("0123456789.") == std::string_view::npos)
        envelope_.host = name;
      rest_.remove_prefix(begin);
      return true;
    }
    return false;
  }

  // --- carriers ---

  bool stamp() {
    const auto stamped = read_stamp(rest_);
    if (!stamped) return false;
    time(stamped->when);
    rest_ = stamped->rest;
    if (stamped->kind == StampKind::human_dmesg) {
      kernel();
      return true;
    }
    if (stamped->kind == StampKind::full && container_log()) return true;
    if (const auto from = read_sender(rest_, stamped->kind == StampKind::syslog)) sent(*from);
    else if (stamped->kind == StampKind::full) zap_console();
    return true;
  }

  /// CRI's container log: `2024-03-18T06:11:00.123456789Z stderr F msg` (k8s cri-api, logging format).
  bool container_log() {
    for (const std::string_view stream : {"stdout ", "stderr "}) {
      if (!rest_.starts_with(stream)) continue;
      const auto tag = rest_.substr(stream.size());
      if (tag.size() < 2 || (tag[0] != 'F' && tag[0] != 'P')) return false;
      const auto blank = tag.substr(0, 16).find(' ');
      if (blank == std::string_view::npos) return false;
      rest_ = tag.substr(blank + 1);
      return true;
    }
    return false;
  }

  /// zap for terminals, after its time: `INFO<tab>caller.go:12<tab>msg<tab>{"key":"value"}`.
  void zap_console() {
    const auto tab = rest_.substr(0, 12).find('\t');
    if (tab == std::string_view::npos) return;
    const char level = level_of(rest_.substr(0, tab));
    if (level == ' ') return;
    envelope_.level = level;
    rest_.remove_prefix(tab + 1);
    if (const auto next = rest_.substr(0, 200).find('\t'); next != std::string_view::npos && contains(rest_.substr(0, next), ".go:"))
      rest_.remove_prefix(next + 1);
    trailing_json();
    structured_ = true;
  }

  void trailing_json() {
    if (!rest_.ends_with('}')) return;
    const auto blank = std::min(rest_.find(" {\""), rest_.find("\t{\""));
    if (blank == std::string_view::npos) return;
    Pairs members;
    const auto tail = read_json_members(rest_.substr(blank + 1), members);
    if (!tail.is_object || !tail.rest.empty()) return;
    rest_ = rest_.substr(0, blank);
    for (auto& member : members) envelope_.fields.push_back(std::move(member));
  }

  bool monotonic() {
    const auto text = read_monotonic(rest_);
    if (!text) return false;
    rest_ = *text;
    kernel();
    return true;
  }

  /// After a kernel's time. `journalctl -o short-monotonic` has host and sender there; Talos writes through the kernel.
  void kernel() {
    if (const auto from = read_sender(rest_, false)) return sent(*from);
    if (rest_.starts_with("[talos] ")) {
      envelope_.program = "talos";
      rest_.remove_prefix(8);
      trailing_json();
    } else if (envelope_.program.empty()) {
      envelope_.program = "kernel";
    }
    structured_ = true;
  }

  /// syslog's `<30>`, and RFC 5424's version behind it.
  bool priority() {
    if (!rest_.starts_with('<')) return false;
    const auto end = rest_.substr(0, 5).find('>');
    if (end == std::string_view::npos) return false;
    const auto number = integer(rest_.substr(1, end - 1));
    if (!number || *number < 0 || *number > 191) return false;
    envelope_.level = level_of_priority(static_cast<int>(*number % 8));
    rest_.remove_prefix(end + 1);
    if (rest_.starts_with("1 2")) rest_.remove_prefix(2);
    return true;
  }

  bool sender() {
    const auto from = read_sender(rest_, false);
    if (!from) return false;
    // "host kubelet: " without a time before it could be prose, unless a header follows.
    if (!from->host.empty() && from->pid.empty() && !is_header(from->message)) return false;
    sent(*from);
    return true;
  }

  void sent(const Sender& from) {
    if (!from.host.empty()) envelope_.host = from.host;
    envelope_.program = program_name(from.name);
    rest_ = from.message;
    if (from.name == "kernel") {
      if (const auto text = read_monotonic(rest_)) rest_ = *text;
      structured_ = true;
    }
  }

  void journal(const Pairs& fields) {
    std::string_view name, comm, slice, source_time, time_text;
    std::string message;
    for (const auto& [key, value] : fields) {
      if (key == "MESSAGE") message = value;
      else if (key == "_HOSTNAME") envelope_.host = value;
      else if (key == "SYSLOG_IDENTIFIER") name = value;
      else if (key == "_COMM") comm = value;
      else if (key == "_SYSTEMD_UNIT") slice = value;
      else if (key == "__REALTIME_TIMESTAMP") time_text = value;
      else if (key == "_SOURCE_REALTIME_TIMESTAMP") source_time = value;
      else if (key == "PRIORITY") {
        if (const auto number = integer(value); number && *number >= 0 && *number <= 7)
          envelope_.level = level_of_priority(static_cast<int>(*number));
      }
    }
    for (const auto text : {time_text, source_time})  // the sender's own time is the inner one
      if (const auto count = integer(text); count && *count > 0 && *count < 9'000'000'000'000'000)
        if (const SysTime at{std::chrono::microseconds(*count)}; is_log_time(at)) time({at, std::chrono::microseconds(1), true, true});
    envelope_.program = program_name(name);
    if (envelope_.program.empty()) envelope_.program = program_name(slice.ends_with(".service") ? slice : comm);
    while (message.ends_with('\n')) message.pop_back();
    own(std::move(message));
  }

  /// auditd's file: `type=AVC msg=audit(1364481363.243:24287): avc:  denied …`, seconds since 1970 (audit's own time is UTC).
  bool audit() {
    constexpr std::string_view k_mark = " msg=audit(";
    if (!rest_.starts_with("type=")) return false;
    const auto mark = rest_.substr(0, 80).find(k_mark);
    if (mark == std::string_view::npos) return false;
    const auto begin = mark + k_mark.size();
    const auto window = rest_.substr(0, begin + 60);
    const auto dot = window.find('.', begin), end = window.find("): ", begin);
    if (dot == std::string_view::npos || end == std::string_view::npos || dot > end) return false;
    const auto seconds = integer(window.substr(begin, dot - begin)), thousandths = integer(window.substr(dot + 1, 3));
    if (!seconds || !thousandths || *seconds < 0 || *seconds > 9'000'000'000 || *thousandths < 0) return false;
    if (const SysTime at{std::chrono::milliseconds(*seconds * 1000 + *thousandths)}; is_log_time(at))
      time({at, std::chrono::milliseconds(1), true, true});
    envelope_.program = "kernel";
    rest_.remove_prefix(end + 3);
    structured_ = true;
    return true;
  }

  // --- programs' own headers ---

  bool json() {
    if (!rest_.starts_with('{')) return false;
    Pairs members;
    const auto tail = read_json_members(rest_, members);
    if (!tail.is_object || tail.rest.find_first_not_of(" \t\r\n,];") != std::string_view::npos) return false;
    const auto find = [&members](std::initializer_list<std::string_view> names) {
      for (const auto name : names)
        for (std::size_t i = 0; i < members.size(); ++i)
          if (members[i].first == name) return i;
      return members.size();
    };
    if (find({"MESSAGE"}) < members.size()) {
      journal(members);
      return true;
    }
    // Objects of Kubernetes have messages too, and are read as what they are elsewhere.
    if (find({"apiVersion", "kind", "metadata"}) < members.size()) return false;
    const auto message = find({"msg", "log", "message", "@message", "textPayload"});
    if (message == members.size()) return false;
    const auto when = find({"time", "ts", "timestamp", "@timestamp"});
    const auto level = find({"level", "severity", "lvl"});
    const auto caller = find({"caller"});
    if (when < members.size())
      if (const auto stamp = any_time(members[when].second)) time(*stamp);
    if (level < members.size() && level_of(members[level].second) != ' ') envelope_.level = level_of(members[level].second);
    const bool carrier = members[message].first == "log" || members[message].first == "textPayload";
    const bool by_klog = caller < members.size() && level == members.size() && when < members.size() && members[when].first == "ts";
    if (by_klog) {
      // component-base/logs/json: informational lines have a verbosity, errors have none.
      klog_ = true;
      envelope_.level = find({"v"}) < members.size() ? 'I' : 'E';
    }
    std::string text = std::move(members[message].second);
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i == message || i == when || i == level || (by_klog && i == caller) || (carrier && members[i].first == "stream")) continue;
      envelope_.fields.push_back(std::move(members[i]));
    }
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    own(std::move(text));
    structured_ = structured_ || !carrier;
    return true;
  }

  bool klog() {
    const auto header = read_klog(rest_);
    if (!header) return false;
    klog_ = true;
    if (header->level != ' ') {
      envelope_.level = header->level;
      time(header->when);
    }
    rest_ = header->message;
    structured_ = true;
    // `"Message" key="value"`, unless it is text that happens to start with a quote.
    if (const auto length = quoted_length(rest_); length > 0) {
      read_logfmt(rest_.substr(length), envelope_.fields);
      own(unescape(rest_.substr(1, length - 2)));
    }
    return true;
  }

  bool logfmt() {
    if (!std::any_of(k_first_keys.begin(), k_first_keys.end(), [this](std::string_view key) { return rest_.starts_with(key); }))
      return false;
    Pairs pairs;
    read_logfmt(rest_, pairs);
    const auto is = [&pairs](std::size_t i, std::initializer_list<std::string_view> names) {
      return std::find(names.begin(), names.end(), pairs[i].first) != names.end();
    };
    std::size_t message = pairs.size();
    bool has_level = false;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (message == pairs.size() && is(i, {"msg", "message"})) message = i;
      has_level = has_level || is(i, {"level", "lvl"});
    }
    if (message == pairs.size() && !has_level) return false;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (i == message) continue;
      if (is(i, {"time", "ts", "t"})) {
        if (const auto stamp = any_time(pairs[i].second)) {
          time(*stamp);
          continue;
        }
      }
      if (is(i, {"level", "lvl"})) {
        envelope_.level = level_of(pairs[i].second);
        continue;
      }
      envelope_.fields.push_back(pairs[i]);
    }
    structured_ = true;
    if (message == pairs.size()) {  // no message: the line itself must do
      layers_ = k_max_layers;
      return true;
    }
    own(std::move(pairs[message].second));
    return true;
  }

  bool terminal() {
    const auto header = read_terminal(rest_);
    if (!header) return false;
    envelope_.level = header->level;
    time(header->when);
    rest_ = header->message;
    structured_ = true;
    // The message has no quotes: it ends where nothing but pairs follows. A few tries, since a message may hold a=b.
    constexpr int k_tries = 8;
    int tries = 0;
    for (auto blank = rest_.find(' '); blank != std::string_view::npos && tries < k_tries; blank = rest_.find(' ', blank + 1)) {
      if (!starts_with_key(rest_.substr(blank + 1, 128))) continue;
      ++tries;
      Pairs pairs;
      if (!read_logfmt(rest_.substr(blank + 1), pairs)) continue;
      for (auto& pair : pairs) envelope_.fields.push_back(std::move(pair));
      rest_ = rest_.substr(0, blank);
      break;
    }
    rest_ = rest_.substr(0, rest_.find_last_not_of(' ') + 1);
    return true;
  }

  // --- keeping ---

  /// A decoded text takes the place of the rest; the one before it is still pointed into until then.
  void own(std::string text) {
    auto& slot = texts_[next_text_ % texts_.size()];
    ++next_text_;
    slot = std::move(text);
    rest_ = slot;
  }

  void time(const Stamp& stamp) {
    const auto rank = [](const Stamp& s) { return !s.at ? -1 : (s.year_known ? 2 : 0) + (s.zone_known ? 1 : 0); };
    if (rank(stamp) >= 0 && rank(stamp) >= rank(envelope_.when)) envelope_.when = stamp;
  }

  Envelope finish() {
    envelope_.message = rest_;
    // k0s wraps its children's lines and says whose they are: component=containerd.
    const auto component = envelope_.field("component");
    if (component == "containerd" || component == "kubelet" || component.starts_with("kube-")) envelope_.program = component;
    if (klog_ && speaks_for_kubelet(envelope_.program)) envelope_.program = "kubelet";
    return std::move(envelope_);
  }

  /// Programs that hold a kubelet, and none at all. Other programs that use klog keep their names.
  static bool speaks_for_kubelet(std::string_view program) {
    for (const std::string_view holder : {"k3s", "rke2", "k0s", "microk8s"})
      if (program.starts_with(holder)) return true;
    return program.empty();
  }

  static constexpr std::array<std::string_view, 8> k_first_keys = {"time=", "level=", "ts=", "t=", "msg=", "lvl=", "caller=", "logger="};

  Envelope envelope_;
  std::string_view rest_;
  std::array<std::string, k_max_layers + 2> texts_;
  std::size_t next_text_ = 0;
  int layers_ = 0;
  bool structured_ = false;
  bool klog_ = false;
};

}  // namespace

std::string_view Envelope::field(std::string_view key) const {
  for (auto pair = fields.rbegin(); pair != fields.rend(); ++pair)
    if (pair->first == key) return pair->second;
  return {};
}

Envelope peel(std::string_view line) { return Peeler().run(line); }

bool starts_record(std::string_view line) {
  for (int i = 0; i < k_max_layers && line.starts_with("> "); ++i) line.remove_prefix(2);
  if (line.starts_with("\x1b[")) line.remove_prefix(std::min(line.find_first_not_of("0123456789;", 2), line.size() - 1) + 1);
  if (is_header(line)) return true;
  if (line.starts_with("-- Logs begin at ") || line.starts_with("-- Journal begins at ") || line.starts_with("-- Boot ") ||
      line == "-- Reboot --")
    return true;
  // grep's and talosctl's prefixes hold no blank but at their end.
  const auto window = line.substr(0, 256);
  for (std::size_t at = 0; at < window.size() && window[at] != ' ' && window[at] != '\t'; ++at) {
    if (window[at] != ':') continue;
    const auto begin = at + 1 < line.size() && line[at + 1] == ' ' ? at + 2 : at + 1;
    if (begin < line.size() && is_header(line.substr(begin))) return true;
  }
  return false;
}

Envelope peel_journal_fields(const std::vector<std::pair<std::string, std::string>>& fields) { return Peeler().run_fields(fields); }

}  // namespace unsnag::readers
