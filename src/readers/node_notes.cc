// SPDX-License-Identifier: Apache-2.0
// From a line of a node's file to a fact, and the small text helpers that several of these readers need.
#include "readers/node_notes.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace unsnag::readers::node {

std::string_view Notes::basename() const { return base_name(file_.path); }

std::string_view Notes::line_text(std::uint64_t line) {
  if (lines_.empty()) lines_ = split(file_.text, '\n');
  return line >= 1 && line <= lines_.size() ? lines_[line - 1] : std::string_view{};
}

Context Notes::context(std::string_view program, std::uint64_t line) {
  shown_ = redact(clip(trim(line_text(line)), timeline::Origin::k_max_text));
  Context context;
  context.scope = scope;
  if (context.scope.node.empty()) context.scope.node = std::string(file_.node);
  context.when = when;
  context.program = std::string(program);
  context.file = std::string(file_.path);
  context.line = line == 0 ? 0 : line + first_line_ - 1;
  context.shown = shown_;
  return context;
}

timeline::Origin Notes::origin(std::uint64_t line, std::string_view program) {
  const Context known = context(program, line);
  timeline::Origin origin;
  origin.program = known.program;
  origin.file = known.file;
  origin.line = known.line;
  origin.text = std::string(known.shown);
  origin.message = reader;
  return origin;
}

void Notes::emit(const timeline::Event& event) {
  timeline::Event with_node = event;
  if (with_node.scope.node.empty()) with_node.scope.node = std::string(file_.node);
  sink_.accept(with_node);
}

void Notes::add(timeline::Fact fact, std::uint64_t line, timeline::Certainty certainty) {
  Context known = context({}, line);
  known.certainty = certainty;
  if (!real_path.empty() && fact.get("path").empty()) fact.set("path", real_path);
  note(std::move(fact), known, reader, sink_);
}

void Notes::setting(std::string_view of, std::string_view key, std::string_view value, std::string_view origin_word, std::uint64_t line) {
  if (value.empty()) return;
  add(make_fact("setting", {{"of", of}, {"key", key}, {"value", value}, {"origin", origin_word}}), line);
}

void Notes::oddity(std::string_view of, std::string_view key, std::string_view value, std::string_view why, std::uint64_t line) {
  add(make_fact("setting-oddity", {{"of", of}, {"key", key}, {"value", value}, {"why", why}}), line, timeline::Certainty::inferred);
}

void Notes::interpret(std::string_view text, std::string_view program, std::uint64_t line) {
  readers::interpret(text, context(program, line), sink_);
}

std::string join(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += ", ";
    joined += part;
  }
  return joined;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view parent_name(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? std::string_view{} : base_name(path.substr(0, slash));
}

bool has_line(std::string_view text, std::string_view prefix) {
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) end = text.size();
    std::string_view line = text.substr(begin, end - begin);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line.substr(first).starts_with(prefix)) return true;
    begin = end + 1;
  }
  return false;
}

bool starts_like_a_log(std::string_view text) {
  for (int i = 0; i < 5 && !text.empty(); ++i) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    line = trim(line);
    if (line.starts_with("time=\"") || line.starts_with("{\"level\"") || contains(line, " level=")) return true;
    // klog: I1124 07:23:22.123456
    if (line.size() > 21 && contains("IWEF", line.substr(0, 1)) && line[5] == ' ' && line[8] == ':' && line[11] == ':') return true;
    // journal, syslog: "Nov 24 07:23:22 host kubelet[123]: "
    if (line.size() > 16 && line[3] == ' ' && line[9] == ':' && line[12] == ':' && contains(line, "]: ")) return true;
  }
  return false;
}

bool parse_number(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() && std::isfinite(value);
}

Url parse_url(std::string_view text) {
  Url url;
  text = trim(text);
  const std::size_t scheme_end = text.find("://");
  url.has_scheme = scheme_end != std::string_view::npos;
  url.scheme = url.has_scheme ? lower(text.substr(0, scheme_end)) : "https";
  if (url.has_scheme) text.remove_prefix(scheme_end + 3);
  const std::size_t slash = text.find('/');
  std::string_view host = text.substr(0, slash);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  url.host = lower(host);
  if (slash != std::string_view::npos) url.path = std::string(text.substr(slash));
  while (!url.path.empty() && url.path.back() == '/') url.path.pop_back();
  return url;
}

}  // namespace unsnag::readers::node
