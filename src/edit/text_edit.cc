// SPDX-License-Identifier: Apache-2.0
#include "edit/text_edit.h"

#include <algorithm>
#include <utility>

namespace unsnag::edit {

std::string apply(std::string_view text, std::vector<Patch> patches) {
  std::stable_sort(patches.begin(), patches.end(), [](const Patch& a, const Patch& b) { return a.where.begin < b.where.begin; });
  std::string out;
  std::size_t done = 0;
  for (const auto& patch : patches) {
    if (patch.where.begin > done) out += text.substr(done, patch.where.begin - done);
    out += patch.with;
    done = std::max(done, patch.where.end);
  }
  out += text.substr(std::min(done, text.size()));
  return out;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  const auto before = text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t line_end(std::string_view text, std::size_t at) {
  const auto end = text.find('\n', at);
  if (end == std::string_view::npos) return text.size();
  return end > at && text[end - 1] == '\r' ? end - 1 : end;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const auto end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::string_view newline_of(std::string_view text) {
  const auto end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::string_view indent_at(std::string_view text, std::size_t at) {
  auto begin = line_begin(text, at);
  if (begin == 0) begin = bom_size(text);
  auto end = begin;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  return text.substr(begin, end - begin);
}

bool first_in_line(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  return at == 0 || text[at - 1] == '\n' || at == bom_size(text);
}

bool last_in_line(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
  return at >= text.size() || text[at] == '\n';
}

std::size_t bom_size(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

Patch insert_lines(std::string_view text, std::size_t at, std::string lines) {
  if (at == text.size() && at > bom_size(text) && text.back() != '\n') {
    const auto newline = newline_of(text);
    if (lines.ends_with(newline)) lines.resize(lines.size() - newline.size());
    lines.insert(0, newline);
  }
  return {{at, at}, std::move(lines)};
}

Patch remove_lines(std::string_view text, Span lines) {
  if (lines.end == text.size() && lines.end > lines.begin && text.back() != '\n' && lines.begin > bom_size(text)) {
    --lines.begin;  // the break before goes instead of the one that isn't there
    if (lines.begin > 0 && text[lines.begin - 1] == '\r') --lines.begin;
  }
  return {lines, {}};
}

}  // namespace unsnag::edit
