// SPDX-License-Identifier: Apache-2.0
#include "edit/list_change.h"

#include <iterator>
#include <utility>

namespace unsnag::edit {
namespace {

constexpr std::size_t k_max_list_steps = 64;  // each reads the file again

}  // namespace

std::optional<ListChange> list_change(const Value& old, const std::vector<std::string>& wanted) {
  ListChange change;
  std::size_t at = 0;
  for (std::size_t i = 0; i < old.entries.size(); ++i) {
    const auto& item = old.entries[i].second;
    if (!item.is_scalar()) return std::nullopt;
    if (at < wanted.size() && item.scalar == wanted[at]) ++at;
    else change.removed.push_back(i);
  }
  change.added.assign(wanted.begin() + static_cast<std::ptrdiff_t>(at), wanted.end());
  return change;
}

bool is_one_step(const ListChange& change) { return change.removed.size() + change.added.size() == 1; }

std::optional<Result<std::string>> in_steps(std::string_view text, const Value& old, const std::vector<std::string>& wanted,
                                            const std::function<Result<std::string>(std::string_view, std::vector<std::string>)>& set) {
  const auto change = list_change(old, wanted);
  if (!change || change->removed.size() + change->added.size() > k_max_list_steps) return std::nullopt;
  std::vector<std::string> list;
  for (const auto& entry : old.entries) list.push_back(entry.second.scalar);
  Result<std::string> out = std::string(text);
  // Added first: a list that is emptied on the way would lose its form.
  for (const auto& item : change->added) {
    list.push_back(item);
    out = set(*out, list);
    if (!out) return out;
  }
  for (auto index = change->removed.rbegin(); index != change->removed.rend(); ++index) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(*index));
    out = set(*out, list);
    if (!out) return out;
  }
  return out;
}

char list_quote(std::string_view text, const Delimited& list, char otherwise) {
  if (list.items.empty()) return otherwise;
  const char first = text[list.items[0].begin];
  return first == '"' || first == '\'' ? first : otherwise;
}

Result<std::vector<std::string>> texts_of(const Value* list, Texts kind) {
  std::vector<std::string> texts;
  if (list == nullptr || !*list) return texts;
  if (!list->is_list()) return fail(Errc::invalid_argument, "what stands there is no list");
  for (const auto& entry : list->entries) {
    if (!entry.second.is_scalar() || (kind == Texts::quoted && !entry.second.quoted))
      return fail(Errc::invalid_argument, "the list has items that are no texts");
    texts.push_back(entry.second.scalar);
  }
  return texts;
}

}  // namespace unsnag::edit
