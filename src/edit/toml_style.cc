// SPDX-License-Identifier: Apache-2.0
#include "edit/toml_style.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "edit/quoted.h"

namespace unsnag::edit {
namespace {

bool is_bare(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// What `inner` has more than `outer`; "" if it doesn't begin with it.
std::string more(std::string_view outer, std::string_view inner) {
  return inner.size() > outer.size() && inner.starts_with(outer) ? std::string(inner.substr(outer.size())) : std::string();
}

}  // namespace

TomlStyle style_of(std::string_view text, const TomlFile& file) {
  using Kind = TomlStatement::Kind;
  TomlStyle style;
  int literal = 0, basic = 0, headers = 0, headers_behind_blank = 0;
  bool key_quote_known = false, unit_known = false;
  const TomlStatement* header = nullptr;
  for (const auto& statement : file.statements) {
    const auto indent = indent_at(text, statement.lines.begin);
    if (statement.kind == Kind::entry) {
      const auto value = file.tree[statement.node].value.of(text);
      if (value.starts_with('\'')) ++literal;
      if (value.starts_with('"')) ++basic;
      if (header != nullptr && !unit_known) {
        style.unit = more(indent_at(text, header->lines.begin), indent);
        unit_known = true;
      }
      continue;
    }
    if (statement.kind == Kind::opaque) continue;
    const auto quote = statement.prefix.find_first_of("\"'");
    if (quote != std::string::npos && !key_quote_known) {
      style.key_quote = statement.prefix[quote];
      key_quote_known = true;
    }
    if (header != nullptr) {
      ++headers;
      if (statement.lines.begin > 0 && trim(text.substr(line_begin(text, statement.lines.begin - 1),
                                                        statement.lines.begin - line_begin(text, statement.lines.begin - 1)))
                                           .empty())
        ++headers_behind_blank;
      if (style.nesting.empty() && file.tree.is_within(statement.node, header->node))
        style.nesting = more(indent_at(text, header->lines.begin), indent);
    }
    header = &statement;
  }
  if (literal > basic) style.quote = '\'';
  if (!key_quote_known) style.key_quote = style.quote;
  style.blank_between = headers == 0 || headers_behind_blank * 2 >= headers;
  return style;
}

std::string toml_key(std::string_view key, char quote) { return is_bare(key) ? std::string(key) : toml_text(key, quote); }

std::string toml_text(std::string_view text, char quote) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  const bool fits_literal = plain && text.find('\'') == std::string_view::npos;
  if (quote == '\'' && fits_literal) return fmt::format("'{}'", text);
  if (fits_literal && text.find_first_of("\"\\") != std::string_view::npos) return fmt::format("'{}'", text);
  return double_quoted(text, Control::as_u);
}

std::string toml_value(const NewValue& value, char quote) {
  if (value.kind == NewValue::Kind::text) return toml_text(value.text, quote);
  if (value.kind != NewValue::Kind::list) return value.text;
  std::string out = "[";
  for (const auto& item : value.list) out += (out.size() > 1 ? ", " : "") + toml_text(item, quote);
  return out + "]";
}

}  // namespace unsnag::edit
