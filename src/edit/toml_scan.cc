// SPDX-License-Identifier: Apache-2.0
#include "edit/toml_scan.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace unsnag::edit {
namespace {

class Scan {
 public:
  Scan(std::string_view text, const std::vector<Span>& opaque) : text_(text), at_(bom_size(text)), opaque_(opaque) {}

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
      while (next_opaque_ < opaque_.size() && opaque_[next_opaque_].begin < begin) ++next_opaque_;
      if (next_opaque_ < opaque_.size() && opaque_[next_opaque_].begin == begin) {
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
    made.section = section_;
    made.lines = {begin, at_};
    file_.statements.push_back(std::move(made));
  }

  void opaque_statement(Span lines) {
    TomlStatement made;
    made.kind = TomlStatement::Kind::opaque;
    made.lines = lines;
    made.section = section_;
    // The lines were masked, so what they said is told by the first byte behind the '#': see mask_template.
    const char said = text_[text_.find('#', lines.begin) + 1];
    if (said == '+') ++depth_;
    if (said == '-' && depth_ > 0) --depth_;
    made.depth = depth_;
    file_.statements.push_back(std::move(made));
    at_ = lines.end;
  }

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
  const std::vector<Span>& opaque_;
  std::size_t next_opaque_ = 0;
  std::size_t depth_ = 0;
  NodeId section_ = k_root;
  TomlFile file_;
};

/// What an action does to what follows it: '+' begins a condition, '-' ends one, '=' neither.
char said_by(std::string_view action) {
  action.remove_prefix(2);
  if (action.starts_with('-')) action.remove_prefix(1);
  action = trim(action);
  for (const std::string_view word : {"if", "range", "with", "block", "define"})
    if (action.starts_with(word) && action.size() > word.size() && (action[word.size()] == ' ' || action[word.size()] == '(')) return '+';
  return action.starts_with("end") ? '-' : '=';
}

}  // namespace

TomlFile scan_toml(std::string_view text, const std::vector<Span>& opaque_lines) { return Scan(text, opaque_lines).run(); }

TomlTemplate mask_template(std::string_view text) {
  TomlTemplate made{std::string(text), {}};
  auto& out = made.masked;
  std::size_t at = 0;
  char quote = 0;  // the string that `at` is in; strings of several lines are not templates' matter
  while (at < out.size()) {
    const char c = out[at];
    if (c == '\n') quote = 0;
    if (text.substr(at).starts_with("{{")) {
      auto end = text.find("}}", at + 2);
      end = end == std::string_view::npos ? text.size() : end + 2;
      const auto action = text.substr(at, end - at);
      if (quote == 0 && first_in_line(text, at)) {
        // All of its lines, with what else stands in the last of them.
        const auto begin = line_begin(text, at);
        int depth = 0;
        for (auto from = at; from < end;) {
          const char said = said_by(text.substr(from, end - from));
          depth += said == '+' ? 1 : said == '-' ? -1 : 0;
          const auto line = line_end(text, end);
          from = std::min(text.find("{{", end), text.size());
          if (from >= line) break;
          end = std::min(text.find("}}", from + 2), text.size() - 2) + 2;
        }
        const auto behind = next_line(text, end);
        for (auto line = at; line < behind;) {
          for (auto i = line; i < behind && out[i] != '\n'; ++i)
            if (out[i] != '\r' || i + 1 >= behind || out[i + 1] != '\n') out[i] = '_';
          if (out[line] == '_') out[line] = '#';
          line = next_line(text, line);
        }
        if (out[at + 1] == '_') out[at + 1] = depth > 0 ? '+' : depth < 0 ? '-' : '=';
        made.opaque.push_back({begin == 0 ? bom_size(text) : begin, behind});
        at = behind;
        continue;
      }
      for (auto i = at; i < end; ++i) out[i] = '_';
      if (quote == 0) {
        out[at] = '"';
        out[end - 1] = '"';
      }
      (void)action;
      at = end;
      continue;
    }
    if (quote == 0 && c == '#') {
      at = line_end(text, at);
      continue;
    }
    if (quote == 0 && (c == '"' || c == '\'')) quote = c;
    else if (quote == c) quote = 0;
    else if (quote == '"' && c == '\\') ++at;
    ++at;
  }
  return made;
}

}  // namespace unsnag::edit
