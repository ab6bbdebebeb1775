// SPDX-License-Identifier: Apache-2.0
// What Docker's API streams, one JSON object a line: the progress of POST /images/create (bare, or recorded with
// the request and times around each message) and `docker events`. The progress stream is what a watchdog in the
// client sees, so its silences are measured here: Docker says nothing between reading a layer's last byte and
// having it written, and that is when dockershim and cri-dockerd lose patience.
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

constexpr std::size_t k_max_line = 256 * 1024;
constexpr double k_worth_telling_s = 10;  // kubelet looks every 10 s; shorter silences can't matter

std::string percent_decoded(std::string_view text) {
  const auto hex = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string query_value(std::string_view request, std::string_view key) {
  std::size_t at = request.find('?');
  while (at != std::string_view::npos) {
    std::string_view rest = request.substr(at + 1);
    const std::string_view pair = rest.substr(0, rest.find_first_of("& "));
    if (pair.starts_with(key) && pair.size() > key.size() && pair[key.size()] == '=') return percent_decoded(pair.substr(key.size() + 1));
    at = request.find('&', at + 1);
  }
  return {};
}

std::optional<std::uint64_t> bytes_of(const Value& value) {
  if (!value.is_scalar()) return std::nullopt;
  std::uint64_t bytes = 0;
  for (char c : value.scalar) {
    if (c < '0' || c > '9' || bytes > (UINT64_MAX - 9) / 10) return std::nullopt;
    bytes = bytes * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value.scalar.empty() ? std::nullopt : std::optional(bytes);
}

/// One pull of the stream.
struct Pull {
  timeline::Scope scope;
  bool begun = false, ended = false, client_closed = false;
  bool has_time = false;
  double last_s = 0;  // of the last message
  std::string last_layer, last_status, last_current, last_total;
  std::uint64_t last_line = 0;
  double silence_s = 0;  // the longest
  std::string silent_layer, silent_status, silent_current, silent_total;
  std::uint64_t silent_line = 0;
  std::string ended_by;
  std::map<std::string, std::pair<std::string, double>> shown;  // layer → last sample's status and time
  std::map<std::string, int> countdown;
};

class Stream {
 public:
  explicit Stream(Notes& notes) : notes_(notes) {}

  void line(const Value& object, std::uint64_t number) {
    number_ = number;
    const std::string id = object["pull"].is_scalar() ? object["pull"].scalar : "1";
    if (pulls_.size() >= 1024 && !pulls_.contains(id)) return;
    Pull& pull = pulls_[id];
    time(object, pull);
    notes_.scope = pull.scope;
    if (object["request"].is_scalar()) {
      request(object["request"].scalar, id, pull);
    } else if (object["end"].is_scalar()) {
      silence(pull);
      pull.client_closed = contains(object["end"].scalar, "client closed");
      if (pull.client_closed) {
        pull.ended_by = "client-closed";
        notes_.add(make_fact("stream-closed", {{"by", "client"},
                                               {"layer", pull.last_layer},
                                               {"status", pull.last_status},
                                               {"silent", pull.has_time ? fmt::format("{:.1f}s", now_ - pull.last_s) : ""}}),
                   number_);
      }
    } else if (object["msg"].is_map()) {
      message(object["msg"], pull);
    } else if (!object["t"] && object["status"].is_scalar()) {
      message(object, pull);
    }
    pull.scope = notes_.scope;
  }

  void end() {
    for (auto& [id, pull] : pulls_) {
      if (pull.silence_s < k_worth_telling_s) continue;
      notes_.scope = pull.scope;
      notes_.when = {};
      notes_.add(make_fact("stream-silence", {{"took", fmt::format("{:.1f}s", pull.silence_s)},
                                              {"layer", pull.silent_layer},
                                              {"status", pull.silent_status},
                                              {"current", pull.silent_current},
                                              {"total", pull.silent_total},
                                              {"then", pull.ended_by.empty() ? "went-on" : pull.ended_by}}),
                 pull.silent_line);
    }
    notes_.scope = {};
    notes_.when = {};
  }

 private:
  /// Seconds since the recording began, or since 1970, or an RFC 3339 time. The former are no clock: they are
  /// kept as moments of 1 January 1970, so that differences are right and no date is claimed.
  void time(const Value& object, Pull& pull) {
    notes_.when = {};
    double seconds = 0;
    if (object["t"].is_scalar() && parse_number(object["t"].scalar, seconds) && seconds >= 0 && seconds < 4e9) {
      now_ = seconds;
      pull.has_time = true;
      notes_.when.at = SysTime{std::chrono::microseconds{std::llround(seconds * 1e6)}};
      notes_.when.uncertainty = std::chrono::milliseconds{1};
      notes_.when.zone_known = seconds > 1e9;
    } else if (object["time"].is_scalar()) {
      if (const auto stamp = parse_rfc3339(object["time"].scalar); stamp && stamp->at) {
        notes_.when = *stamp;
        now_ = static_cast<double>(stamp->at->time_since_epoch().count()) / 1e9;
        pull.has_time = true;
      }
    }
  }

  void request(std::string_view text, const std::string& id, Pull& pull) {
    std::string image = query_value(text, "fromImage");
    const std::string tag = query_value(text, "tag");
    if (image.empty()) return;
    if (!tag.empty()) image += (tag.starts_with("sha256:") ? "@" : ":") + tag;
    notes_.scope.image = std::move(image);
    notes_.scope.request = "docker-stream-" + id;
    pull.begun = true;
    pull.last_s = now_;
    pull.last_line = number_;
    notes_.event(timeline::Begin{timeline::Phase::queue}, number_);
    notes_.event(timeline::Begin{timeline::Phase::resolve}, number_);
  }

  void silence(Pull& pull) {
    if (!pull.has_time || pull.last_line == 0 || pull.ended) return;
    const double gap = now_ - pull.last_s;
    if (gap <= pull.silence_s) return;
    pull.silence_s = gap;
    pull.silent_layer = pull.last_layer;
    pull.silent_status = pull.last_status;
    pull.silent_current = pull.last_current;
    pull.silent_total = pull.last_total;
    pull.silent_line = pull.last_line;
    pull.ended_by.clear();
  }

  void message(const Value& message, Pull& pull) {
    if (!pull.client_closed) silence(pull);
    const std::string& error = message["error"].is_scalar()     ? message["error"].scalar
                               : message["message"].is_scalar() ? message["message"].scalar
                                                                : k_none;
    if (!error.empty()) {
      const bool hung_up = pull.client_closed && contains(error, "context canceled");
      // Docker's own echo of the client's hanging up says nothing that stream-closed did not say.
      if (!hung_up) notes_.interpret(error, "dockerd", number_);
      finish(pull, hung_up ? timeline::Outcome::cancelled : timeline::Outcome::failed);
      return;
    }
    const std::string& status = message["status"].scalar;
    const std::string& layer = message["id"].scalar;
    const Value& detail = message["progressDetail"];
    pull.last_s = now_;
    pull.last_line = number_;
    pull.last_status = status;
    pull.last_layer = status.starts_with("Pulling from") ? "" : layer;
    pull.last_current = detail["current"].scalar;
    pull.last_total = detail["total"].scalar;
    if (status.starts_with("Status: ")) {
      finish(pull, contains(status, "up to date") ? timeline::Outcome::cached : timeline::Outcome::ok);
      return;
    }
    if (pull.last_layer.empty()) return;
    notes_.scope.layer = layer;
    layer_status(status, detail, message["progress"].scalar, pull);
    notes_.scope.layer.clear();
  }

  void layer_status(const std::string& status, const Value& detail, const std::string& words, Pull& pull) {
    using timeline::Outcome;
    using timeline::Phase;
    const bool known = pull.shown.size() < 1024 || pull.shown.contains(notes_.scope.layer);
    if (status == "Downloading" || status == "Extracting" || status == "Verifying Checksum") {
      if (!known) return;
      auto& [shown_status, shown_at] = pull.shown[notes_.scope.layer];
      const bool full = detail["current"] && detail["current"].scalar == detail["total"].scalar;
      // Docker speaks ten times a second; once is enough to draw.
      if (shown_status == status && pull.has_time && now_ - shown_at < 1 && !full) return;
      shown_status = status;
      shown_at = now_;
      const Phase phase = status == "Downloading" ? Phase::download : status == "Extracting" ? Phase::unpack : Phase::verify;
      // With the containerd image store "Extracting" counts seconds (units "s"), not bytes.
      const bool in_bytes = detail["units"].scalar.empty();
      notes_.event(timeline::Sample{phase, in_bytes ? bytes_of(detail["current"]) : std::nullopt,
                                    in_bytes ? bytes_of(detail["total"]) : std::nullopt, words.empty() ? status : status + " " + words},
                   number_);
    } else if (status == "Download complete") {
      notes_.event(timeline::End{Phase::download, Outcome::ok}, number_);
    } else if (status == "Pull complete") {
      notes_.event(timeline::End{Phase::unpack, Outcome::ok}, number_);
    } else if (status == "Already exists") {
      notes_.event(timeline::End{Phase::unpack, Outcome::cached}, number_);
    } else if (status.starts_with("Retrying in ")) {
      // It counts down by seconds: only the first word of each countdown is a retry.
      double seconds = 0;
      parse_number(std::string_view(status).substr(12, status.find(' ', 12) - 12), seconds);
      if (!known || pull.countdown.size() > 1024) return;
      int& last = pull.countdown[notes_.scope.layer];
      const int left = seconds >= 0 && seconds < 1e6 ? static_cast<int>(seconds) : 0;
      if (left > last) notes_.event(timeline::Retry{status}, number_);
      last = left;
    }
  }

  void finish(Pull& pull, timeline::Outcome outcome) {
    if (pull.ended) return;
    pull.ended = true;
    if (outcome == timeline::Outcome::failed && pull.ended_by.empty() && pull.silent_line == pull.last_line) pull.ended_by = "error";
    if (!pull.scope.image.empty()) notes_.event(timeline::End{timeline::Phase::commit, outcome}, number_);
  }

  inline static const std::string k_none;
  Notes& notes_;
  std::map<std::string, Pull> pulls_;
  double now_ = 0;
  std::uint64_t number_ = 0;
};

template <typename Use>
void each_json_line(std::string_view text, Use&& use) {
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = trim(text.substr(begin, end - begin));
    ++number;
    begin = end + 1;
    if (!line.starts_with('{') || line.size() > k_max_line) continue;
    if (const Result<Value> object = parse_json(line); object && object->is_map()) use(*object, number);
  }
}

/// The first object of a text, by its first line that begins like one.
Value first_object(std::string_view text) {
  for (int i = 0; i < 3; ++i) {
    const std::string_view line = trim(text.substr(0, text.find('\n')));
    if (line.starts_with('{') && line.ends_with('}') && line.size() <= k_max_line) {
      if (Result<Value> object = parse_json(line)) return std::move(*object);
    }
    const std::size_t next = text.find('\n');
    if (next == std::string_view::npos) break;
    text.remove_prefix(next + 1);
  }
  return {};
}

}  // namespace

bool read_docker_stream(Notes& notes) {
  const Value first = first_object(notes.text());
  const bool recorded = first["t"] && (first["request"] || first["msg"] || first["http"]);
  const bool bare = first["status"].is_scalar() && (first["progressDetail"] || first["status"].scalar.starts_with("Pulling from"));
  if (!recorded && !bare) return false;
  notes.reader = "reader.docker-stream";
  Stream stream(notes);
  each_json_line(notes.text(), [&](const Value& object, std::uint64_t number) { stream.line(object, number); });
  stream.end();
  return true;
}

bool read_docker_events(Notes& notes) {
  const Value first = first_object(notes.text());
  if (!first["Type"].is_scalar() || !first["Action"].is_scalar() || !(first["timeNano"] || first["time"])) return false;
  notes.reader = "reader.docker-events";
  each_json_line(notes.text(), [&](const Value& event, std::uint64_t number) {
    const std::string& type = event["Type"].scalar;
    const std::string& action = event["Action"].scalar;
    notes.scope = {};
    notes.when = {};
    if (const auto nano = bytes_of(event["timeNano"]); nano && *nano < INT64_MAX) {
      notes.when.at = SysTime{nanoseconds{static_cast<std::int64_t>(*nano)}};
    } else if (const auto seconds = bytes_of(event["time"]); seconds && *seconds < 4'000'000'000) {
      notes.when.at = SysTime{std::chrono::seconds{static_cast<std::int64_t>(*seconds)}};
      notes.when.uncertainty = std::chrono::seconds{1};
    }
    const Value& attributes = event.at({"Actor", "Attributes"});
    if (type == "image" && action == "pull") {
      notes.scope.image = event.at({"Actor", "ID"}).scalar;
      notes.add(make_fact("pull-succeeded", {}), number);
      notes.event(timeline::End{timeline::Phase::commit, timeline::Outcome::ok}, number);
    } else if (type == "image" && (action == "delete" || action == "untag")) {
      notes.scope.image = attributes["name"].scalar;
      notes.add(make_fact("image-removed", {{"id", event.at({"Actor", "ID"}).scalar}}), number);
    } else if (type == "container" && (action == "start" || action == "oom" || action == "die")) {
      const std::string& container = attributes["io.kubernetes.container.name"].scalar;
      if (container.empty() || container == "POD") return;  // the pause container tells nothing
      notes.scope.image = attributes["image"].scalar;
      notes.scope.container = container;
      notes.scope.pod = attributes["io.kubernetes.pod.namespace"].scalar + "/" + attributes["io.kubernetes.pod.name"].scalar;
      if (action == "start") notes.add(make_fact("container-started", {}), number);
      if (action == "oom") notes.add(make_fact("oom-killed", {{"scope", "cgroup"}, {"process", container}}), number);
    }
  });
  notes.scope = {};
  notes.when = {};
  return true;
}

}  // namespace unsnag::readers::node
