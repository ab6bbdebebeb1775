// SPDX-License-Identifier: Apache-2.0
// See kubernetes_documents.h.
#include "readers/kubernetes_documents.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "readers/brackets.h"
#include "readers/kubernetes_objects.h"
#include "readers/kubernetes_row.h"

namespace unsnag::readers::kubernetes {
namespace {

/// True when one of the next lines has a key that every object has.
bool looks_like_object(const Lines& lines, std::size_t i) {
  constexpr std::size_t k_lines = 40, k_bytes = 4096;
  std::size_t bytes = 0;
  for (auto j = i; j < lines.size() && j < i + k_lines && bytes < k_bytes; ++j) {
    const auto line = lines[j].substr(0, k_bytes);
    for (const std::string_view key : {"\"apiVersion\"", "\"kind\"", "\"items\"", "\"involvedObject\"", "\"regarding\""})
      if (contains(line, key)) return true;
    bytes += line.size();
  }
  return false;
}

bool begins_yaml(std::string_view line) {
  line = trim(line);
  if (line.starts_with("- ")) line = trim(line.substr(2));
  if (line.starts_with("apiVersion:")) return true;
  for (const std::string_view kind : {"Pod", "PodList", "Event", "EventList", "Node", "NodeList", "Secret", "SecretList", "List"})
    if (line.starts_with("kind:") && trim(line.substr(5)) == kind) return true;
  return line == "items:";
}

}  // namespace

std::optional<std::size_t> DocumentReader::json_end(std::size_t i) {
  if (i < no_json_before_) return std::nullopt;
  Brackets brackets;
  for (auto j = i; j < lines_.size(); ++j) {
    const auto behind = brackets.behind_end(lines_[j]);
    if (!behind) continue;
    if (trim(*behind).empty()) return j + 1;
    no_json_before_ = j + 1;
    return std::nullopt;
  }
  no_json_before_ = lines_.size();  // else every inner brace would read on to the text's end again
  return std::nullopt;
}

std::optional<std::size_t> DocumentReader::yaml_end(std::size_t i) const {
  const auto base = indent_of(lines_[i]);
  auto end = i;
  for (auto j = i; j < lines_.size(); ++j) {
    const auto line = lines_[j];
    if (is_blank(line)) continue;
    const auto indent = indent_of(line);
    if (indent < base) break;
    if (indent == base) {
      const auto rest = line.substr(indent);
      const auto kv = key_value(line);
      const bool key = kv && kv->key[0] >= 'a' && kv->key[0] <= 'z' && kv->key.find(' ') == std::string_view::npos;
      const bool mark = rest.starts_with("- ") || rest[0] == '#' || rest.starts_with("---") || rest.starts_with("...");
      if ((!key && !mark) || parse_prompt(line)) break;
    }
    end = j + 1;
  }
  return end > i + 1 ? std::optional(end) : std::nullopt;
}

std::optional<DocumentReader::Taken> DocumentReader::take(std::size_t i) {
  const auto begin = trim(lines_[i]);
  if (begin.empty()) return std::nullopt;
  const bool json = begin[0] == '{' || begin == "[" || begin.starts_with("[{");
  std::optional<std::size_t> end;
  if (json) {
    if (!looks_like_object(lines_, i)) return std::nullopt;
    end = json_end(i);
  } else if (begins_yaml(lines_[i]) || (begin == "---" && i + 1 < lines_.size() && begins_yaml(lines_[i + 1]))) {
    end = yaml_end(i);
  }
  if (!end) return std::nullopt;

  const auto base = indent_of(lines_[i]);
  std::string text;
  bool secret = false;
  for (auto j = i; j < *end; ++j) {
    const auto line = lines_[j];
    secret = secret || contains(line, ".dockerconfigjson") || contains(line, ".dockercfg");
    text += line.substr(std::min(base, indent_of(line)));
    text += '\n';
  }
  Taken taken{*end, false, secret};
  if (json) {
    if (auto value = parse_json(text)) {
      values_.push_back(std::move(*value));
      taken.understood = say_object(values_.back(), lines_, i, collector_);
    }
  } else if (auto documents = parse_yaml(text)) {
    for (auto& value : *documents) {
      values_.push_back(std::move(value));
      taken.understood = say_object(values_.back(), lines_, i, collector_) || taken.understood;
    }
  }
  return taken;
}

}  // namespace unsnag::readers::kubernetes
