// SPDX-License-Identifier: Apache-2.0
// Writing the index; read_index.cc reads it.
#include "bundle/index.h"

#include <array>

#include <fmt/format.h>

#include "base/json_writer.h"

namespace unsnag::bundle {
namespace {

void text(JsonWriter& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json.member(name, value);
}
void number(JsonWriter& json, std::string_view name, std::optional<std::uint64_t> value) {
  if (value) json.key(name).number(*value);
}
void time(JsonWriter& json, std::string_view name, std::optional<SysTime> value) {
  // A file may claim to be from 1901 or 2400, which no reader of times takes.
  if (value && is_log_time(*value)) json.member(name, format_rfc3339(*value));
}

void write(JsonWriter& json, const IndexItem& one) {
  const auto& [item, outcome, error, bytes, lines, sha256, parts] = one;
  json.begin_object().member("path", item.path);
  json.member("what", item.what).member("source", item.source).member("kind", to_string(item.kind));
  json.member("completeness", to_string(outcome.completeness));
  text(json, "error", error);
  text(json, "note", outcome.note);
  if (one.is_there()) {
    json.key("bytes").number(bytes).key("lines").number(lines).member("sha256", sha256);
    if (!parts.empty()) {
      json.key("parts").begin_array();
      for (const auto& part : parts) json.string(part);
      json.end_array();
    }
  }
  number(json, "dropped_bytes", outcome.dropped_bytes);
  number(json, "dropped_lines", outcome.dropped_lines);
  time(json, "from", outcome.from);
  time(json, "to", outcome.to);
  if (!outcome.redacted.empty()) {
    json.key("redacted").begin_object();
    for (const auto& [kind, count] : outcome.redacted) json.key(kind).number(count);
    json.end_object();
  }
  if (item.mode) json.member("mode", fmt::format("{:04o}", *item.mode));
  number(json, "owner", item.owner);
  number(json, "group", item.group);
  time(json, "mtime", item.mtime);
  json.end_object();
}

}  // namespace

std::string_view to_string(Kind kind) {
  constexpr std::array<std::string_view, 9> k_words{"log",   "config",    "system",  "runtime", "kubernetes",
                                                    "cloud", "redaction", "verdict", "other"};
  return k_words.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(Completeness completeness) {
  constexpr std::array<std::string_view, 6> k_words{"whole", "cut", "partial", "missing", "left-out", "unknown"};
  return k_words.at(static_cast<std::size_t>(completeness));
}

std::string write_index(const Index& index) {
  const auto& who = index.identity;
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("format", "unsnag-bundle").key("version").number(k_index_version);
  json.member("tool", who.tool).member("node", who.node).member("layout", who.layout);
  json.member("begun", format_rfc3339(who.begun)).member("ended", format_rfc3339(index.ended));
  text(json, "since", who.since);
  time(json, "since_at", who.since_at);
  number(json, "max_bytes", who.max_bytes);
  json.key("privileges").begin_object();
  number(json, "uid", who.uid);
  text(json, "root", who.root);
  text(json, "words", who.privileges);
  json.end_object();
  json.key("items").begin_array();
  for (const auto& item : index.items) write(json, item);
  json.end_array().end_object();
  return json.take() + "\n";
}

}  // namespace unsnag::bundle
