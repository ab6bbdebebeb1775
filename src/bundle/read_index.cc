// SPDX-License-Identifier: Apache-2.0
// Reading the index. A member that is known and has a wrong type makes it malformed; one that isn't known is passed over.
#include <algorithm>
#include <charconv>

#include "base/document.h"
#include "base/text.h"
#include "bundle/index.h"
#include "bundle/layout.h"

namespace unsnag::bundle {
namespace {

constexpr std::size_t k_max_items = 100'000, k_max_path = 4096, k_sha256 = 64;

tl::unexpected<Error> wrong(const Value& value, std::string_view name, std::string_view what) {
  return fail(Errc::malformed, fmt::format("line {}: {} is not {}", value.line, name, what));
}

/// Leaves `into` as it is when the member isn't there.
Result<void*> take(const Value& map, std::string_view name, std::string& into) {
  const auto& value = map[name];
  if (!value) return nullptr;
  if (!value.is_scalar() || !value.quoted) return wrong(value, name, "a text");
  into = value.scalar;
  return nullptr;
}

template <typename Number>
Result<Number> number_of(const Value& value, std::string_view name, int base = 10) {
  Number number{};
  const auto* const end = value.scalar.data() + value.scalar.size();
  const auto [at, error] = std::from_chars(value.scalar.data(), end, number, base);
  if (!value.is_scalar() || at != end || error != std::errc()) return wrong(value, name, "a number");
  return number;
}

template <typename Number>
Result<void*> take(const Value& map, std::string_view name, std::optional<Number>& into, int base = 10) {
  const auto& value = map[name];
  if (!value) return nullptr;
  TRY_ASSIGN(into, number_of<Number>(value, name, base));
  return nullptr;
}

Result<void*> take(const Value& map, std::string_view name, std::uint64_t& into) {
  std::optional<std::uint64_t> number;
  TRY(take(map, name, number));
  into = number.value_or(into);
  return nullptr;
}

Result<void*> take(const Value& map, std::string_view name, std::optional<SysTime>& into) {
  const auto& value = map[name];
  if (!value) return nullptr;
  const auto stamp = parse_rfc3339(value.scalar);
  if (!stamp || !stamp->at) return wrong(value, name, "a time (RFC 3339)");
  into = stamp->at;
  return nullptr;
}

Result<void*> take(const Value& map, std::string_view name, SysTime& into) {
  std::optional<SysTime> time;
  TRY(take(map, name, time));
  if (!time) return fail(Errc::malformed, fmt::format("{} is missing", name));
  into = *time;
  return nullptr;
}

/// A word of an enumeration; of a word that a newer unsnag has, its last value.
template <typename Enum>
Result<void*> take(const Value& map, std::string_view name, Enum& into, Enum last) {
  std::string word;
  TRY(take(map, name, word));
  for (into = Enum{}; into != last; into = static_cast<Enum>(static_cast<int>(into) + 1))
    if (to_string(into) == word) break;
  return nullptr;
}

Result<void*> check_path(const Value& value, std::string_view name) {
  if (!value.is_scalar() || !value.quoted) return wrong(value, name, "a text");
  if (value.scalar.size() > k_max_path) return fail(Errc::too_large, fmt::format("line {}: {} is too long", value.line, name));
  if (!is_inside(value.scalar)) return wrong(value, name, "a path inside the bundle");
  return nullptr;
}

Result<void*> read_parts(const Value& parts, IndexItem& one) {
  if (!parts) return nullptr;
  if (!parts.is_list() || parts.entries.size() > k_max_items) return wrong(parts, "parts", "a list of paths");
  for (const auto& [none, part] : parts.entries) {
    TRY(check_path(part, "a part"));
    one.parts.push_back(part.scalar);
  }
  return nullptr;
}

Result<void*> read_redacted(const Value& redacted, Outcome& outcome) {
  if (!redacted) return nullptr;
  if (!redacted.is_map()) return wrong(redacted, "redacted", "an object");
  for (const auto& [kind, value] : redacted.entries) {
    TRY_ASSIGN(outcome.redacted[kind], number_of<std::uint64_t>(value, "redacted"));
  }
  return nullptr;
}

Result<IndexItem> read_item(const Value& value) {
  if (!value.is_map()) return wrong(value, "an item", "an object");
  IndexItem one;
  TRY(check_path(value["path"], "path"));
  TRY(take(value, "path", one.item.path));
  TRY(take(value, "what", one.item.what));
  TRY(take(value, "source", one.item.source));
  TRY(take(value, "kind", one.item.kind, Kind::other));
  TRY(take(value, "completeness", one.outcome.completeness, Completeness::unknown));
  TRY(take(value, "error", one.error));
  TRY(take(value, "note", one.outcome.note));
  TRY(take(value, "bytes", one.bytes));
  TRY(take(value, "lines", one.lines));
  TRY(take(value, "sha256", one.sha256));
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!one.sha256.empty() && (one.sha256.size() != k_sha256 || !std::all_of(one.sha256.begin(), one.sha256.end(), digit)))
    return wrong(value["sha256"], "sha256", "a SHA-256");
  TRY(read_parts(value["parts"], one));
  TRY(take(value, "dropped_bytes", one.outcome.dropped_bytes));
  TRY(take(value, "dropped_lines", one.outcome.dropped_lines));
  TRY(take(value, "from", one.outcome.from));
  TRY(take(value, "to", one.outcome.to));
  TRY(read_redacted(value["redacted"], one.outcome));
  constexpr int k_octal = 8;
  TRY(take(value, "mode", one.item.mode, k_octal));
  TRY(take(value, "owner", one.item.owner));
  TRY(take(value, "group", one.item.group));
  TRY(take(value, "mtime", one.item.mtime));
  return one;
}

}  // namespace

Result<Index> read_index(std::string_view text) {
  TRY_ASSIGN(const auto all, parse_json(text));
  if (!all.is_map() || all["format"].scalar != "unsnag-bundle") return fail(Errc::malformed, "not the index of a bundle");
  std::uint64_t version = 0;
  TRY(take(all, "version", version));
  if (version != k_index_version)
    return fail(Errc::unsupported, fmt::format("version {} of the index, which this unsnag does not know", version));
  Index index;
  auto& who = index.identity;
  TRY(take(all, "tool", who.tool));
  TRY(take(all, "node", who.node));
  TRY(take(all, "layout", who.layout));
  TRY(take(all, "begun", who.begun));
  TRY(take(all, "ended", index.ended));
  TRY(take(all, "since", who.since));
  TRY(take(all, "since_at", who.since_at));
  TRY(take(all, "max_bytes", who.max_bytes));
  const auto& privileges = all["privileges"];
  TRY(take(privileges, "uid", who.uid));
  TRY(take(privileges, "root", who.root));
  TRY(take(privileges, "words", who.privileges));
  const auto& items = all["items"];
  if (!items.is_list()) return wrong(items, "items", "a list");
  if (items.entries.size() > k_max_items) return fail(Errc::too_large, "more than 100,000 items");
  index.items.reserve(items.entries.size());
  for (const auto& [none, value] : items.entries) {
    TRY_ASSIGN(auto item, read_item(value));
    index.items.push_back(std::move(item));
  }
  return index;
}

}  // namespace unsnag::bundle
