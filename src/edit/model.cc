// SPDX-License-Identifier: Apache-2.0
#include "edit/model.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace unsnag::edit {
namespace {

constexpr std::size_t k_max_steps = 64;

std::optional<long> index_of(std::string_view step) {
  if (!is_selector(step)) return std::nullopt;
  const auto inside = step.substr(1, step.size() - 2);
  long index = 0;
  const auto [end, failure] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
  if (failure != std::errc{} || end != inside.data() + inside.size()) return std::nullopt;
  return index;
}

Result<std::size_t> select(const Value& list, const std::string& step) {
  if (!is_selector(step)) return fail(Errc::invalid_argument, fmt::format("a list stands where '{}' is looked for", step));
  if (const auto index = index_of(step)) {
    const auto size = static_cast<long>(list.entries.size());
    const auto at = *index < 0 ? size + *index : *index;
    if (at < 0 || at >= size) return fail(Errc::not_found, fmt::format("the list has {} items, and no {}", size, step));
    return static_cast<std::size_t>(at);
  }
  const auto inside = std::string_view(step).substr(1, step.size() - 2);
  const auto equals = inside.find('=');
  if (equals == std::string_view::npos) return fail(Errc::invalid_argument, fmt::format("'{}' selects nothing", step));
  const auto key = inside.substr(0, equals), wanted = inside.substr(equals + 1);
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    const auto& value = list.entries[i].second[key];
    if (!value.is_scalar() || value.scalar != wanted) continue;
    if (found) return fail(Errc::not_found, fmt::format("the list has more than one item with {}", inside));
    found = i;
  }
  if (!found) return fail(Errc::not_found, fmt::format("the list has no item with {}", inside));
  return *found;
}

std::vector<std::size_t> by_key(const Value& map) {
  std::vector<std::size_t> order(map.entries.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return map.entries[a].first < map.entries[b].first; });
  return order;
}

}  // namespace

bool is_selector(std::string_view step) {
  if (step.size() < 3 || step.front() != '[' || step.back() != ']') return false;
  const auto inside = step.substr(1, step.size() - 2);
  const auto digits = inside.substr(inside[0] == '-' ? 1 : 0);
  return (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) ||
         inside.find('=') != std::string_view::npos;
}

Result<Path> resolve(const Value& root, const Path& path) {
  if (path.size() > k_max_steps) return fail(Errc::too_large, fmt::format("a path of more than {} steps", k_max_steps));
  Path plain;
  const Value* value = &root;
  for (const auto& step : path) {
    if (value != nullptr && value->is_list()) {
      TRY_ASSIGN(const auto index, select(*value, step));
      plain.push_back(fmt::format("[{}]", index));
      value = &value->entries[index].second;
    } else {
      if (is_selector(step) && (value == nullptr || !(*value)[step]))
        return fail(Errc::not_found, fmt::format("no list stands there for '{}'", step));
      plain.push_back(step);
      if (value != nullptr && value->is_map()) {
        const auto* inner = &(*value)[step];
        value = *inner ? inner : nullptr;
      } else {
        value = nullptr;
      }
    }
  }
  return plain;
}

const Value* find(const Value& root, const Path& path) { return find(const_cast<Value&>(root), path); }  // which does not write

Value* find(Value& root, const Path& path) {
  Value* value = &root;
  for (const auto& step : path) {
    Value* inner = nullptr;
    if (value->is_list()) {
      const auto index = index_of(step);
      if (index && *index >= 0 && static_cast<std::size_t>(*index) < value->entries.size())
        inner = &value->entries[static_cast<std::size_t>(*index)].second;
    } else if (value->is_map()) {
      for (auto& [key, entry] : value->entries)
        if (key == step) inner = &entry;
    }
    if (inner == nullptr) return nullptr;
    value = inner;
  }
  return value;
}

Result<void*> put(Value& root, const Path& path, Value value) {
  Value* at = &root;
  for (const auto& step : path) {
    if (!*at) at->kind = Value::Kind::map;
    if (auto* inner = find(*at, {step})) {
      at = inner;
    } else if (at->is_map()) {
      at = &at->entries.emplace_back(step, Value()).second;
    } else {
      return fail(Errc::invalid_argument, fmt::format("a value stands where '{}' is to be", step));
    }
  }
  *at = std::move(value);
  return nullptr;
}

Result<void*> take(Value& root, const Path& path) {
  auto* parent = find(root, Path(path.begin(), path.end() - 1));
  auto* value = parent == nullptr ? nullptr : find(*parent, {path.back()});
  if (value == nullptr) return fail(Errc::not_found, fmt::format("there is no '{}'", path.back()));
  const auto at = std::find_if(parent->entries.begin(), parent->entries.end(), [&](const auto& entry) { return &entry.second == value; });
  parent->entries.erase(at);
  return nullptr;
}

bool same(const Value& a, const Value& b) {
  if (a.kind != b.kind || a.scalar != b.scalar || a.quoted != b.quoted || a.entries.size() != b.entries.size()) return false;
  if (a.is_list()) {
    return std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(),
                      [](const auto& x, const auto& y) { return same(x.second, y.second); });
  }
  const auto in_a = by_key(a), in_b = by_key(b);
  for (std::size_t i = 0; i < in_a.size(); ++i) {
    const auto& one = a.entries[in_a[i]];
    const auto& other = b.entries[in_b[i]];
    if (one.first != other.first || !same(one.second, other.second)) return false;
  }
  return true;
}

bool is(const Value& read, const NewValue& wanted) {
  if (wanted.kind == NewValue::Kind::list) {
    return read.is_list() &&
           std::equal(read.entries.begin(), read.entries.end(), wanted.list.begin(), wanted.list.end(),
                      [](const auto& entry, const std::string& item) { return entry.second.is_scalar() && entry.second.scalar == item; });
  }
  return read.is_scalar() && read.scalar == wanted.text && (wanted.kind == NewValue::Kind::text || !read.quoted);
}

Result<void*> check(const Path& path, const NewValue& value) {
  if (path.empty()) return fail(Errc::invalid_argument, "no key is named");
  if (value.kind == NewValue::Kind::boolean && value.text != "true" && value.text != "false")
    return fail(Errc::invalid_argument, fmt::format("'{}' is neither true nor false", value.text));
  if (value.kind == NewValue::Kind::number) {
    const std::string_view text = value.text;
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    const bool leading_zero = digits.size() > 1 && digits[0] == '0' && digits[1] != '.';
    if (digits.empty() || leading_zero || digits.front() == '.' || digits.back() == '.' || digits.size() > 40 ||
        digits.find_first_not_of("0123456789.") != std::string_view::npos || std::count(digits.begin(), digits.end(), '.') > 1)
      return fail(Errc::invalid_argument, fmt::format("'{}' is no number", value.text));
  }
  return nullptr;
}

}  // namespace unsnag::edit
