// SPDX-License-Identifier: Apache-2.0
#include "edit/delimited.h"

#include <utility>

namespace unsnag::edit {
namespace {

constexpr auto npos = std::string_view::npos;

/// The comma behind `at`, over blanks and comments; npos: something else comes first.
std::size_t comma_behind(std::string_view text, std::size_t at, const Delimited& list) {
  while (at < list.close) {
    const char c = text[at];
    if (c == ',') return at;
    if (c == '#' && list.comments) at = next_line(text, at);
    else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') ++at;
    else return npos;
  }
  return npos;
}

bool has_break(std::string_view text) { return text.find('\n') != npos; }

}  // namespace

std::vector<Patch> append_item(std::string_view text, const Delimited& list, std::string item, const ListStyle& style) {
  const auto newline = std::string(newline_of(text));
  if (list.items.empty()) {
    const auto inside = text.substr(list.open + 1, list.close - list.open - 1);
    if (has_break(inside)) {
      const auto at = line_begin(text, list.close);
      if (at > list.open && first_in_line(text, list.close))
        return {{{at, at}, std::string(indent_at(text, list.close)) + std::string(style.indent) + item + newline}};
    } else if (style.spread) {
      const auto outer = std::string(indent_at(text, list.open));
      return {{{list.open + 1, list.close}, newline + outer + std::string(style.indent) + item + newline + outer}};
    }
    if (inside.empty() || has_break(inside)) return {{{list.close, list.close}, std::move(item)}};
    return {{{list.open + 1, list.close}, " " + item + " "}};
  }
  const Span last = list.items.back();
  const auto comma = comma_behind(text, last.end, list);
  if (first_in_line(text, last.begin)) {
    const auto indent = std::string(indent_at(text, last.begin));
    auto at = line_end(text, comma == npos ? last.end : comma);
    if (at > list.close) at = comma == npos ? last.end : comma + 1;
    if (comma != npos) return {{{at, at}, newline + indent + item + ","}};
    return {{{last.end, last.end}, ","}, {{at, at}, newline + indent + item}};
  }
  std::string gap(style.gap);
  if (list.items.size() > 1) {
    const auto between = text.substr(list.items[list.items.size() - 2].end, last.begin - list.items[list.items.size() - 2].end);
    const auto behind = between.find(',');
    if (behind != npos && between.find_first_not_of(" \t", behind + 1) == npos) gap = between.substr(behind + 1);
  }
  if (comma != npos) return {{{comma + 1, comma + 1}, gap + item + ","}};
  return {{{last.end, last.end}, "," + gap + item}};
}

std::vector<Patch> remove_item(std::string_view text, const Delimited& list, std::size_t index) {
  const Span item = list.items[index];
  const bool is_last = index + 1 == list.items.size();
  const auto comma = comma_behind(text, item.end, list);
  const auto end = comma == npos ? item.end : comma + 1;
  const auto inside = text.substr(list.open + 1, list.close - list.open - 1);
  if (list.items.size() == 1) {
    const bool commented = list.comments && (text.substr(list.open, item.begin - list.open).find('#') != npos ||
                                             text.substr(item.end, list.close - item.end).find('#') != npos);
    if (!commented) return {{{list.open + 1, list.close}, inside.starts_with(' ') && !has_break(inside) ? " " : ""}};
  }
  std::vector<Patch> patches;
  // The comma before goes too when the last item goes and had none behind it.
  if (is_last && comma == npos && index > 0) {
    const auto before = comma_behind(text, list.items[index - 1].end, list);
    if (before != npos) {
      if (!has_break(text.substr(before, item.begin - before))) return {{{before, item.end}, {}}};
      patches.push_back({{before, before + 1}, {}});
    }
  }
  // An item that has its lines to itself goes with them, and with the comment behind it.
  auto behind = end;
  while (behind < list.close && (text[behind] == ' ' || text[behind] == '\t' || text[behind] == '\r')) ++behind;
  const bool alone = text[behind] == '\n' || (list.comments && text[behind] == '#');
  if (first_in_line(text, item.begin) && alone) {
    patches.push_back({{line_begin(text, item.begin), next_line(text, behind)}, {}});
  } else if (first_in_line(text, item.begin) && is_last && comma == npos && index > 0) {
    // `a,\n  b]`: the break before the item goes with it, unless a comment ends there.
    auto from = line_begin(text, item.begin) - 1;
    if (from > 0 && text[from - 1] == '\r') --from;
    const auto before = list.items[index - 1].end;
    const bool commented = list.comments && text.substr(before, from - before).find('#') != npos;
    patches.push_back({{commented ? item.begin : from, item.end}, {}});
  } else if (!is_last && !has_break(text.substr(item.begin, list.items[index + 1].begin - item.begin))) {
    patches.push_back({{item.begin, list.items[index + 1].begin}, {}});
  } else if (is_last && index > 0 && comma != npos &&
             !has_break(text.substr(list.items[index - 1].end, item.begin - list.items[index - 1].end))) {
    patches.push_back({{list.items[index - 1].end, item.end}, {}});
  } else {
    patches.push_back({{item.begin, end}, {}});
  }
  return patches;
}

}  // namespace unsnag::edit
