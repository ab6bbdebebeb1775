// SPDX-License-Identifier: Apache-2.0
// A change is found a place in the scan, made on the text, and held against the file's meaning with the same change.
#include "edit/toml.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/document.h"
#include "base/text.h"
#include "edit/list_change.h"
#include "edit/model.h"
#include "edit/toml_scan.h"
#include "edit/toml_style.h"

namespace unsnag::edit {
namespace {

using Kind = TomlStatement::Kind;

/// A file as it was given: masked where it is a template, read, scanned.
struct Toml {
  std::string_view text;
  std::string masked;  // of the size of `text`
  bool is_template = false;
  Value meaning;
  TomlFile file;
  TomlStyle style;
};

Result<Value> read(std::string_view text, bool is_template) {
  if (!is_template) return parse_toml(text);
  return context(parse_toml(mask_template(text).masked), "without its template's lines");
}

Result<Toml> open(std::string_view text) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "more than 16 MiB of TOML");
  Toml toml{text, std::string(text), false, {}, {}, {}};
  std::vector<TemplateAction> opaque;
  auto meaning = parse_toml(text);
  if (!meaning && text.find("{{") != std::string_view::npos) {
    auto masked = mask_template(text);
    toml.masked = std::move(masked.masked);
    opaque = std::move(masked.opaque);
    toml.is_template = true;
    meaning = context(parse_toml(toml.masked), "without its template's lines");
  }
  TRY_ASSIGN(toml.meaning, std::move(meaning));
  toml.file = scan_toml(toml.masked, opaque);
  toml.style = style_of(toml.masked, toml.file);
  return toml;
}

/// Applies the patches; what comes out must read as `wanted`.
Result<std::string> hand_out(const Toml& toml, std::vector<Patch> patches, const Value& wanted) {
  auto out = apply(toml.text, std::move(patches));
  const auto meaning = read(out, toml.is_template);
  if (!meaning)
    return fail(Errc::unsupported, fmt::format("the change can't be made without breaking the file ({})", meaning.error().message()));
  if (!same(*meaning, wanted)) return fail(Errc::unsupported, "the change can't be made without changing something else");
  return out;
}

/// The conditions of a template around a node; the statement it stands in.
const TomlStatement* statement_of(const Toml& toml, NodeId id) {
  const auto at = toml.file.tree[id].value.begin;
  for (const auto& statement : toml.file.statements)
    if (statement.kind == Kind::entry && statement.lines.begin <= at && at < statement.lines.end) return &statement;
  return nullptr;
}

bool is_conditional(const Toml& toml, NodeId id) {
  const auto* statement = statement_of(toml, id);
  return statement != nullptr && statement->depth > 0;
}

tl::unexpected<Error> conditional() { return fail(Errc::unsupported, "the key stands in a condition of the template"); }

const TomlStatement* header_of(const Toml& toml, NodeId table) {
  for (const auto& statement : toml.file.statements)
    if ((statement.kind == Kind::header || statement.kind == Kind::item_header) && statement.node == table) return &statement;
  return nullptr;
}

/// Where the comments begin that stand right above a line.
std::size_t with_comments_above(std::string_view text, std::size_t at) {
  while (at > 0) {
    const auto above = line_begin(text, at - 1);
    if (!trim(text.substr(above, at - above)).starts_with('#') || (above == 0 && bom_size(text) > 0)) break;
    at = above;
  }
  return at;
}

std::string with_break(const Toml& toml, std::string line) { return std::move(line) += newline_of(toml.text); }

class Insertion {
 public:
  Insertion(const Toml& toml, const Path& path, std::string value) : toml_(toml), path_(path), value_(std::move(value)) {}

  /// The key isn't there; `inner` is the innermost table that is, `steps` of the path lead to it.
  Result<std::vector<Patch>> into(NodeId inner, std::size_t steps) const {
    const auto& node = toml_.file.tree[inner];
    if (node.flow) return into_inline(inner, steps);
    if (node.kind != Node::Kind::map) return fail(Errc::invalid_argument, fmt::format("'{}' is no table", path_[steps - 1]));
    const auto* header = header_of(toml_, inner);
    const auto* dotted = last_dotted(inner);
    if (header == nullptr && inner != k_root && dotted != nullptr) {
      if (dotted->depth > 0) return conditional();
      return std::vector<Patch>{behind(*dotted, dotted_prefix(*dotted, inner) + keys(steps))};
    }
    if (path_.size() - steps > 1) return new_table(inner, steps, header);
    if (inner != k_root && header == nullptr) return super_table(inner, steps);
    return into_section(inner, header);
  }

 private:
  [[nodiscard]] std::string key(std::size_t step) const { return toml_key(path_[step], toml_.style.key_quote); }
  [[nodiscard]] std::string keys(std::size_t from) const {
    std::string out;
    for (auto i = from; i < path_.size(); ++i) out += (i > from ? "." : "") + key(i);
    return out;
  }
  [[nodiscard]] std::string line(std::string_view indent, std::string_view name) const {
    return with_break(toml_, fmt::format("{}{} = {}", indent, name, value_));
  }
  [[nodiscard]] Patch behind(const TomlStatement& statement, const std::string& name) const {
    return insert_lines(toml_.text, statement.lines.end, line(indent_at(toml_.masked, statement.lines.begin), name));
  }

  [[nodiscard]] std::vector<Patch> into_inline(NodeId inner, std::size_t steps) const {
    std::string item = value_;
    for (auto i = path_.size(); i-- > steps;)
      item = i > steps ? fmt::format("{{ {} = {} }}", key(i), item) : fmt::format("{} = {}", key(i), item);
    return append_item(toml_.masked, toml_.file.tree.delimited(inner, true), std::move(item), {});
  }

  /// The last `a.b.x = …` within the table that dotted keys alone have made.
  [[nodiscard]] const TomlStatement* last_dotted(NodeId table) const {
    const TomlStatement* last = nullptr;
    for (const auto& statement : toml_.file.statements) {
      if (statement.kind != Kind::entry || statement.prefix.empty()) continue;
      if (!toml_.file.tree.is_within(statement.section, table) && toml_.file.tree.is_within(statement.node, table)) last = &statement;
    }
    return last;
  }

  /// The part of `a.b.c.` that leads from the section to `table`.
  [[nodiscard]] std::string dotted_prefix(const TomlStatement& statement, NodeId table) const {
    std::string out;
    for (auto id = table; id != statement.section && id != k_nothing; id = toml_.file.tree[id].parent)
      out.insert(0, toml_key(toml_.file.tree[id].key, toml_.style.key_quote) + ".");
    return out;
  }

  [[nodiscard]] Result<std::vector<Patch>> into_section(NodeId table, const TomlStatement* header) const {
    const auto& statements = toml_.file.statements;
    const TomlStatement* last = nullptr;
    const TomlStatement* next = nullptr;  // what ends the section of the root, which has no header
    const auto depth = header == nullptr ? 0 : header->depth;
    if (depth > 0) return conditional();
    for (const auto& statement : statements) {
      if (statement.kind == Kind::entry && statement.section == table && statement.depth == depth) last = &statement;
      if (next == nullptr && statement.kind != Kind::entry && statement.section == k_root) next = &statement;
      if (next == nullptr && statement.kind != Kind::entry && header == nullptr) next = &statement;
    }
    if (last != nullptr) return std::vector<Patch>{behind(*last, key(path_.size() - 1))};
    if (header != nullptr) {
      const auto indent = std::string(indent_at(toml_.masked, header->lines.begin)) + toml_.style.unit;
      return std::vector<Patch>{insert_lines(toml_.text, header->lines.end, line(indent, key(path_.size() - 1)))};
    }
    if (next == nullptr) return std::vector<Patch>{insert_lines(toml_.text, toml_.text.size(), line({}, key(path_.size() - 1)))};
    const auto at = std::max(with_comments_above(toml_.text, next->lines.begin), bom_size(toml_.text));
    return std::vector<Patch>{
        {{at, at}, line({}, key(path_.size() - 1)) + (next->kind == Kind::opaque ? "" : std::string(newline_of(toml_.text)))}};
  }

  /// A table that so far is only known from tables within: its header comes before the first of them.
  [[nodiscard]] Result<std::vector<Patch>> super_table(NodeId table, std::size_t steps) const {
    for (const auto& statement : toml_.file.statements) {
      if (!toml_.file.tree.is_within(statement.node == k_nothing ? k_root : statement.node, table)) continue;
      if (statement.depth > 0) return conditional();
      const auto indent = std::string(indent_at(toml_.masked, statement.lines.begin));
      const auto at = with_comments_above(toml_.text, statement.lines.begin);
      auto lines = with_break(toml_, fmt::format("{}[{}]", indent, name_of(table))) + line(indent + toml_.style.unit, key(steps));
      if (toml_.style.blank_between) lines += newline_of(toml_.text);
      return std::vector<Patch>{{{at, at}, std::move(lines)}};
    }
    return fail(Errc::unsupported, "the table's place was not found");
  }

  /// As the file's headers write it, as far as one does.
  [[nodiscard]] std::string name_of(NodeId table) const {
    if (const auto* header = header_of(toml_, table)) return header->prefix;
    std::string out;
    for (auto id = table; id != k_root; id = toml_.file.tree[id].parent) {
      if (toml_.file.tree[toml_.file.tree[id].parent].kind == Node::Kind::list) continue;  // an item has its list's name
      if (const auto* header = header_of(toml_, id)) return header->prefix + "." + out;
      out = toml_key(toml_.file.tree[id].key, toml_.style.key_quote) + (out.empty() ? "" : ".") + out;
    }
    return out;
  }

  [[nodiscard]] Result<std::vector<Patch>> new_table(NodeId parent, std::size_t steps, const TomlStatement* header) const {
    std::string name = parent == k_root ? std::string() : name_of(parent);
    for (auto i = steps; i + 1 < path_.size(); ++i) name += (name.empty() ? "" : ".") + key(i);
    const bool is_own = header != nullptr;
    if (header == nullptr && parent != k_root) header = first_within(parent);  // looks as its first inner table does
    std::string indent(header == nullptr ? std::string_view() : indent_at(toml_.masked, header->lines.begin));
    if (is_own)
      for (auto levels = path_.size() - 1 - steps; levels > 0; --levels) indent += toml_.style.nesting;
    auto lines = with_break(toml_, fmt::format("{}[{}]", indent, name)) + line(indent + toml_.style.unit, key(path_.size() - 1));
    return behind_all_of(parent, header, std::move(lines));
  }

  [[nodiscard]] const TomlStatement* first_within(NodeId table) const {
    for (const auto& statement : toml_.file.statements)
      if (toml_.file.tree.is_within(statement.kind == Kind::opaque ? statement.section : statement.node, table)) return &statement;
    return nullptr;
  }

  /// Lines of a new table, behind the last thing in `parent`; in a template not within a condition.
  [[nodiscard]] Result<std::vector<Patch>> behind_all_of(NodeId parent, const TomlStatement* header, std::string lines) const {
    const TomlStatement* last = nullptr;
    for (const auto& statement : toml_.file.statements)
      if (toml_.file.tree.is_within(statement.kind == Kind::opaque ? statement.section : statement.node, parent)) last = &statement;
    if (last != nullptr && (last->depth > 0 || (header != nullptr && header->depth > 0))) return conditional();
    const auto at = parent == k_root || last == nullptr ? toml_.text.size() : last->lines.end;
    const bool at_begin = trim(toml_.text.substr(bom_size(toml_.text), at - bom_size(toml_.text))).empty();
    const auto above = at == 0 ? 0 : line_begin(toml_.text, at - 1);
    const bool behind_blank = at > 0 && trim(toml_.text.substr(above, at - above)).empty();
    if (toml_.style.blank_between && !at_begin && !behind_blank) lines.insert(0, newline_of(toml_.text));
    return std::vector<Patch>{insert_lines(toml_.text, at, std::move(lines))};
  }

  const Toml& toml_;
  const Path& path_;
  std::string value_;
};

Result<std::string> replace(const Toml& toml, NodeId id, const Path& path, const NewValue& value, const Value& wanted) {
  const auto& node = toml.file.tree[id];
  if (node.kind != Node::Kind::scalar && !node.flow) return fail(Errc::invalid_argument, fmt::format("'{}' is a table", path.back()));
  if (is_conditional(toml, id)) return conditional();
  if (toml.is_template && node.kind != Node::Kind::scalar && node.value.of(toml.text).find("{{") != std::string_view::npos)
    return fail(Errc::unsupported, fmt::format("'{}' is put together by the template", printable(path.back())));
  const auto* old = find(toml.meaning, path);
  if (value.kind == NewValue::Kind::list && old != nullptr && node.kind == Node::Kind::list) {
    // A list keeps its form where the new one is the old one with items taken out and others added behind.
    const auto change = list_change(*old, value.list);
    std::optional<Result<std::string>> out;
    if (change && is_one_step(*change)) {
      const auto list = toml.file.tree.delimited(id, true);
      out = hand_out(toml,
                     change->added.empty()
                         ? remove_item(toml.masked, list, change->removed[0])
                         : append_item(toml.masked, list, toml_text(change->added[0], list_quote(toml.masked, list, toml.style.quote)), {}),
                     wanted);
    } else {
      out = in_steps(toml.text, *old, value.list, [&](std::string_view text, std::vector<std::string> list) {
        return set_toml(text, path, list_value(std::move(list)));
      });
    }
    if (out && *out) return *out;
  }
  const auto written = node.value.of(toml.masked);
  const char quote = written.starts_with('\'') || written.starts_with('"') ? written[0] : toml.style.quote;
  return hand_out(toml, {{node.value, toml_value(value, quote)}}, wanted);
}

}  // namespace

Result<std::string> set_toml(std::string_view text, const Path& path, const NewValue& value) {
  TRY(check(path, value));
  TRY_ASSIGN(const auto toml, open(text));
  TRY_ASSIGN(const auto plain, resolve(toml.meaning, path));
  // What is to be written, as it will be read.
  TRY_ASSIGN(const auto alone, parse_toml("x = " + toml_value(value, '"')));
  const auto& meant = alone["x"];
  if (const auto* old = find(toml.meaning, plain); old != nullptr && same(*old, meant)) return std::string(text);
  auto wanted = toml.meaning;
  TRY(put(wanted, plain, meant));
  std::size_t steps = 0;
  const auto inner = toml.file.tree.descend(plain, steps);
  if (steps == plain.size()) return replace(toml, inner, plain, value, wanted);
  if (inner != k_root && is_conditional(toml, inner)) return conditional();
  TRY_ASSIGN(auto patches, Insertion(toml, plain, toml_value(value, toml.style.quote)).into(inner, steps));
  return hand_out(toml, std::move(patches), wanted);
}

namespace {

/// The lines of a table and of all tables in it; comments between them go too, those above the first stay.
std::vector<Patch> table_lines(const Toml& toml, NodeId table) {
  std::vector<Patch> patches;
  std::optional<Span> run;
  const auto close = [&] {
    if (!run) return;
    const auto above = run->begin == 0 ? 0 : line_begin(toml.text, run->begin - 1);
    const bool blank_above = run->begin > bom_size(toml.text) && trim(toml.text.substr(above, run->begin - above)).empty();
    const bool blank_below =
        run->end >= toml.text.size() || trim(toml.text.substr(run->end, next_line(toml.text, run->end) - run->end)).empty();
    if (blank_above && blank_below) run->begin = above;
    patches.push_back(remove_lines(toml.text, *run));
    run.reset();
  };
  for (const auto& statement : toml.file.statements) {
    const auto id = statement.kind == Kind::opaque ? statement.section : statement.node;
    if (!toml.file.tree.is_within(id, table)) {
      close();
    } else if (run) {
      run->end = statement.lines.end;
    } else {
      run = statement.lines;
    }
  }
  close();
  return patches;
}

}  // namespace

Result<std::string> remove_toml(std::string_view text, const Path& path) {
  if (path.empty()) return fail(Errc::invalid_argument, "no key is named");
  TRY_ASSIGN(const auto toml, open(text));
  TRY_ASSIGN(const auto plain, resolve(toml.meaning, path));
  auto wanted = toml.meaning;
  TRY(take(wanted, plain));
  std::size_t steps = 0;
  const auto id = toml.file.tree.descend(plain, steps);
  if (steps < plain.size()) return fail(Errc::unsupported, "the key's place was not found");
  const auto& tree = toml.file.tree;
  if (is_conditional(toml, id)) return conditional();
  const auto parent = tree[id].parent;
  if (tree[parent].flow) return hand_out(toml, remove_item(toml.masked, tree.delimited(parent, true), tree.index_in_parent(id)), wanted);
  if (tree[id].kind == Node::Kind::scalar || tree[id].flow) {
    const auto* statement = statement_of(toml, id);
    if (statement == nullptr || statement->node != id) return fail(Errc::unsupported, "the key can't be taken out of where it stands");
    return hand_out(toml, {remove_lines(text, statement->lines)}, wanted);
  }
  for (const auto& statement : toml.file.statements)
    if (statement.kind == Kind::opaque && tree.is_within(statement.section, id))
      return fail(Errc::unsupported, "lines of a template stand in the table");
  // A table that only was there for what goes with it goes too in the file's meaning: say so before comparing.
  for (std::size_t left = plain.size() - 1; left > 0; --left) {
    const Path outer(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(left));
    std::size_t outer_steps = 0;
    const auto outer_id = tree.descend(outer, outer_steps);
    const auto* value = find(wanted, outer);
    if (value == nullptr || !value->entries.empty() || header_of(toml, outer_id) != nullptr) break;
    TRY(take(wanted, outer));
  }
  return hand_out(toml, table_lines(toml, id), wanted);
}

Result<std::string> add_to_list_toml(std::string_view text, const Path& path, std::string_view item) {
  TRY_ASSIGN(const auto toml, open(text));
  TRY_ASSIGN(const auto plain, resolve(toml.meaning, path));
  const auto* old = find(toml.meaning, plain);
  TRY_ASSIGN(auto list, texts_of(old, Texts::quoted));
  if (std::find(list.begin(), list.end(), item) != list.end()) return std::string(text);
  list.emplace_back(item);
  return set_toml(text, path, list_value(std::move(list)));
}

Result<std::string> remove_from_list_toml(std::string_view text, const Path& path, std::string_view item) {
  TRY_ASSIGN(const auto toml, open(text));
  TRY_ASSIGN(const auto plain, resolve(toml.meaning, path));
  const auto* old = find(toml.meaning, plain);
  TRY_ASSIGN(auto list, texts_of(old, Texts::quoted));
  if (std::find(list.begin(), list.end(), item) == list.end()) return std::string(text);
  list.erase(std::remove(list.begin(), list.end(), item), list.end());
  return set_toml(text, path, list_value(std::move(list)));
}

}  // namespace unsnag::edit
