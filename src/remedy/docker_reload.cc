// SPDX-License-Identifier: Apache-2.0
#include "remedy/docker_reload.h"

#include <array>

#include "base/document.h"
#include "base/text.h"
#include "edit/json.h"

namespace unsnag::remedy {
namespace {

constexpr std::array<const char*, 2> k_kept{"registry-mirrors", "insecure-registries"};

Value parsed(std::string_view text) {
  auto document = parse_json(trim(text).empty() ? "{}" : text);
  return document ? std::move(*document) : Value{};
}

}  // namespace

std::vector<std::string> lists_to_empty(std::string_view old, std::string_view now) {
  const auto before = parsed(old), after = parsed(now);
  std::vector<std::string> keys;
  for (const auto* key : k_kept)
    if (after[key] && !before[key]) keys.emplace_back(key);
  return keys;
}

Result<std::string> with_empty_lists(std::string_view old, const std::vector<std::string>& keys) {
  std::string text(trim(old).empty() ? "{}\n" : old);
  for (const auto& key : keys) {
    TRY_ASSIGN(text, edit::set_json(text, {key}, edit::list_value({})));
  }
  return text;
}

}  // namespace unsnag::remedy
