// SPDX-License-Identifier: Apache-2.0
#include "edit/json.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/document.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "edit/list_change.h"
#include "edit/model.h"
#include "edit/tree.h"

namespace unsnag::edit {
namespace {

/// Where things stand in a text that parse_json() has taken.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text), at_(bom_size(text)) {}

  Tree run() {
    skip_blanks();
    value(k_root);
    return std::move(tree_);
  }

 private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    at_ = std::min(at_ + 1, text_.size());
  }

  static Node::Kind kind_of(char c) { return c == '{' ? Node::Kind::map : c == '[' ? Node::Kind::list : Node::Kind::scalar; }

  /// The value whose node is there already; for the root that is all.
  void value(NodeId id) {
    const auto begin = at_;
    const char c = here();
    tree_[id].kind = kind_of(c);
    tree_[id].flow = c == '{' || c == '[';
    if (c == '{' || c == '[') {
      ++at_;
      for (skip_blanks(); at_ < text_.size() && here() != '}' && here() != ']'; skip_blanks()) {
        const auto first = at_;
        std::string key;
        if (c == '{') {
          skip_string();
          key = unescape(text_.substr(first + 1, at_ - first - 2));
          skip_blanks();
          ++at_;  // ':'
          skip_blanks();
        }
        const auto entry = tree_.add(id, std::move(key), kind_of(here()));
        value(entry);
        tree_[entry].item = {first, at_};
        skip_blanks();
        if (here() == ',') ++at_;
      }
      ++at_;
    } else if (c == '"') {
      skip_string();
    } else {
      at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
    }
    at_ = std::min(at_, text_.size());
    tree_[id].value = {begin, at_};
  }

  std::string_view text_;
  std::size_t at_;
  Tree tree_;
};

struct Style {
  std::string unit = "  ";
  std::string colon = ": ";
  std::string gap = " ";
  bool spread = true;  // entries stand on lines of their own
  std::string newline = "\n";
};

struct Json {
  std::string_view text;
  Value meaning;
  Tree tree;
  Style style;
};

Style style_of(std::string_view text, const Tree& tree) {
  Style style;
  style.newline = newline_of(text);
  const auto& root = tree[k_root];
  if (root.children.empty()) return style;
  const auto& first = tree[root.children[0]];
  style.spread = first_in_line(text, first.item.begin);
  if (style.spread && !indent_at(text, first.item.begin).empty()) style.unit = indent_at(text, first.item.begin);
  if (root.kind == Node::Kind::map) {
    const auto colon = text.rfind(':', first.value.begin);
    if (colon != std::string_view::npos && colon >= first.item.begin) style.colon = text.substr(colon, first.value.begin - colon);
    if (style.colon.find('\n') != std::string::npos) style.colon = ": ";
  }
  if (!style.spread && style.colon == ":") style.gap.clear();
  return style;
}

std::string json_text(std::string_view text) { return JsonWriter().string(text).take(); }

std::string json_value(const NewValue& value, const Style& style) {
  if (value.kind == NewValue::Kind::text) return json_text(value.text);
  if (value.kind != NewValue::Kind::list) return value.text;
  std::string out = "[";
  for (const auto& item : value.list) out += (out.size() > 1 ? "," + style.gap : "") + json_text(item);
  return out + "]";
}

/// `"a": {"b": value}` for the steps from `from`, whose first line stands at `indent`.
std::string entry(const Path& path, std::size_t from, const std::string& value, const Style& style, const std::string& indent,
                  bool spread) {
  std::string out, close;
  std::string inner = indent;
  for (auto i = from; i < path.size(); ++i) {
    if (i > from) {
      inner += style.unit;
      out += spread ? "{" + style.newline + inner : "{";
      auto end = spread ? style.newline + inner.substr(0, inner.size() - style.unit.size()) + "}" : std::string("}");
      close.insert(0, end);
    }
    out += json_text(path[i]) + style.colon;
  }
  return out + value + close;
}

Result<Json> open(std::string_view text) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "more than 16 MiB of JSON");
  TRY_ASSIGN(auto meaning, parse_json(text));
  if (!meaning.is_map()) return fail(Errc::invalid_argument, "the file is no JSON object");
  Json json{text, std::move(meaning), Scan(text).run(), {}};
  json.style = style_of(text, json.tree);
  return json;
}

Result<std::string> hand_out(std::string_view text, std::vector<Patch> patches, const Value& wanted) {
  auto out = apply(text, std::move(patches));
  const auto meaning = parse_json(out);
  if (!meaning)
    return fail(Errc::unsupported, fmt::format("the change can't be made without breaking the file ({})", meaning.error().message()));
  if (!same(*meaning, wanted)) return fail(Errc::unsupported, "the change can't be made without changing something else");
  return out;
}

bool is_empty(std::string_view text) { return trim(text.substr(bom_size(text))).empty(); }

Result<std::string> replace(const Json& json, NodeId id, const Path& path, const NewValue& value, const Value& wanted) {
  const auto& node = json.tree[id];
  const auto* old = find(json.meaning, path);
  if (node.kind == Node::Kind::map) return fail(Errc::invalid_argument, fmt::format("'{}' is an object", path.back()));
  if (value.kind == NewValue::Kind::list && node.kind == Node::Kind::list && old != nullptr) {
    const auto change = list_change(*old, value.list);
    std::optional<Result<std::string>> out;
    if (change && is_one_step(*change)) {
      const auto list = json.tree.delimited(id, false);
      const ListStyle style{json.style.gap, json.style.unit, false};
      out = hand_out(json.text,
                     change->added.empty() ? remove_item(json.text, list, change->removed[0])
                                           : append_item(json.text, list, json_text(change->added[0]), style),
                     wanted);
    } else {
      out = in_steps(json.text, *old, value.list, [&](std::string_view text, std::vector<std::string> list) {
        return set_json(text, path, list_value(std::move(list)));
      });
    }
    if (out && *out) return *out;
  }
  return hand_out(json.text, {{node.value, json_value(value, json.style)}}, wanted);
}

}  // namespace

Result<std::string> set_json(std::string_view text, const Path& path, const NewValue& value) {
  TRY(check(path, value));
  if (text.size() <= k_max_bytes && is_empty(text)) {
    TRY_ASSIGN(const auto made, set_json("{}", path, value));
    return made + "\n";
  }
  TRY_ASSIGN(const auto json, open(text));
  TRY_ASSIGN(const auto plain, resolve(json.meaning, path));
  TRY_ASSIGN(const auto meant, parse_json(json_value(value, json.style)));
  if (!is(meant, value)) return fail(Errc::invalid_argument, "the value can't be written as JSON: it is no UTF-8");
  if (const auto* old = find(json.meaning, plain); old != nullptr && same(*old, meant)) return std::string(text);
  auto wanted = json.meaning;
  TRY(put(wanted, plain, meant));
  std::size_t steps = 0;
  const auto id = json.tree.descend(plain, steps);
  if (steps == plain.size()) return replace(json, id, plain, value, wanted);
  const auto& node = json.tree[id];
  const auto written = json_value(value, json.style);
  if (node.kind == Node::Kind::map) {
    const bool spread = node.children.empty() ? json.style.spread : first_in_line(text, json.tree[node.children.back()].item.begin);
    const auto outer = std::string(indent_at(text, node.value.begin));
    const auto indent =
        node.children.empty() ? outer + json.style.unit : std::string(indent_at(text, json.tree[node.children.back()].item.begin));
    return hand_out(text,
                    append_item(text, json.tree.delimited(id, false), entry(plain, steps, written, json.style, indent, spread),
                                {json.style.gap, json.style.unit, spread}),
                    wanted);
  }
  if (node.value.of(text) != "null") return fail(Errc::invalid_argument, fmt::format("'{}' is no object", plain[steps - 1]));
  const auto indent = std::string(indent_at(text, node.value.begin));
  const auto inner = entry(plain, steps, written, json.style, indent + json.style.unit, json.style.spread);
  const auto object = json.style.spread ? "{" + json.style.newline + indent + json.style.unit + inner + json.style.newline + indent + "}"
                                        : "{" + inner + "}";
  return hand_out(text, {{node.value, object}}, wanted);
}

Result<std::string> remove_json(std::string_view text, const Path& path) {
  if (path.empty()) return fail(Errc::invalid_argument, "no key is named");
  TRY_ASSIGN(const auto json, open(text));
  TRY_ASSIGN(const auto plain, resolve(json.meaning, path));
  std::size_t steps = 0;
  const auto id = json.tree.descend(plain, steps);
  if (steps < plain.size()) return fail(Errc::not_found, fmt::format("there is no '{}'", plain.back()));
  const auto parent = json.tree[id].parent;
  // A key that stands twice would come back to life with its first value.
  const auto& among = json.tree[parent].children;
  const bool is_map = json.tree[parent].kind == Node::Kind::map;
  const auto times =
      std::count_if(among.begin(), among.end(), [&](NodeId one) { return is_map && json.tree[one].key == json.tree[id].key; });
  if (times > 1) return fail(Errc::unsupported, fmt::format("the key '{}' stands there more than once", printable(plain.back())));
  auto wanted = json.meaning;
  TRY(take(wanted, plain));
  return hand_out(text, remove_item(text, json.tree.delimited(parent, false), json.tree.index_in_parent(id)), wanted);
}

namespace {

Result<std::vector<std::string>> list_at(std::string_view text, const Path& path) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "more than 16 MiB of JSON");
  TRY_ASSIGN(const auto meaning, parse_json(is_empty(text) ? std::string_view("{}") : text));
  TRY_ASSIGN(const auto plain, resolve(meaning, path));
  return texts_of(find(meaning, plain), Texts::quoted);
}

}  // namespace

Result<std::string> add_to_list_json(std::string_view text, const Path& path, std::string_view item) {
  TRY_ASSIGN(auto list, list_at(text, path));
  if (std::find(list.begin(), list.end(), item) != list.end()) return std::string(text);
  list.emplace_back(item);
  return set_json(text, path, list_value(std::move(list)));
}

Result<std::string> remove_from_list_json(std::string_view text, const Path& path, std::string_view item) {
  TRY_ASSIGN(auto list, list_at(text, path));
  if (std::find(list.begin(), list.end(), item) == list.end()) return std::string(text);
  list.erase(std::remove(list.begin(), list.end(), item), list.end());
  return set_json(text, path, list_value(std::move(list)));
}

}  // namespace unsnag::edit
