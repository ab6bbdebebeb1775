// SPDX-License-Identifier: Apache-2.0
#include "edit/yaml_block.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "edit/word_patch.h"
#include "edit/yaml_write.h"

namespace unsnag::edit {
namespace {

/// Parts of the old and of the new that are the same from the front, and from the back.
struct Common {
  std::size_t front = 0, back = 0;
};

template <typename A, typename B>
Common common(const A& old_parts, const B& new_parts) {
  Common same;
  const auto most = std::min(old_parts.size(), new_parts.size());
  while (same.front < most && old_parts[same.front] == new_parts[same.front]) ++same.front;
  while (same.back < most - same.front && old_parts[old_parts.size() - 1 - same.back] == new_parts[new_parts.size() - 1 - same.back])
    ++same.back;
  return same;
}

/// A literal block, line by line; the header stays.
std::optional<Patch> by_lines(std::string_view text, const YamlNode& about, std::string_view wanted) {
  std::vector<std::string_view> old_lines;
  std::vector<std::size_t> begins;
  for (auto at = about.body.begin; at < about.body.end; at = next_line(text, at)) {
    const auto line = text.substr(at, line_end(text, at) - at);
    old_lines.push_back(line.size() > about.column ? line.substr(about.column) : std::string_view());
    begins.push_back(at);
  }
  begins.push_back(about.body.end);
  if (!wanted.empty() && wanted.back() == '\n') wanted.remove_suffix(1);
  const auto new_lines = split(wanted, '\n');
  const auto same = common(old_lines, new_lines);
  const auto newline = std::string(newline_of(text));
  std::string lines;
  for (auto i = same.front; i + same.back < new_lines.size(); ++i)
    lines += (new_lines[i].empty() ? std::string() : std::string(about.column, ' ') + std::string(new_lines[i])) + newline;
  const Span where{begins[same.front], begins[old_lines.size() - same.back]};
  if (where.end != text.size() || text.empty() || text.back() == '\n') return Patch{where, std::move(lines)};
  // The file's last line has no break.
  if (where.size() == 0) return Patch{where, newline + lines.substr(0, lines.size() - newline.size())};
  if (lines.empty()) return std::nullopt;
  return Patch{where, lines.substr(0, lines.size() - newline.size())};
}

}  // namespace

std::vector<std::vector<Patch>> block_patches(std::string_view text, Span value, const YamlNode& about, std::size_t parent,
                                              std::string_view wanted) {
  std::vector<std::vector<Patch>> ways;
  if (fits_block(wanted) && about.body.size() > 0) {
    const auto patch = about.style == YamlNode::Style::literal ? by_lines(text, about, wanted) : word_patch(text, about.body, wanted);
    if (patch) ways.push_back({*patch});
  }
  auto header_end = value.begin + 1;
  while (header_end < text.size() && std::string_view("+-123456789").find(text[header_end]) != std::string_view::npos) ++header_end;
  if (fits_block(wanted)) {
    const auto newline = newline_of(text);
    auto lines = block_lines(wanted, about.column, newline);
    if (about.body.end == text.size() && !text.ends_with('\n')) lines.resize(lines.size() - newline.size());
    // A folded block stays one where no line has to be kept as it is.
    const bool folds = about.style == YamlNode::Style::folded && wanted.find('\n') >= wanted.size() - 1;
    const auto step = about.column > parent ? about.column - parent : 0;
    Patch header{{value.begin, header_end}, block_header(wanted, folds ? '>' : '|', step)};
    ways.push_back({header, {about.body, lines}});
    if (about.body.end == text.size() && !text.ends_with('\n') && wanted.ends_with('\n'))
      ways.push_back({header, {about.body, lines + std::string(newline)}});
  }
  const auto quoted = yaml_text(wanted, YamlNode::Style::doubled);
  auto rest = about.body;  // the header's comment stays, the block's lines go
  ways.push_back({{{value.begin, header_end}, quoted}, remove_lines(text, rest)});
  return ways;
}

}  // namespace unsnag::edit
