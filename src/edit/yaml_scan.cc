// SPDX-License-Identifier: Apache-2.0
// YAML 1.2's block and flow styles by indentation, without its corners. After each node of a block the scan stands at the
// first letter of the next line that says anything.
#include "edit/yaml_scan.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace unsnag::edit {
namespace {

using Style = YamlNode::Style;
constexpr int k_max_depth = 64;

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text), at_(bom_size(text)) {}

  Result<YamlFile> run() {
    file_.tree[k_root].kind = Node::Kind::list;
    about(k_root);
    std::vector<NodeId> documents;
    for (to_content(); at_ < text_.size(); to_content()) {
      if (here() == '%' && column() == 0) {
        at_ = next_line(text_, at_);
        continue;
      }
      if (is_marker("...")) {
        at_ = next_line(text_, at_);
        continue;
      }
      if (is_marker("---")) at_ += 3;
      const auto id = add(k_root, {}, Node::Kind::scalar);
      TRY(node(id, -1, Place::document));
      file_.tree[id].item = file_.tree[id].value;
      if (!is_null(id)) documents.push_back(id);
      if (at_ < text_.size() && !is_marker("---") && !is_marker("...")) return stop("what stands here");
    }
    file_.tree[k_root].children = std::move(documents);
    return std::move(file_);
  }

 private:
  enum class Place : std::uint8_t { document, behind_colon, behind_dash };

  [[nodiscard]] char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  [[nodiscard]] char here() const { return at(at_); }
  [[nodiscard]] bool ends_word(std::size_t i) const {
    return i >= text_.size() || std::string_view(" \t\r\n").find(text_[i]) != std::string_view::npos;
  }
  [[nodiscard]] bool is_marker(std::string_view marker) const {
    return text_.substr(at_).starts_with(marker) && ends_word(at_ + 3) && column() == 0;
  }
  [[nodiscard]] bool is_dash() const { return here() == '-' && ends_word(at_ + 1); }
  [[nodiscard]] long column() const {
    const auto begin = line_begin(text_, at_);
    return static_cast<long>(at_ - (begin == 0 ? bom_size(text_) : begin));
  }
  [[nodiscard]] tl::unexpected<Error> stop(std::string_view what) const {
    const auto line = 1 + count_of(text_.substr(0, std::min(at_, text_.size())), '\n');
    return fail(Errc::unsupported, fmt::format("line {}: {} is more than can be edited safely", line, what));
  }

  YamlNode& about(NodeId id) {
    if (file_.about.size() <= id) file_.about.resize(std::max<std::size_t>(id + 1, file_.about.size() * 2));
    return file_.about[id];
  }
  NodeId add(NodeId parent, std::string key, Node::Kind kind) {
    const auto id = file_.tree.add(parent, std::move(key), kind);
    about(id);
    return id;
  }

  bool is_null(NodeId id) {
    if (about(id).style == Style::empty) return about(id).tag.empty();
    static constexpr std::string_view k_nulls[] = {"~", "null", "Null", "NULL"};
    const auto written = file_.tree[id].value.of(text_);
    return about(id).style == Style::plain && std::find(std::begin(k_nulls), std::end(k_nulls), written) != std::end(k_nulls);
  }

  void skip_blanks() {
    while (here() == ' ' || here() == '\t') ++at_;
  }

  void to_content() {
    while (at_ < text_.size()) {
      skip_blanks();
      if (here() == '#') at_ = line_end(text_, at_);
      else if (here() == '\r' || here() == '\n') ++at_;
      else return;
    }
  }

  /// Nothing but a comment may follow in the line.
  Result<void*> finish_line() {
    skip_blanks();
    if (at_ < text_.size() && here() != '#' && here() != '\n' && here() != '\r') return stop("what follows the value");
    to_content();
    return nullptr;
  }

  [[nodiscard]] bool at_line_end() const { return at_ >= text_.size() || here() == '\n' || here() == '\r' || here() == '#'; }

  /// &anchors and !tags.
  bool properties(NodeId id) {
    bool any = false;
    while (here() == '&' || here() == '!') {
      const auto begin = at_;
      while (!ends_word(at_) && !(in_flow_ > 0 && std::string_view(",[]{}").find(here()) != std::string_view::npos)) ++at_;
      if (text_[begin] == '&') about(id).anchor = true;
      else about(id).tag = text_.substr(begin, at_ - begin);
      skip_blanks();
      any = true;
    }
    return any;
  }

  Result<void*> node(NodeId id, long indent, Place place) {
    if (++depth_ > k_max_depth) return stop("what is nested so deep");
    about(id).behind = at_;
    auto end = at_;
    skip_blanks();
    bool had = properties(id);
    if (had) end = at_;
    while (end > 0 && (text_[end - 1] == ' ' || text_[end - 1] == '\t') && end > about(id).behind) --end;
    bool own_line = false;
    if (at_line_end()) {
      to_content();
      own_line = true;
      const bool is_inside = column() > indent || (place == Place::behind_colon && is_dash() && column() == indent);
      if (at_ >= text_.size() || is_marker("---") || is_marker("...") || !is_inside) {
        file_.tree[id].value = {end, end};
        --depth_;
        return nullptr;
      }
      const bool again = properties(id);
      if (again && at_line_end()) return stop("a value below its tag");
      if (again && key_ends() != std::string_view::npos) return stop("a tag or an anchor on a key");
    } else if (had && place != Place::behind_colon && key_ends() != std::string_view::npos) {
      return stop("a tag or an anchor on a key");
    }
    TRY(content(id, indent, own_line || place != Place::behind_colon));
    --depth_;
    return nullptr;
  }

  Result<void*> content(NodeId id, long indent, bool collections) {
    const auto begin = at_;
    const char c = here();
    if (c == '|' || c == '>') return block_scalar(id, indent);
    if (collections && is_dash()) return block_list(id);
    if (collections && c == '?' && ends_word(at_ + 1)) return stop("an explicit key");
    if (collections && key_ends() != std::string_view::npos) return block_map(id);
    if (c == '[' || c == '{') {
      TRY(flow(id));
    } else if (c == '"' || c == '\'') {
      quoted(id);
    } else if (c == '*') {
      while (!ends_word(at_)) ++at_;
      about(id).style = Style::alias;
      file_.tree[id].value = {begin, at_};
    } else {
      plain(id, indent);
      to_content();
      return nullptr;
    }
    return finish_line();
  }

  void skip_quoted() {
    const char quote = here();
    for (++at_; at_ < text_.size(); ++at_) {
      if (quote == '"' && text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == quote) {
        if (quote != '\'' || at(at_ + 1) != '\'') break;
        ++at_;
      }
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  void quoted(NodeId id) {
    const auto begin = at_;
    about(id).style = here() == '"' ? Style::doubled : Style::single;
    skip_quoted();
    file_.tree[id].value = {begin, at_};
  }

  /// Where the ':' stands behind the key that begins here; npos: none does.
  std::size_t key_ends() {
    const auto begin = at_;
    auto end = std::string_view::npos;
    const char c = here();
    if (c == '"' || c == '\'') {
      skip_quoted();
      const bool one_line = text_.substr(begin, at_ - begin).find('\n') == std::string_view::npos;
      skip_blanks();
      if (one_line && here() == ':' && ends_word(at_ + 1)) end = at_;
    } else if (std::string_view("[]{},#&*!|>%@`").find(c) == std::string_view::npos && !is_dash()) {
      for (auto i = at_; i < text_.size() && text_[i] != '\n'; ++i) {
        if (text_[i] == ':' && ends_word(i + 1)) {
          end = i;
          break;
        }
        if (text_[i] == '#' && (text_[i - 1] == ' ' || text_[i - 1] == '\t')) break;
      }
    }
    at_ = begin;
    return end;
  }

  static std::string key_text(std::string_view written) {
    written = trim(written);
    if (written.size() < 2 || (written[0] != '"' && written[0] != '\'')) return std::string(written);
    const auto inside = written.substr(1, written.size() - 2);
    if (written[0] == '"') return unescape(inside);
    std::string out;
    for (std::size_t i = 0; i < inside.size(); ++i) {
      out += inside[i];
      if (inside[i] == '\'') ++i;
    }
    return out;
  }

  Result<void*> block_map(NodeId id) {
    const auto indent = column();
    file_.tree[id].kind = Node::Kind::map;
    about(id).style = Style::block;
    about(id).column = static_cast<std::size_t>(indent);
    file_.tree[id].value.begin = at_;
    for (;;) {
      const auto begin = at_;
      const auto colon = key_ends();
      if (colon == std::string_view::npos) return stop("what stands between keys");
      const auto entry = add(id, key_text(text_.substr(begin, colon - begin)), Node::Kind::scalar);
      at_ = colon + 1;
      TRY(node(entry, indent, Place::behind_colon));
      const auto end = std::max(file_.tree[entry].value.end, colon + 1);
      file_.tree[entry].item = {begin, end};
      file_.tree[id].value.end = end;
      if (at_ >= text_.size() || column() < indent || is_marker("---") || is_marker("...")) return nullptr;
      if (column() > indent) return stop("what is indented so");
      if (is_dash()) return nullptr;
    }
  }

  Result<void*> block_list(NodeId id) {
    const auto indent = column();
    file_.tree[id].kind = Node::Kind::list;
    about(id).style = Style::block;
    about(id).column = static_cast<std::size_t>(indent);
    file_.tree[id].value.begin = at_;
    for (;;) {
      const auto begin = at_;
      const auto item = add(id, {}, Node::Kind::scalar);
      ++at_;
      TRY(node(item, indent, Place::behind_dash));
      const auto end = std::max(file_.tree[item].value.end, begin + 1);
      file_.tree[item].item = {begin, end};
      file_.tree[id].value.end = end;
      if (at_ >= text_.size() || column() != indent || !is_dash()) {
        if (at_ < text_.size() && column() > indent) return stop("what is indented so");
        return nullptr;
      }
    }
  }

  void plain(NodeId id, long indent) {
    const auto begin = at_;
    about(id).style = Style::plain;
    for (;;) {
      const auto line = line_end(text_, at_);
      auto end = at_;
      bool comment = false;
      while (end < line) {
        if (text_[end] == '#' && end > at_ && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) {
          comment = true;
          break;
        }
        ++end;
      }
      while (end > begin && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
      file_.tree[id].value = {begin, std::max(end, begin)};
      if (comment) {
        at_ = line;
        return;
      }
      at_ = line;
      // The next line that isn't blank goes on with it if it stands further in.
      while (at_ < text_.size() && ends_word(at_)) ++at_;
      if (at_ >= text_.size() || here() == '#' || column() <= indent || is_marker("---") || is_marker("...")) return;
    }
  }

  Result<void*> block_scalar(NodeId id, long indent) {
    const auto begin = at_;
    about(id).style = here() == '|' ? Style::literal : Style::folded;
    ++at_;
    long content_indent = -1;
    bool keep = false;
    for (; here() == '+' || here() == '-' || (here() >= '1' && here() <= '9'); ++at_) {
      if (here() == '+') keep = true;
      else if (here() != '-') content_indent = std::max(indent, 0L) + (here() - '0');
    }
    const auto header_end = at_;
    skip_blanks();
    if (!at_line_end()) return stop("a block's header");
    at_ = next_line(text_, at_);
    const auto body = at_;
    auto end = at_;  // behind the last line that belongs to it
    while (at_ < text_.size()) {
      const auto line = at_;
      long spaces = 0;
      while (at(line + static_cast<std::size_t>(spaces)) == ' ') ++spaces;
      const bool blank = last_in_line(text_, line);
      if (!blank) {
        if (content_indent < 0) {
          if (spaces <= indent) break;
          content_indent = spaces;
        }
        if (spaces < content_indent || is_marker("---") || is_marker("...")) break;
      }
      at_ = next_line(text_, at_);
      if (!blank || keep || (content_indent >= 0 && spaces > content_indent)) end = at_;
    }
    about(id).column = static_cast<std::size_t>(std::max(content_indent, indent + 1));
    about(id).body = {body, std::max(body, end)};
    auto value_end = end > body ? end : header_end;
    if (end > body && at(end - 1) == '\n') --value_end;
    if (end > body && value_end > body && at(value_end - 1) == '\r') --value_end;
    file_.tree[id].value = {begin, value_end};
    to_content();
    return nullptr;
  }

  Result<void*> flow(NodeId id) {
    if (++depth_ > k_max_depth) return stop("what is nested so deep");
    ++in_flow_;
    const auto begin = at_;
    const bool is_map = here() == '{';
    const char close = is_map ? '}' : ']';
    file_.tree[id].kind = is_map ? Node::Kind::map : Node::Kind::list;
    file_.tree[id].flow = true;
    about(id).style = Style::flow;
    ++at_;
    for (to_content(); here() != close; to_content()) {
      if (at_ >= text_.size()) return stop("a bracket without an end");
      const auto first = at_;
      auto entry = k_nothing;
      if (is_map) {
        std::string key;
        if (std::string_view("&*!?[{").find(here()) != std::string_view::npos && (here() != '?' || ends_word(at_ + 1)))
          return stop("such a key between braces");
        if (here() == '"' || here() == '\'') {
          skip_quoted();
          key = key_text(text_.substr(first, at_ - first));
        } else {
          flow_plain();
          key = trim(text_.substr(first, at_ - first));
        }
        const auto key_end = at_;
        to_content();
        entry = add(id, std::move(key), Node::Kind::scalar);
        if (here() == ':') {
          ++at_;
          TRY(flow_value(entry));
        } else {
          file_.tree[entry].value = {key_end, key_end};
          at_ = key_end;
        }
      } else {
        entry = add(id, {}, Node::Kind::scalar);
        TRY(flow_value(entry));
      }
      file_.tree[entry].item = {first, std::max(file_.tree[entry].value.end, first)};
      to_content();
      if (here() == ',') ++at_;
      else if (here() != close) return stop("what stands between brackets");
    }
    ++at_;
    file_.tree[id].value = {begin, at_};
    --in_flow_;
    --depth_;
    return nullptr;
  }

  void flow_plain() {
    while (at_ < text_.size()) {
      const char c = here();
      if (std::string_view(",[]{}\n").find(c) != std::string_view::npos) break;
      if (c == ':' && (ends_word(at_ + 1) || std::string_view(",[]{}").find(at(at_ + 1)) != std::string_view::npos)) break;
      if (c == '#' && at_ > 0 && ends_word(at_ - 1)) break;
      ++at_;
    }
  }

  Result<void*> flow_value(NodeId id) {
    about(id).behind = at_;
    to_content();
    properties(id);
    to_content();
    const auto begin = at_;
    const char c = here();
    if (c == '[' || c == '{') return flow(id);
    if (c == '"' || c == '\'') {
      quoted(id);
    } else if (c == '*') {
      while (!ends_word(at_) && std::string_view(",[]{}").find(here()) == std::string_view::npos) ++at_;
      about(id).style = Style::alias;
      file_.tree[id].value = {begin, at_};
    } else if (c == ',' || c == ']' || c == '}') {
      file_.tree[id].value = {about(id).behind, about(id).behind};
    } else {
      flow_plain();
      // A plain one may go on in the next line.
      auto end = at_;
      for (to_content(); at_ < text_.size() && std::string_view(",[]{}:#").find(here()) == std::string_view::npos; to_content()) {
        const auto before = at_;
        flow_plain();
        end = at_;
        if (at_ == before) return stop("what stands between brackets");
      }
      at_ = end;
      while (end > begin && ends_word(end - 1)) --end;
      about(id).style = Style::plain;
      file_.tree[id].value = {begin, end};
    }
    return nullptr;
  }

  std::string_view text_;
  std::size_t at_;
  int depth_ = 0;
  int in_flow_ = 0;
  YamlFile file_;
};

}  // namespace

Result<YamlFile> scan_yaml(std::string_view text) {
  auto file = Scan(text).run();
  if (file) file->about.resize(file->tree.size());
  return file;
}

}  // namespace unsnag::edit
