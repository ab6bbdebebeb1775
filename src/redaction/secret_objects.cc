// SPDX-License-Identifier: Apache-2.0
#include "redaction/secret_objects.h"

#include <algorithm>
#include <vector>

#include "base/base64.h"
#include "base/redact.h"
#include "base/text.h"

namespace unsnag::redaction {
namespace {

constexpr int k_most_layers = 4;  // of JSON in strings of JSON
constexpr std::size_t k_deepest = 256;

bool is_docker_config(std::string_view key) { return key == ".dockerconfigjson" || key == ".dockercfg"; }
bool is_data(std::string_view key) { return key == "data" || key == "stringData"; }
bool is_hidden(std::string_view value) { return value.find_first_not_of('*') == std::string_view::npos; }

/// Docker's configuration says which registries there are credentials for: only they are taken out of it.
std::string shown_docker_config(std::string_view value) {
  SecretCounts unused{};
  return redact(value, unused);
}

class Objects {
 public:
  Objects(std::string_view text, bool all, int layer) : text_(text), all_(all), layer_(layer) {}

  std::string run(std::uint32_t& count) {
    if (all_) frames_.push_back({true, true, {}, {}});  // the line may begin within the data
    for (std::size_t at = 0; at < text_.size();) {
      const char c = text_[at];
      if (c == '{') open();
      else if (c == '}') close();
      else if (c == '"') {
        at = string(at);
        continue;
      } else if (c == ',') {
        key_ = {};
      }
      ++at;
    }
    while (!frames_.empty()) close();
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
    std::string out;
    std::size_t kept = 0;
    for (const auto& edit : edits_) {
      if (edit.begin < kept) continue;
      out += text_.substr(kept, edit.begin - kept);
      out += edit.text;
      kept = edit.end;
    }
    out += text_.substr(kept);
    count += static_cast<std::uint32_t>(edits_.size());
    return out;
  }

 private:
  struct Edit {
    std::size_t begin, end;
    std::string text;
  };
  struct Frame {
    bool secret = false;  // of kind Secret
    bool data = false;
    std::vector<Edit> values;  // of data in it, or its own
    std::string_view key;      // that it stands behind
  };

  void open() {
    if (frames_.size() >= k_deepest) return;
    frames_.push_back({false, is_data(key_), {}, key_});
    key_ = {};
  }
  void close() {
    if (frames_.empty()) return;
    auto frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.data && !frames_.empty()) {
      auto& outer = frames_.back().values;
      outer.insert(outer.end(), std::make_move_iterator(frame.values.begin()), std::make_move_iterator(frame.values.end()));
    } else if (frame.secret || all_) {
      edits_.insert(edits_.end(), std::make_move_iterator(frame.values.begin()), std::make_move_iterator(frame.values.end()));
    }
    key_ = {};
  }

  /// A string from its quote, which may be escaped itself. Returns where to go on.
  std::size_t string(std::size_t quote) {
    std::size_t depth = 0;
    while (depth < quote && text_[quote - depth - 1] == '\\') ++depth;
    const auto begin = quote + 1;
    auto end = begin;
    for (std::size_t slashes = 0; end < text_.size(); ++end) {
      if (text_[end] == '"' && slashes <= depth) break;
      slashes = text_[end] == '\\' ? slashes + 1 : 0;
    }
    auto content = text_.substr(begin, end - begin);
    while (content.ends_with('\\')) content.remove_suffix(1);
    auto after = std::min(end + 1, text_.size());
    auto next = after;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t')) ++next;
    if (next < text_.size() && text_[next] == ':') {
      key_ = content;
      return next + 1;
    }
    if (!frames_.empty() && frames_.back().data) {
      if (is_docker_config(key_)) {
        if (auto shown = shown_docker_config(content); shown != content) note(begin, content, std::move(shown));
        else if (!content.starts_with("eyJ") && !content.starts_with("ew") && !contains(content, "auths")) note(begin, content, "***");
      } else if (!is_hidden(content)) {
        note(begin, content, "***");
      }
    } else if (key_ == "kind" && content == "Secret" && !frames_.empty()) {
      frames_.back().secret = true;
    } else if (layer_ < k_most_layers && contains(content, "Secret") && contains(content, "{")) {
      std::uint32_t count = 0;
      auto shown = Objects(content, false, layer_ + 1).run(count);
      if (count != 0) edits_.push_back({begin, begin + content.size(), std::move(shown)});
    }
    return after;
  }

  void note(std::size_t begin, std::string_view content, std::string text) {
    frames_.back().values.push_back({begin, begin + content.size(), std::move(text)});
  }

  std::string_view text_;
  bool all_;
  int layer_;
  std::vector<Frame> frames_;
  std::vector<Edit> edits_;
  std::string_view key_;
};

}  // namespace

std::string hide_secret_objects(std::string_view line, std::uint32_t& count, bool all) { return Objects(line, all, 0).run(count); }

std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(" \t\r"), line.size()); }

KeyLine key_line(std::string_view line) {
  KeyLine parts;
  auto at = indent_of(line);
  while (line.substr(at).starts_with("- ")) at += 2 + indent_of(line.substr(at + 2));
  parts.column = at;
  if (at >= line.size()) return parts;
  const char quote = line[at] == '"' || line[at] == '\'' ? line[at] : '\0';
  const auto begin = quote != 0 ? at + 1 : at;
  auto end = begin;
  if (quote != 0) end = line.find(quote, begin);
  else
    while (end < line.size() && line[end] != ':' && line[end] != ' ' && line[end] != '=' && line[end] != '"' && line[end] != '{') ++end;
  if (end == std::string_view::npos || end >= line.size() || end == begin) return parts;
  parts.key = line.substr(begin, end - begin);
  auto colon = end + (quote != 0 ? 1 : 0);
  while (colon < line.size() && line[colon] == ' ') ++colon;
  if (colon >= line.size() || line[colon] != ':') return parts;
  ++colon;
  if (colon < line.size() && line[colon] != ' ' && line[colon] != '\t' && line[colon] != '\r' && quote == 0) return parts;
  parts.found = true;
  while (colon < line.size() && (line[colon] == ' ' || line[colon] == '\t')) ++colon;
  parts.value_at = colon;
  parts.value = trim(line.substr(colon));
  if (parts.value.size() > 1 && parts.value.back() == ',' && (quote != 0)) parts.value.remove_suffix(1);
  return parts;
}

std::string hide_value(std::string_view line, const KeyLine& parts, std::uint32_t& count) {
  auto value = parts.value;
  const char quote = !value.empty() && (value.front() == '"' || value.front() == '\'') ? value.front() : '\0';
  auto inside = value;
  if (quote != 0) {
    inside.remove_prefix(1);
    if (!inside.empty() && inside.back() == quote) inside.remove_suffix(1);
  }
  if (value == "{" || value == "[" || value == "{}" || value == "null" || is_hidden(inside)) return std::string(line);
  ++count;
  const std::string sign(1, quote != 0 ? quote : '"');
  return std::string(line.substr(0, parts.value_at)) + sign + "***" + sign + std::string(line.substr(parts.value_at + value.size()));
}

}  // namespace unsnag::redaction
