// SPDX-License-Identifier: Apache-2.0
#include "edit/toml_scan.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace unsnag::edit {
namespace {

class Scan {
 public:
  Scan(std::string_view text, const std::vector<TemplateAction>& opaque) : text_(text), at_(bom_size(text)), opaque_(opaque) {}

  TomlFile run() {
    while (at_ < text_.size()) statement();
    return std::move(file_);
  }

 private:
  struct Key {
    std::vector<std::string> parts;
    std::size_t begin = 0, last = 0, end = 0;  // `last`: where the last part begins
  };

  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (here() == ' ' || here() == '\t') ++at_;
  }
  void skip_trivia() {
    for (;;) {
      const char c = here();
      if (c == '#') at_ = next_line(text_, at_);
      else if (at_ < text_.size() && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) ++at_;
      else return;
    }
  }

  void statement() {
    const auto begin = at_;
    skip_blanks();
    const auto first = at_;
    const char c = here();
    if (c == '#' || c == '\n' || c == '\r' || at_ >= text_.size()) {
      if (next_opaque_ < opaque_.size() && opaque_[next_opaque_].lines.begin == begin) {
        opaque_statement(opaque_[next_opaque_++]);
        return;
      }
      at_ = next_line(text_, at_);
      return;
    }
    TomlStatement made;
    made.depth = depth_;
    if (c == '[') {
      const bool is_item = text_.substr(at_).starts_with("[[");
      at_ += is_item ? 2 : 1;
      const auto key = read_key();
      made.kind = is_item ? TomlStatement::Kind::item_header : TomlStatement::Kind::header;
      made.prefix = text_.substr(key.begin, key.end - key.begin);
      section_ = open(key, is_item);
      made.node = section_;
    } else {
      const auto key = read_key();
      made.prefix = text_.substr(key.begin, key.last - key.begin);
      auto parent = section_;
      for (std::size_t i = 0; i + 1 < key.parts.size(); ++i) parent = table(parent, key.parts[i]);
      skip_blanks();
      ++at_;  // '='
      skip_blanks();
      made.node = value(parent, key.parts.back());
      file_.tree[made.node].item = {first, at_};
    }
    at_ = next_line(text_, at_);
    // {{ end }} behind a header.
    for (; next_opaque_ < opaque_.size() && opaque_[next_opaque_].lines.begin < at_; ++next_opaque_) deepen(opaque_[next_opaque_].depth);
    made.section = section_;
    made.lines = {begin, at_};
    file_.statements.push_back(std::move(made));
  }

  void opaque_statement(const TemplateAction& action) {
    TomlStatement made;
    made.kind = TomlStatement::Kind::opaque;
    made.lines = action.lines;
    made.section = section_;
    deepen(action.depth);
    made.depth = depth_;
    file_.statements.push_back(std::move(made));
    at_ = action.lines.end;
  }

  void deepen(int by) { depth_ = by < 0 && depth_ < static_cast<std::size_t>(-by) ? 0 : depth_ + static_cast<std::size_t>(by); }

  Key read_key() {
    Key key;
    skip_blanks();
    key.begin = at_;
    for (;;) {
      skip_blanks();
      key.last = at_;
      key.parts.push_back(key_part());
      key.end = at_;
      skip_blanks();
      if (here() != '.') break;
      ++at_;
    }
    return key;
  }

  std::string key_part() {
    const char c = here();
    const auto begin = at_;
    if (c == '"' || c == '\'') {
      skip_string();
      const auto inside = text_.substr(begin + 1, at_ - begin - 2);
      return c == '"' ? unescape(inside) : std::string(inside);
    }
    while (at_ < text_.size() && std::string_view(" \t.=]}#,\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
    if (at_ == begin) ++at_;  // no TOML; but get on
    return std::string(text_.substr(begin, at_ - begin));
  }

  void skip_string() {
    const char quote = text_[at_];
    const auto triple = std::string(3, quote);
    const bool many = text_.substr(at_).starts_with(triple);
    at_ += many ? 3 : 1;
    while (at_ < text_.size()) {
      if (text_[at_] == '\\' && quote == '"') {
        at_ = std::min(at_ + 2, text_.size());
      } else if (text_[at_] == quote && (!many || text_.substr(at_).starts_with(triple))) {
        at_ += many ? 3 : 1;
        for (int more = 0; many && more < 2 && here() == quote; ++more) ++at_;
        return;
      } else {
        ++at_;
      }
    }
  }

  NodeId table(NodeId parent, const std::string& key) {
    const auto found = file_.tree.child(parent, key);
    if (found == k_nothing) return file_.tree.add(parent, key, Node::Kind::map);
    const auto& node = file_.tree[found];
    return node.kind == Node::Kind::list && !node.children.empty() ? node.children.back() : found;
  }

  NodeId open(const Key& key, bool is_item) {
    auto at = k_root;
    for (std::size_t i = 0; i + 1 < key.parts.size(); ++i) at = table(at, key.parts[i]);
    if (!is_item) return table(at, key.parts.back());
    auto list = file_.tree.child(at, key.parts.back());
    if (list == k_nothing) list = file_.tree.add(at, key.parts.back(), Node::Kind::list);
    return file_.tree.add(list, {}, Node::Kind::map);
  }

  NodeId value(NodeId parent, const std::string& key) {
    const auto begin = at_;
    const char c = here();
    const auto id = file_.tree.add(parent, key, c == '[' ? Node::Kind::list : c == '{' ? Node::Kind::map : Node::Kind::scalar);
    if (c == '[') {
      ++at_;
      for (skip_trivia(); at_ < text_.size() && here() != ']'; skip_trivia()) {
        const auto before = at_;
        const auto item = value(id, {});
        file_.tree[item].item = file_.tree[item].value;
        skip_trivia();
        if (here() == ',' || at_ == before) ++at_;
      }
      ++at_;
    } else if (c == '{') {
      ++at_;
      for (skip_trivia(); at_ < text_.size() && here() != '}'; skip_trivia()) {
        const auto first = at_;
        const auto inner_key = read_key();
        auto inner = id;
        for (std::size_t i = 0; i + 1 < inner_key.parts.size(); ++i) inner = table(inner, inner_key.parts[i]);
        skip_trivia();
        if (here() == '=') ++at_;
        skip_trivia();
        const auto entry = value(inner, inner_key.parts.back());
        file_.tree[entry].item = {first, at_};
        skip_trivia();
        if (here() == ',') ++at_;
      }
      ++at_;
    } else if (c == '"' || c == '\'') {
      skip_string();
    } else {
      at_ = std::min(text_.find_first_of(",]}#\n", at_), text_.size());
      while (at_ > begin && std::string_view(" \t\r").find(text_[at_ - 1]) != std::string_view::npos) --at_;
    }
    at_ = std::min(at_, text_.size());
    file_.tree[id].value = {begin, at_};
    file_.tree[id].flow = c == '[' || c == '{';
    return id;
  }

  std::string_view text_;
  std::size_t at_;
  const std::vector<TemplateAction>& opaque_;
  std::size_t next_opaque_ = 0;
  std::size_t depth_ = 0;
  NodeId section_ = k_root;
  TomlFile file_;
};

/// By how much an action changes how many conditions are around what follows it.
int depth_of(std::string_view action) {
  action.remove_prefix(std::min<std::size_t>(2, action.size()));
  if (action.starts_with('-')) action.remove_prefix(1);
  action = trim(action);
  for (const std::string_view word : {"if", "range", "with", "block", "define"})
    if (action.starts_with(word) && action.size() > word.size() && (action[word.size()] == ' ' || action[word.size()] == '(')) return 1;
  return action.starts_with("end") ? -1 : 0;
}

class Mask {
 public:
  explicit Mask(std::string_view text) : text_(text), made_{std::string(text), {}} {}

  TomlTemplate run() {
    while (at_ < text_.size()) step();
    return std::move(made_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\n') quote_ = 0;
    if (c == '{' && text_.substr(at_).starts_with("{{")) return action();
    if (quote_ == 0 && c == '#') {
      at_ = line_end(text_, at_);
      return;
    }
    if (quote_ == 0 && (c == '"' || c == '\'')) quote_ = c;
    else if (quote_ == c) quote_ = 0;
    else if (quote_ == '"' && c == '\\') ++at_;
    ++at_;
  }

  [[nodiscard]] std::size_t end_of_action(std::size_t at) const {
    const auto end = text_.find("}}", at + 2);
    return end == std::string_view::npos ? text_.size() : end + 2;
  }

  void action() {
    const auto begin = at_;
    auto end = end_of_action(begin);
    if (end == text_.size() && !text_.ends_with("}}")) {  // never closed: no template, and no TOML
      at_ = end;
      return;
    }
    if (quote_ != 0) {
      cover(begin, end);
      at_ = end;
      return;
    }
    // With the others that begin in the line in which this one ends, and what stands between them.
    int depth = depth_of(text_.substr(begin, end - begin));
    for (;;) {
      const auto next = text_.substr(end, line_end(text_, end) - end).find("{{");
      if (next == std::string_view::npos) break;
      const auto from = end + next;
      end = end_of_action(from);
      depth += depth_of(text_.substr(from, end - from));
    }
    auto before = begin;
    while (before > 0 && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
    const bool is_value = before > 0 && std::string_view("=[,.").find(text_[before - 1]) != std::string_view::npos;
    if (is_value) {
      cover(begin, end);
      made_.masked[begin] = made_.masked[end - 1] = '"';
      at_ = end;
      return;
    }
    // As comments to the line's end: all of a line that begins with an action, or what stands behind a header or a value.
    const bool whole = first_in_line(text_, begin);
    const auto line = line_begin(text_, begin);
    at_ = next_line(text_, end);
    for (auto i = begin; i < at_; i = next_line(text_, i)) {
      cover(i, line_end(text_, i));
      if (made_.masked[i] == '_') made_.masked[i] = '#';
    }
    made_.opaque.push_back({{whole ? std::max(line, bom_size(text_)) : begin, at_}, depth});
    quote_ = 0;
  }

  void cover(std::size_t begin, std::size_t end) {
    for (auto i = begin; i < std::min(end, text_.size()); ++i) made_.masked[i] = '_';
  }

  std::string_view text_;
  TomlTemplate made_;
  std::size_t at_ = 0;
  char quote_ = 0;  // the string that `at_` is in; strings of several lines are not templates' matter
};

}  // namespace

TomlFile scan_toml(std::string_view text, const std::vector<TemplateAction>& opaque) { return Scan(text, opaque).run(); }

TomlTemplate mask_template(std::string_view text) { return Mask(text).run(); }

}  // namespace unsnag::edit
