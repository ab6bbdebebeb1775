// SPDX-License-Identifier: Apache-2.0
#include "edit/yaml_write.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "edit/quoted.h"

namespace unsnag::edit {
namespace {

using Style = YamlNode::Style;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F; }

std::size_t breaks_at_end(std::string_view text) {
  const auto last = text.find_last_not_of('\n');
  return text.size() - (last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

bool is_plain_text(std::string_view text) {
  static constexpr std::string_view k_words[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  if (text.empty() || text.back() == ':' || text.back() == ' ') return false;
  if (std::any_of(std::begin(k_words), std::end(k_words), [&](auto word) { return equal_ignoring_case(word, text); })) return false;
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F; }))
    return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  if (is_letter(text[0]) || text[0] == '/' || text[0] == '$') return true;
  const auto behind_dashes = text.find_first_not_of('-');
  if (behind_dashes == 1 || behind_dashes == 2) return is_letter(text[behind_dashes]);
  // "10m", "2m0s", "85%": a letter that no number and no date has. "10.0.0.0/8": more dots than a number has.
  if (!is_digit(text[0]) || text.find_first_of("tTzZ: ") != std::string_view::npos) return false;
  return count_of(text, '.') > 1 || std::any_of(text.begin(), text.end(), [](char c) {
           return c == '%' || c == '/' || (is_letter(c) && std::string_view("abcdefABCDEFxXoO").find(c) == std::string_view::npos);
         });
}

bool is_simple_text(std::string_view text) {
  return is_plain_text(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter(c) || is_digit(c) || std::string_view("_-./:=@%+ ").find(c) != std::string_view::npos;
         });
}

std::string yaml_text(std::string_view text, Style style) {
  const bool one_line = std::none_of(text.begin(), text.end(), [](char c) { return is_control(c) || c == '\n' || c == '\t'; });
  if (style == Style::single && one_line) {
    std::string out = "'";
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out += '\'';
  }
  if (style != Style::doubled && style != Style::single && is_simple_text(text)) return std::string(text);
  return double_quoted(text, Control::as_x);
}

std::string yaml_value(const NewValue& value, Style style) {
  if (value.kind == NewValue::Kind::text) return yaml_text(value.text, style);
  if (value.kind != NewValue::Kind::list) return value.text;
  std::string out = "[";
  for (const auto& item : value.list) out += (out.size() > 1 ? ", " : "") + yaml_text(item, style);
  return out + "]";
}

bool fits_block(std::string_view text) {
  return std::none_of(text.begin(), text.end(), is_control) && text.find_first_not_of(" \n\t") != std::string_view::npos;
}

std::string block_header(std::string_view text, char sign, std::size_t step) {
  std::string header(1, sign);
  const auto first = text.find_first_not_of('\n');
  if (first != std::string_view::npos && (text[first] == ' ' || text[first] == '\t') && step > 0 && step < 10)
    header += static_cast<char>('0' + step);
  const auto breaks = breaks_at_end(text);
  if (breaks == 0) header += '-';
  if (breaks > 1) header += '+';
  return header;
}

std::string block_lines(std::string_view text, std::size_t column, std::string_view newline) {
  std::string out;
  if (breaks_at_end(text) > 0) text.remove_suffix(1);
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) out += std::string(column, ' ') + std::string(line);
    out += newline;
  }
  return out;
}

}  // namespace unsnag::edit
