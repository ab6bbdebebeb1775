// SPDX-License-Identifier: Apache-2.0
#include "timeline/json_lines.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "base/document.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace unsnag::timeline {
namespace {

constexpr std::string_view k_mark = R"({"unsnag":1,)";

void write_if(JsonWriter& json, std::string_view key, std::string_view value) {
  if (!value.empty()) json.member(key, value);
}

void write_size(JsonWriter& json, std::string_view key, const std::optional<std::uint64_t>& value) {
  if (value) json.key(key).number(*value);
}

struct WriteWhat {
  JsonWriter& json;
  void operator()(const Begin& begin) const { json.member("event", "begin").member("phase", to_string(begin.phase)); }
  void operator()(const Sample& sample) const {
    json.member("event", "sample").member("phase", to_string(sample.phase));
    write_size(json, "done", sample.done);
    write_size(json, "total", sample.total);
    write_if(json, "words", sample.words);
  }
  void operator()(const Retry& retry) const {
    json.member("event", "retry");
    write_if(json, "words", retry.words);
  }
  void operator()(const Note& note) const {
    json.member("event", "note").member("fact", note.fact.name).key("attributes").begin_object();
    for (const auto& [key, value] : note.fact.attributes) json.member(key, value);
    json.end_object();
  }
  void operator()(const End& end) const {
    json.member("event", "end").member("phase", to_string(end.phase)).member("outcome", to_string(end.outcome));
  }
};

/// A number as it is kept: what nobody could mean, such as a span of three centuries, becomes the most that may be.
template <typename T>
T clamped(const std::optional<std::uint64_t>& value, T least, T most) {
  return value ? static_cast<T>(std::clamp(*value, std::uint64_t(least), std::uint64_t(most))) : least;
}

nanoseconds span(const std::optional<std::uint64_t>& value) {
  return nanoseconds(clamped(value, std::int64_t{0}, std::int64_t{nanoseconds(k_longest_span).count()}));
}

std::optional<std::uint64_t> number(const Value& value) {
  std::uint64_t parsed = 0;
  const auto& text = value.scalar;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return parsed;
}

Result<decltype(Event::what)> parse_what(const Value& value) {
  const auto& kind = value["event"].scalar;
  const auto phase = parse_phase(value["phase"].scalar);
  if (kind == "begin" && phase) return Begin{*phase};
  if (kind == "sample" && phase) return Sample{*phase, number(value["done"]), number(value["total"]), value["words"].scalar};
  if (kind == "retry") return Retry{value["words"].scalar};
  if (kind == "end" && phase) {
    if (const auto outcome = parse_outcome(value["outcome"].scalar)) return End{*phase, *outcome};
  }
  if (kind == "note") {
    Note note{{value["fact"].scalar, {}}};
    for (const auto& [key, attribute] : value["attributes"].entries) note.fact.set(key, attribute.scalar);
    if (!note.fact.name.empty()) return note;
  }
  return fail(Errc::malformed, "no event that this version knows");
}

}  // namespace

std::string to_json_line(const Event& event) {
  JsonWriter json;
  json.begin_object().key("unsnag").number(std::int64_t{1});
  std::visit(WriteWhat{json}, event.what);
  if (event.when.at) {
    json.member("time", format_rfc3339(*event.when.at));
    if (event.when.uncertainty.count() != 0) json.key("uncertainty_ns").number(std::int64_t{event.when.uncertainty.count()});
    if (!event.when.year_known) json.key("year_known").boolean(false);
    if (!event.when.zone_known) json.key("zone_known").boolean(false);
  }
  if (event.count != 1) json.key("count").number(std::uint64_t{event.count});
  if (event.span.count() != 0) json.key("span_ns").number(std::int64_t{event.span.count()});
  write_if(json, "node", event.scope.node);
  write_if(json, "pod", event.scope.pod);
  write_if(json, "container", event.scope.container);
  write_if(json, "image", event.scope.image);
  write_if(json, "layer", event.scope.layer);
  write_if(json, "request", event.scope.request);
  write_if(json, "program", event.origin.program);
  json.member("certainty", to_string(event.origin.certainty));
  write_if(json, "file", event.origin.file);
  if (event.origin.line != 0) json.key("line").number(event.origin.line);
  write_if(json, "text", event.origin.text);
  write_if(json, "message", event.origin.message);
  return json.end_object().take();
}

bool is_event_line(std::string_view line) { return line.substr(0, k_mark.size()) == k_mark; }

Result<Event> parse_json_line(std::string_view line) {
  TRY_ASSIGN(const auto value, parse_json(line));
  TRY_ASSIGN(auto what, parse_what(value));
  Event event;
  event.what = std::move(what);
  if (value["time"]) {
    const auto stamp = parse_rfc3339(value["time"].scalar);
    if (!stamp) return fail(Errc::malformed, "its time is no RFC 3339 time");
    event.when = *stamp;
    event.when.uncertainty = span(number(value["uncertainty_ns"]));
    event.when.year_known = value["year_known"].scalar != "false";
    event.when.zone_known = value["zone_known"].scalar != "false";
    if (!event.when.year_known) event.when.at = in_year(*event.when.at, k_no_year);
  }
  event.count = clamped(number(value["count"]), std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max());
  event.span = span(number(value["span_ns"]));
  event.scope = {value["node"].scalar,  value["pod"].scalar,   value["container"].scalar,
                 value["image"].scalar, value["layer"].scalar, value["request"].scalar};
  event.origin.program = value["program"].scalar;
  event.origin.certainty = parse_certainty(value["certainty"].scalar).value_or(Certainty::echoed);
  event.origin.file = value["file"].scalar;
  event.origin.line = number(value["line"]).value_or(0);
  event.origin.text = clip(value["text"].scalar, Origin::k_max_text);
  event.origin.message = value["message"].scalar;
  return event;
}

}  // namespace unsnag::timeline
