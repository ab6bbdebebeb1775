// SPDX-License-Identifier: Apache-2.0
#include "edit/yaml.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/document.h"
#include "base/text.h"
#include "edit/list_change.h"
#include "edit/model.h"
#include "edit/yaml_block.h"
#include "edit/yaml_scan.h"
#include "edit/yaml_write.h"

namespace unsnag::edit {
namespace {

using Style = YamlNode::Style;

struct Yaml {
  std::string_view text;
  Value meaning;  // the list of documents
  YamlFile file;
  std::size_t unit = 2;       // of a map within a map
  std::size_t list_step = 2;  // of a list within a map
  std::string newline;
};

Result<Value> read(std::string_view text) {
  TRY_ASSIGN(auto documents, parse_yaml(text));
  Value list;
  list.kind = Value::Kind::list;
  for (auto& document : documents) list.entries.emplace_back(std::string(), std::move(document));
  return list;
}

void learn_style(Yaml& yaml) {
  bool unit_known = false, step_known = false;
  for (NodeId id = 1; id < yaml.file.tree.size() && !(unit_known && step_known); ++id) {
    const auto parent = yaml.file.tree[id].parent;
    const auto &about = yaml.file.about[id], &outer = yaml.file.about[parent];
    if (parent == k_root || about.style != Style::block || outer.style != Style::block || yaml.file.tree[parent].kind != Node::Kind::map)
      continue;
    if (yaml.file.tree[id].kind == Node::Kind::map && !unit_known && about.column > outer.column) {
      yaml.unit = about.column - outer.column;
      unit_known = true;
    } else if (yaml.file.tree[id].kind == Node::Kind::list && !step_known && about.column >= outer.column) {
      yaml.list_step = about.column - outer.column;
      step_known = true;
    }
  }
}

Result<Yaml> open(std::string_view text) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "more than 16 MiB of YAML");
  Yaml yaml{text, {}, {}, 2, 2, std::string(newline_of(text))};
  TRY_ASSIGN(yaml.meaning, read(text));
  TRY_ASSIGN(yaml.file, scan_yaml(text));
  if (yaml.file.tree[k_root].children.size() != yaml.meaning.entries.size())
    return fail(Errc::unsupported, "the stream's documents can't be told apart safely");
  learn_style(yaml);
  return yaml;
}

/// The path with its document first.
Result<Path> whole_path(const Value& documents, const Path& path) {
  if (path.empty()) return fail(Errc::invalid_argument, "no key is named");
  const auto count = documents.entries.size();
  const bool names_one = is_selector(path[0]) && !(count == 1 && documents.entries[0].second.is_list());
  if (!names_one && count > 1) return fail(Errc::unsupported, fmt::format("the file has {} documents; say which", count));
  Path whole = path;
  if (!names_one) whole.insert(whole.begin(), "[0]");
  if (whole.size() < 2) return fail(Errc::invalid_argument, "no key is named");
  if (count == 0) return whole;
  return resolve(documents, whole);
}

/// `old` is what stood there: of a list, what was in it already is as good as it was.
bool is_meant(const Value& read, const NewValue& wanted, bool tagged, const Value* old) {
  const auto is_text = [&](const Value& one) {
    if (!one.is_scalar()) return false;
    if (one.quoted || tagged || is_plain_text(one.scalar)) return true;
    return old != nullptr && old->is_list() &&
           std::any_of(old->entries.begin(), old->entries.end(), [&](const auto& entry) { return same(entry.second, one); });
  };
  if (!is(read, wanted)) return false;
  if (wanted.kind == NewValue::Kind::text) return is_text(read);
  return wanted.kind != NewValue::Kind::list ||
         std::all_of(read.entries.begin(), read.entries.end(), [&](const auto& entry) { return is_text(entry.second); });
}

tl::unexpected<Error> broken(const Error& error) {
  return fail(Errc::unsupported, fmt::format("the change can't be made without breaking the file ({})", error.message()));
}

/// What comes out must say the change, and nothing else.
Result<std::string> hand_out(const Yaml& yaml, std::vector<Patch> patches, const Path& path, const NewValue& value, bool tagged = false) {
  auto out = apply(yaml.text, std::move(patches));
  const auto after = read(out);
  if (!after) return broken(after.error());
  auto wanted = yaml.meaning;
  if (wanted.entries.empty()) wanted.entries.emplace_back();
  const auto* found = find(*after, path);
  if (found == nullptr || !is_meant(*found, value, tagged, find(yaml.meaning, path)))
    return fail(Errc::unsupported, "the value would not be read as it is meant");
  TRY(put(wanted, path, *found));
  if (!same(*after, wanted)) return fail(Errc::unsupported, "the change can't be made without changing something else");
  return out;
}

Result<std::string> hand_out_rest(const Yaml& yaml, std::vector<Patch> patches, const Value& wanted) {
  auto out = apply(yaml.text, std::move(patches));
  const auto after = read(out);
  if (!after) return broken(after.error());
  if (!same(*after, wanted)) return fail(Errc::unsupported, "it can't be taken out without changing something else");
  return out;
}

std::string blanks(std::size_t count) { return std::string(count, ' '); }

/// `- a` lines at a column, the first without its indentation and the last without its break.
std::string block_items(const Yaml& yaml, const std::vector<std::string>& list, std::size_t column, Style style) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : yaml.newline + blanks(column)) + "- " + yaml_text(item, style);
  return out;
}

/// The style of a list's first text.
Style style_of_items(const Yaml& yaml, NodeId list) {
  const auto& items = yaml.file.tree[list].children;
  if (items.empty()) return Style::plain;
  const auto style = yaml.file.about[items[0]].style;
  return style == Style::single || style == Style::doubled ? style : Style::plain;
}

/// `a:` `  b: value` for the steps from `from`, at a column; the last line without its break.
std::string block_entry(const Yaml& yaml, const Path& path, std::size_t from, const NewValue& value, std::size_t column) {
  std::string out;
  for (auto i = from; i < path.size(); ++i, column += yaml.unit) {
    out += (i > from ? yaml.newline + blanks(column) : "") + yaml_text(path[i], Style::plain) + ":";
    if (i + 1 < path.size()) continue;
    if (value.kind == NewValue::Kind::list && !value.list.empty()) {
      out += yaml.newline + blanks(column + yaml.list_step) + block_items(yaml, value.list, column + yaml.list_step, Style::plain);
    } else if (value.kind == NewValue::Kind::text && value.text.find('\n') != std::string::npos && fits_block(value.text)) {
      out += " " + block_header(value.text, '|', yaml.unit) + yaml.newline + block_lines(value.text, column + yaml.unit, yaml.newline);
      out.resize(out.size() - yaml.newline.size());
    } else {
      out += " " + yaml_value(value, Style::plain);
    }
  }
  return out;
}

std::string flow_entry(const Path& path, std::size_t from, const NewValue& value, Style keys) {
  std::string out = yaml_value(value, keys);
  for (auto i = path.size(); i-- > from;) {
    out.insert(0, yaml_text(path[i], keys) + ": ");
    if (i > from) out = "{" + out + "}";
  }
  return out;
}

/// Whole lines behind the one that `at` stands in.
Patch lines_behind(const Yaml& yaml, std::size_t at, const std::string& lines) {
  return insert_lines(yaml.text, at == 0 ? 0 : next_line(yaml.text, at), lines + yaml.newline);
}

Result<std::vector<Patch>> insertion(const Yaml& yaml, NodeId inner, const Path& path, std::size_t steps, const NewValue& value) {
  const auto& node = yaml.file.tree[inner];
  const auto& about = yaml.file.about[inner];
  if (node.kind == Node::Kind::map && node.flow) {
    const bool quoted = !node.children.empty() && yaml.text[yaml.file.tree[node.children[0]].item.begin] == '"';
    return append_item(yaml.text, yaml.file.tree.delimited(inner, true),
                       flow_entry(path, steps, value, quoted ? Style::doubled : Style::plain), {});
  }
  if (node.kind == Node::Kind::map)
    return std::vector<Patch>{
        lines_behind(yaml, node.value.end, blanks(about.column) + block_entry(yaml, path, steps, value, about.column))};
  const auto& outer = yaml.file.about[node.parent];
  if (about.style == Style::empty && !about.anchor && about.tag.empty() && outer.style == Style::block) {
    if (yaml.file.tree[node.parent].kind == Node::Kind::list)
      return std::vector<Patch>{{{about.behind, about.behind}, " " + block_entry(yaml, path, steps, value, outer.column + 2)}};
    const auto column = outer.column + yaml.unit;
    return std::vector<Patch>{lines_behind(yaml, about.behind, blanks(column) + block_entry(yaml, path, steps, value, column))};
  }
  if (about.style == Style::plain || about.style == Style::empty) {
    auto object = fmt::format("{{{}}}", flow_entry(path, steps, value, Style::plain));
    if (about.style == Style::empty) object.insert(0, 1, ' ');
    return std::vector<Patch>{{node.value, std::move(object)}};
  }
  return fail(Errc::invalid_argument, fmt::format("'{}' is no map", path[steps - 1]));
}

/// Takes an entry or item out of what holds it.
Result<std::vector<Patch>> removal(const Yaml& yaml, NodeId id);

Result<std::string> replace_list(const Yaml& yaml, NodeId id, const Path& path, const NewValue& value) {
  const auto& node = yaml.file.tree[id];
  const auto& about = yaml.file.about[id];
  const auto* old = find(yaml.meaning, path);
  const auto style = style_of_items(yaml, id);
  const auto change = old == nullptr ? std::nullopt : list_change(*old, value.list);
  std::optional<Result<std::string>> out;
  if (change && is_one_step(*change)) {
    std::vector<Patch> patches;
    if (!change->added.empty()) {
      const auto item = yaml_text(change->added[0], style);
      patches = node.flow ? append_item(yaml.text, yaml.file.tree.delimited(id, true), item, {})
                          : std::vector<Patch>{lines_behind(yaml, node.value.end, blanks(about.column) + "- " + item)};
    } else {
      TRY_ASSIGN(patches, removal(yaml, node.children[change->removed[0]]));
    }
    out = hand_out(yaml, std::move(patches), path, value);
  } else if (change) {
    out = in_steps(yaml.text, *old, value.list,
                   [&](std::string_view text, std::vector<std::string> list) { return set_yaml(text, path, list_value(std::move(list))); });
  }
  if (out && *out) return *out;
  // Written anew, a number would become a text.
  const bool all_texts = old != nullptr && std::all_of(old->entries.begin(), old->entries.end(), [](const auto& entry) {
                           return !entry.second.is_scalar() || entry.second.quoted || is_plain_text(entry.second.scalar);
                         });
  if (!all_texts) return out ? *out : fail(Errc::unsupported, fmt::format("'{}' has items that are no texts", path.back()));
  auto written = node.flow || value.list.empty() ? yaml_value(value, style) : block_items(yaml, value.list, about.column, style);
  return hand_out(yaml, {{node.value, std::move(written)}}, path, value);
}

Result<std::string> replace(const Yaml& yaml, NodeId id, const Path& path, const NewValue& value) {
  const auto& node = yaml.file.tree[id];
  const auto& about = yaml.file.about[id];
  if (node.kind == Node::Kind::map) return fail(Errc::invalid_argument, fmt::format("'{}' is a map", path.back()));
  if (!about.tag.empty() && (value.kind != NewValue::Kind::text || node.kind != Node::Kind::scalar || about.style == Style::empty))
    return fail(Errc::unsupported, fmt::format("'{}' has the tag {}", path.back(), about.tag));
  if (value.kind == NewValue::Kind::list && node.kind == Node::Kind::list) return replace_list(yaml, id, path, value);
  const bool tagged = !about.tag.empty();
  if (value.kind == NewValue::Kind::text && (about.style == Style::literal || about.style == Style::folded)) {
    const auto parent = yaml.file.about[node.parent].style == Style::block ? yaml.file.about[node.parent].column : 0;
    Result<std::string> out = fail(Errc::unsupported, "the block can't hold it");
    for (auto& patches : block_patches(yaml.text, node.value, about, parent, value.text)) {
      out = hand_out(yaml, std::move(patches), path, value, tagged);
      if (out) return out;
    }
    return out;
  }
  // A list of lines in a block; behind a key, not in brackets.
  const auto& outer = yaml.file.about[node.parent];
  if (value.kind == NewValue::Kind::list && !value.list.empty() && outer.style == Style::block &&
      yaml.file.tree[node.parent].kind == Node::Kind::map) {
    const auto column = outer.column + yaml.list_step;
    auto out = hand_out(yaml,
                        {{{about.behind, std::max(node.value.end, about.behind)},
                          yaml.newline + blanks(column) + block_items(yaml, value.list, column, Style::plain)}},
                        path, value);
    if (out) return out;
  }
  const bool in_block = outer.style == Style::block;
  auto written = in_block && about.style == Style::plain && value.kind == NewValue::Kind::text && is_plain_text(value.text)
                     ? value.text
                     : yaml_value(value, node.kind == Node::Kind::scalar ? about.style : Style::plain);
  if (about.style == Style::empty) written.insert(0, 1, ' ');
  return hand_out(yaml, {{node.value, std::move(written)}}, path, value, tagged);
}

Result<std::string> set_whole(const Yaml& yaml, const Path& plain, const NewValue& value) {
  std::size_t steps = 0;
  const auto id = yaml.file.tree.descend(plain, steps);
  const bool tagged = steps == plain.size() && !yaml.file.about[id].tag.empty();
  if (const auto* old = find(yaml.meaning, plain); old != nullptr && is_meant(*old, value, tagged, nullptr)) return std::string(yaml.text);
  if (yaml.file.about[id].style == Style::alias)
    return fail(Errc::unsupported, fmt::format("'{}' is an alias of another place", plain[steps - 1]));
  for (auto outer = id; outer != k_root; outer = yaml.file.tree[outer].parent)
    if (yaml.file.about[outer].anchor)
      return fail(Errc::unsupported, fmt::format("'{}' has an anchor, so that other places may mean it", yaml.file.tree[outer].key));
  if (steps == plain.size()) return replace(yaml, id, plain, value);
  if (find(yaml.meaning, Path(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(steps) + 1)) != nullptr)
    return fail(Errc::unsupported, fmt::format("the place of '{}' was not found", printable(plain[steps])));
  TRY_ASSIGN(auto patches, insertion(yaml, id, plain, steps, value));
  return hand_out(yaml, std::move(patches), plain, value);
}

}  // namespace

Result<std::string> get_yaml(std::string_view text, const Path& path) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "more than 16 MiB of YAML");
  TRY_ASSIGN(const auto meaning, read(text));
  TRY_ASSIGN(const auto plain, whole_path(meaning, path));
  const auto* value = find(meaning, plain);
  if (value == nullptr) return fail(Errc::not_found, fmt::format("there is no '{}'", path.back()));
  if (!value->is_scalar()) return fail(Errc::invalid_argument, fmt::format("'{}' is no scalar", path.back()));
  return value->scalar;
}

Result<std::string> set_yaml(std::string_view text, const Path& path, const NewValue& value) {
  TRY(check(path, value));
  TRY_ASSIGN(const auto yaml, open(text));
  TRY_ASSIGN(const auto plain, whole_path(yaml.meaning, path));
  if (!yaml.meaning.entries.empty()) return set_whole(yaml, plain, value);
  return hand_out(yaml, {insert_lines(text, text.size(), block_entry(yaml, plain, 1, value, 0) + yaml.newline)}, plain, value);
}

namespace {

Result<std::vector<Patch>> removal(const Yaml& yaml, NodeId id) {
  const auto& tree = yaml.file.tree;
  const auto parent = tree[id].parent;
  const auto& outer = tree[parent];
  const auto index = tree.index_in_parent(id);
  if (outer.flow) return remove_item(yaml.text, tree.delimited(parent, true), index);
  const Span item = tree[id].item;
  const bool own_lines = first_in_line(yaml.text, item.begin);
  if (outer.children.size() > 1) {
    if (own_lines) return std::vector<Patch>{remove_lines(yaml.text, {line_begin(yaml.text, item.begin), next_line(yaml.text, item.end)})};
    // `- a: 1`, with more keys below: the next comes up behind the dash.
    const auto next = tree[outer.children[index + 1]].item.begin;
    const auto between = yaml.text.substr(item.end, next - item.end);
    if (const auto rest = between.find('\n'); rest == std::string_view::npos || between.find('#', rest) != std::string_view::npos)
      return fail(Errc::unsupported, "a comment stands where the next key has to come");
    return std::vector<Patch>{{{item.begin, next}, {}}};
  }
  const std::string empty = outer.kind == Node::Kind::map ? "{}" : "[]";
  const auto behind = yaml.file.about[parent].behind;
  const auto before = yaml.text.substr(behind, item.begin - behind);
  if (parent == k_root || tree[parent].parent == k_root || !own_lines || before.find('\n') == std::string_view::npos)
    return std::vector<Patch>{{outer.value, empty}};
  // Behind the key that is above, also where that line ends in a comment.
  auto at = behind;
  const auto tag = before.find_first_of("&!");
  if (tag != std::string_view::npos && before.find('\n') > tag) return fail(Errc::unsupported, "what would be left has a tag");
  return std::vector<Patch>{{{at, at}, " " + empty},
                            remove_lines(yaml.text, {line_begin(yaml.text, item.begin), next_line(yaml.text, item.end)})};
}

}  // namespace

Result<std::string> remove_yaml(std::string_view text, const Path& path) {
  TRY_ASSIGN(const auto yaml, open(text));
  TRY_ASSIGN(const auto plain, whole_path(yaml.meaning, path));
  auto wanted = yaml.meaning;
  TRY(take(wanted, plain));
  std::size_t steps = 0;
  const auto id = yaml.file.tree.descend(plain, steps);
  if (steps < plain.size()) return fail(Errc::unsupported, fmt::format("the place of '{}' was not found", printable(plain.back())));
  TRY_ASSIGN(auto patches, removal(yaml, id));
  return hand_out_rest(yaml, std::move(patches), wanted);
}

namespace {

Result<std::vector<std::string>> list_at(std::string_view text, const Path& path) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "more than 16 MiB of YAML");
  TRY_ASSIGN(const auto meaning, read(text));
  TRY_ASSIGN(const auto plain, whole_path(meaning, path));
  return texts_of(find(meaning, plain), Texts::any_scalar);
}

}  // namespace

Result<std::string> add_to_list_yaml(std::string_view text, const Path& path, std::string_view item) {
  TRY_ASSIGN(auto list, list_at(text, path));
  if (std::find(list.begin(), list.end(), item) != list.end()) return std::string(text);
  list.emplace_back(item);
  return set_yaml(text, path, list_value(std::move(list)));
}

Result<std::string> remove_from_list_yaml(std::string_view text, const Path& path, std::string_view item) {
  TRY_ASSIGN(auto list, list_at(text, path));
  if (std::find(list.begin(), list.end(), item) == list.end()) return std::string(text);
  list.erase(std::remove(list.begin(), list.end(), item), list.end());
  return set_yaml(text, path, list_value(std::move(list)));
}

}  // namespace unsnag::edit
