// SPDX-License-Identifier: Apache-2.0
#include "catalogue/catalogue.h"

#include <algorithm>
#include <unordered_map>

namespace unsnag::catalogue {
namespace {

std::string_view stripped(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Nothing follows but what closes a line or a quoted text.
bool is_end(std::string_view after) {
  // A status without a reason phrase leaves a blank behind: `…: 401 ", host=…`.
  if (after.substr(0, 2) == " \"" || after.substr(0, 2) == " \\") after.remove_prefix(1);
  while (!after.empty() && (after.front() == '\\' || after.front() == '.')) after.remove_prefix(1);
  return after.empty() || after.front() == '"' || after.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

bool is_library(std::string_view program) {
  static constexpr std::string_view k_libraries[] = {"go", "grpc", "registry", "unpack"};
  return std::find(std::begin(k_libraries), std::end(k_libraries), program) != std::end(k_libraries);
}

Result<std::vector<Template>> parse_templates(std::string_view text) {
  std::vector<Template> templates;
  while (!(text = stripped(text)).empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto part = text.substr(0, comma);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return fail(Errc::malformed, fmt::format("'{}' is not key=value", part));
    templates.push_back({std::string(stripped(part.substr(0, equals))), std::string(stripped(part.substr(equals + 1)))});
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return templates;
}

Result<Assertion> parse_assertion(std::string_view text) {
  text = stripped(text);
  const auto open = text.find('(');
  if (open == std::string_view::npos || text.back() != ')')
    return fail(Errc::malformed, fmt::format("'{}' is not name(key=value, …)", text));
  Assertion assertion{std::string(stripped(text.substr(0, open))), {}};
  TRY_ASSIGN(assertion.attributes, parse_templates(text.substr(open + 1, text.size() - open - 2)));
  return assertion;
}

std::string fill(std::string_view value, const std::vector<Capture>& captures) {
  std::string filled;
  while (!value.empty()) {
    const auto open = value.find('{');
    filled += value.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = value.find('}', open);
    if (close == std::string_view::npos) break;
    const auto name = value.substr(open + 1, close - open - 1);
    for (const auto& capture : captures)
      if (capture.name == name) filled += capture.text;
    value.remove_prefix(close + 1);
  }
  return filled;
}

Result<Catalogue> Catalogue::make(std::vector<Message> messages) {
  Catalogue catalogue;
  std::unordered_map<std::string, std::uint32_t> anchor_ids;
  std::vector<std::string> anchors;
  for (std::uint32_t m = 0; m < messages.size(); ++m) {
    const auto& message = messages[m];
    for (const auto& text : message.texts) {
      TRY_ASSIGN(auto pattern, context(Pattern::parse(text), "message {}: pattern '{}'", message.id, text));
      const auto [it, is_new] = anchor_ids.try_emplace(std::string(pattern.anchor()), static_cast<std::uint32_t>(anchors.size()));
      if (is_new) {
        anchors.push_back(it->first);
        catalogue.by_anchor_.emplace_back();
      }
      catalogue.by_anchor_[it->second].push_back({m, std::move(pattern)});
    }
    auto& assertions = catalogue.assertions_.emplace_back();
    for (const auto& text : message.establishes) {
      TRY_ASSIGN(auto assertion, context(parse_assertion(text), "message {}", message.id));
      assertions.push_back(std::move(assertion));
    }
    TRY_ASSIGN(auto frame, context(parse_templates(message.frame), "message {}: frame", message.id));
    catalogue.frames_.push_back(std::move(frame));
  }
  catalogue.messages_ = std::move(messages);
  catalogue.scan_ = std::make_unique<LiteralScan>(std::vector<std::string_view>(anchors.begin(), anchors.end()));
  return catalogue;
}

void Catalogue::verify(std::uint32_t anchor, std::string_view line, std::size_t at, std::vector<Found>& found) const {
  Pattern::Match match;
  for (const auto& variant : by_anchor_[anchor]) {
    if (!variant.pattern.match_around(line, at, match)) continue;
    if (messages_[variant.message].at_end && !is_end(line.substr(match.end))) continue;
    found.push_back({variant.message, match.begin, match.end, std::move(match.captures)});
    match.captures = {};
  }
}

void Catalogue::settle(std::vector<Found>& found) {
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.end != b.end) return a.end > b.end;
    return a.message < b.message;
  });
  std::size_t kept = 0;
  std::size_t covered = 0;  // nothing before this offset can begin a message of its own
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool inside = kept > 0 && found[i].end <= covered;
    if (inside) continue;
    covered = std::max(covered, found[i].end);
    if (kept != i) found[kept] = std::move(found[i]);
    ++kept;
  }
  found.resize(kept);
}

std::vector<Catalogue::Found> Catalogue::find(std::string_view text) const {
  std::vector<Found> found;
  std::vector<LiteralScan::Hit> hits;
  find_anchors(text, hits);
  // Matching never leaves the line, so that one line's quotes can't swallow the next line. Hits come in order: the
  // bounds of the line are looked for once, or a long line of known words would take the square of its length.
  std::size_t begin = 0, end = std::min(text.find('\n'), text.size());
  for (const auto& hit : hits) {
    if (hit.at >= end) {
      begin = text.rfind('\n', hit.at) + 1;  // there is one at `end`
      end = std::min(text.find('\n', hit.at), text.size());
    }
    const auto before = found.size();
    verify(hit.id, text.substr(begin, end - begin), hit.at - begin, found);
    for (auto i = before; i < found.size(); ++i) {
      found[i].begin += begin;
      found[i].end += begin;
    }
  }
  settle(found);
  return found;
}

}  // namespace unsnag::catalogue
