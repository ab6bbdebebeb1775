// SPDX-License-Identifier: Apache-2.0
#include "readers/headers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace unsnag::readers {
namespace {

// Longer tokens are no host names, programs or source files.
constexpr std::size_t k_max_token = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

void skip_blanks(std::string_view& text) {
  const auto end = text.find_first_not_of(" \t");
  text.remove_prefix(std::min(end, text.size()));
}

/// Up to the next blank; empty when that is far away.
std::string_view token(std::string_view text) {
  const auto end = text.substr(0, k_max_token).find_first_of(" \t");
  if (end != std::string_view::npos) return text.substr(0, end);
  return text.size() < k_max_token ? text : std::string_view();
}

/// `file.go:123]` and a blank (or the end).
bool take_source(std::string_view& text) {
  auto source = token(text);
  if (source.size() < 5 || source.back() != ']') return false;
  const auto length = source.size();
  source.remove_suffix(1);
  const auto colon = source.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !all_digits(source.substr(colon + 1))) return false;
  text.remove_prefix(length);
  if (!text.empty()) text.remove_prefix(1);
  return true;
}

bool is_json_log(std::string_view text) {
  constexpr std::size_t k_looked_at = 2048;
  text = text.substr(0, k_looked_at);
  if (!text.starts_with("{\"") && !text.starts_with("{ \"")) return false;
  if (contains(text, "\"apiVersion\":")) return false;  // an object of Kubernetes
  for (const std::string_view key : {"\"msg\":", "\"MESSAGE\"", "\"log\":\"", "\"level\":\"", "\"msg\" :"})
    if (contains(text, key)) return true;
  return false;
}

bool known_sender(std::string_view name) {
  static constexpr std::array<std::string_view, 18> k_names = {
      "kubelet",       "kernel",    "systemd", "dockerd", "containerd", "crio",    "cri-o", "cri-dockerd",
      "k3s",           "k3s-agent", "rke2",    "k0s",     "kube-proxy", "nodeadm", "etcd",  "soci-snapshotter-grpc",
      "sandbox-image", "host-ctr"};
  return std::find(k_names.begin(), k_names.end(), name) != k_names.end();
}

bool is_sender_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-_./()@+").find(c) != std::string_view::npos;
  });
}

/// `name[12]:` or `name:` at the start; `message` is what follows.
std::optional<Sender> read_name(std::string_view text) {
  Sender sender;
  const auto word = token(text);
  if (word.size() < 2 || word.back() != ':') return std::nullopt;
  sender.message = text.substr(word.size());
  if (!sender.message.empty()) sender.message.remove_prefix(1);  // one blank: what is indented stays so
  auto name = word.substr(0, word.size() - 1);
  if (name.back() == ']') {
    const auto bracket = name.find('[');
    if (bracket == std::string_view::npos) return std::nullopt;
    sender.pid = name.substr(bracket + 1, name.size() - bracket - 2);
    if (!all_digits(sender.pid)) return std::nullopt;
    name = name.substr(0, bracket);
  }
  if (!is_sender_name(name)) return std::nullopt;
  sender.name = name;
  return sender;
}

}  // namespace

bool is_header(std::string_view text) {
  if (text.size() < 5) return false;
  switch (text.front()) {
    case '{': return is_json_log(text);
    case '[': return read_monotonic(text) || read_stamp(text);
    case '<': {
      const auto end = text.substr(0, 5).find('>');
      return end != std::string_view::npos && end > 1 && all_digits(text.substr(1, end - 1)) && end + 1 < text.size() &&
             !is_blank(text[end + 1]);
    }
    default: break;
  }
  for (const std::string_view key : {"time=\"", "time=2", "level=", "ts=2", "ts=1", "t=2", "msg=\""})
    if (text.starts_with(key)) return true;
  if (read_klog(text) || read_terminal(text) || read_stamp(text)) return true;
  const auto sender = read_name(text);
  return sender && !sender->pid.empty() && known_sender(sender->name);
}

std::optional<KlogHeader> read_klog(std::string_view text) {
  KlogHeader header;
  if (text.size() > 5 && std::string_view("IWEFD").find(text.front()) != std::string_view::npos && is_digit(text[1])) {
    header.level = text.front();
    text.remove_prefix(1);
    const auto when = take_klog_time(text);
    if (!when) return std::nullopt;
    header.when = *when;
    skip_blanks(text);
    const auto pid = token(text);
    if (!all_digits(pid)) return std::nullopt;
    text.remove_prefix(pid.size());
    skip_blanks(text);
  } else if (const auto word = token(text); !contains(word, ".go:")) {
    return std::nullopt;
  }
  if (!take_source(text)) return std::nullopt;
  header.message = text;
  return header;
}

std::optional<TerminalHeader> read_terminal(std::string_view text) {
  // logrus text_formatter.go cuts the level to four letters unless told otherwise.
  if (text.size() < 7) return std::nullopt;
  const auto open = text.substr(0, 9).find('[');
  if (open == std::string_view::npos || open < 4) return std::nullopt;
  const auto word = text.substr(0, open);
  if (!std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return std::nullopt;
  TerminalHeader header;
  header.level = level_of(word);
  if (header.level == ' ') return std::nullopt;
  const auto close = text.substr(0, open + 48).find(']', open);
  if (close == std::string_view::npos) return std::nullopt;
  const auto inside = text.substr(open + 1, close - open - 1);
  if (!all_digits(inside)) {
    const auto when = parse_rfc3339(inside);
    if (!when) return std::nullopt;
    header.when = *when;
  }
  text.remove_prefix(close + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  header.message = text;
  return header;
}

std::optional<Sender> read_sender(std::string_view text, bool sure) {
  if (const auto alone = read_name(text); alone && (sure || !alone->pid.empty() || known_sender(alone->name))) return alone;
  const auto host = token(text);
  if (host.empty() || host.size() == text.size() || host.back() == ':') return std::nullopt;
  for (const char c : host)
    if (!is_letter(c) && !is_digit(c) && std::string_view("-_.:").find(c) == std::string_view::npos) return std::nullopt;
  auto sender = read_name(text.substr(host.size() + 1));
  if (!sender || !(sure || !sender->pid.empty() || known_sender(sender->name))) return std::nullopt;
  sender->host = host;
  return sender;
}

std::optional<Stamped> read_stamp(std::string_view text) {
  if (text.size() < 15) return std::nullopt;
  const auto made = [](StampKind kind, const Stamp& when, std::string_view rest) {
    skip_blanks(rest);
    return Stamped{kind, when, rest};
  };
  if (is_digit(text[0])) {
    const auto when = take_rfc3339(text);
    if (!when || (!text.empty() && !is_blank(text.front()))) return std::nullopt;
    return made(StampKind::full, *when, text);
  }
  if (text[0] == '[') {
    text.remove_prefix(1);
    const auto when = take_ctime(text);
    if (!when || !text.starts_with(']')) return std::nullopt;
    return made(StampKind::human_dmesg, *when, text.substr(1));
  }
  if (!is_letter(text[0]) || !is_letter(text[1]) || !is_letter(text[2]) || text[3] != ' ') return std::nullopt;
  if (const auto when = take_syslog_time(text)) {
    if (!text.empty() && !is_blank(text.front())) return std::nullopt;
    return made(StampKind::syslog, *when, text);
  }
  if (!is_digit(text[4])) return std::nullopt;
  text.remove_prefix(4);  // journalctl -o short-full: "Sat 2026-08-22 10:11:12 CEST "
  const auto when = take_rfc3339(text);
  if (!when) return std::nullopt;
  if (!when->zone_known) {
    skip_blanks(text);
    const auto zone = token(text);
    if (zone.size() >= 2 && zone.size() <= 5 && std::all_of(zone.begin(), zone.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
      text.remove_prefix(zone.size());
  }
  return made(StampKind::syslog, *when, text);  // what follows is journalctl's, as after a syslog time
}

std::optional<std::string_view> read_monotonic(std::string_view text) {
  constexpr std::size_t k_max = 24;
  if (!text.starts_with('[')) return std::nullopt;
  const auto close = text.substr(0, k_max).find(']');
  if (close == std::string_view::npos) return std::nullopt;
  auto seconds = text.substr(1, close - 1);
  skip_blanks(seconds);
  const auto dot = seconds.find('.');
  if (dot == std::string_view::npos || !all_digits(seconds.substr(0, dot)) || !all_digits(seconds.substr(dot + 1))) return std::nullopt;
  text.remove_prefix(close + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  // CONFIG_PRINTK_CALLER: "[    T1] " for a task, "[    C0] " for a processor.
  if (text.starts_with('[')) {
    const auto end = text.substr(0, 12).find("] ");
    if (end != std::string_view::npos) {
      auto caller = text.substr(1, end - 1);
      skip_blanks(caller);
      if (caller.size() > 1 && (caller[0] == 'T' || caller[0] == 'C') && all_digits(caller.substr(1))) text.remove_prefix(end + 2);
    }
  }
  return text;
}

char level_of(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, char>, 20> k_levels = {
      {{"error", 'E'},  {"err", 'E'},   {"erro", 'E'}, {"eror", 'E'},   {"warning", 'W'},  {"warn", 'W'}, {"info", 'I'},
       {"notice", 'I'}, {"debug", 'D'}, {"debu", 'D'}, {"dbug", 'D'},   {"trace", 'D'},    {"trac", 'D'}, {"fatal", 'F'},
       {"fata", 'F'},   {"panic", 'F'}, {"pani", 'F'}, {"dpanic", 'F'}, {"critical", 'F'}, {"crit", 'F'}}};
  for (const auto& [name, level] : k_levels)
    if (equal_ignoring_case(word, name)) return level;
  return ' ';
}

char level_of_priority(int priority) {
  if (priority < 0 || priority > 7) return ' ';
  return "FFFEWIID"[priority];
}

std::string_view program_name(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  if (name.ends_with(".service")) name.remove_suffix(8);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> k_names = {
      {{"docker", "dockerd"},
       {"dockerd-current", "dockerd"},
       {"docker-current", "dockerd"},
       {"docker-containerd", "containerd"},
       {"crio", "cri-o"},
       {"cri-docker", "cri-dockerd"},
       {"hyperkube", "kubelet"},
       {"snap.microk8s.daemon-containerd", "containerd"},
       {"snap.microk8s.daemon-kubelite", "kubelet"},
       {"soci-snapshotter-grpc", "soci-snapshotter"},
       // Said of anything: a collector's, a relay's or Node.js' name.
       {"node", ""},
       {"-", ""},
       {"unknown", ""}}};
  for (const auto& [from, to] : k_names)
    if (name == from) return to;
  return name;
}

}  // namespace unsnag::readers
