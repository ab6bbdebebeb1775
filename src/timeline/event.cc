// SPDX-License-Identifier: Apache-2.0
#include "timeline/event.h"

#include <algorithm>
#include <array>

namespace unsnag::timeline {
namespace {

constexpr std::array<std::string_view, 7> k_phases{"queue", "resolve", "auth", "download", "verify", "unpack", "commit"};
constexpr std::array<std::string_view, 4> k_outcomes{"ok", "cached", "failed", "cancelled"};
constexpr std::array<std::string_view, 4> k_certainties{"measured", "reported", "echoed", "inferred"};

template <typename Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto it = std::find(names.begin(), names.end(), text);
  if (it == names.end()) return std::nullopt;
  return static_cast<Enum>(it - names.begin());
}

auto position(std::vector<std::pair<std::string, std::string>>& attributes, std::string_view key) {
  return std::lower_bound(attributes.begin(), attributes.end(), key,
                          [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
}

}  // namespace

std::string_view Fact::get(std::string_view key) const {
  for (const auto& [attribute, value] : attributes)
    if (attribute == key) return value;
  return {};
}

void Fact::set(std::string_view key, std::string_view value) {
  const auto it = position(attributes, key);
  const bool there = it != attributes.end() && it->first == key;
  if (value.empty()) {
    if (there) attributes.erase(it);
  } else if (there) {
    it->second = std::string(value);
  } else {
    attributes.insert(it, {std::string(key), std::string(value)});
  }
}

std::string Fact::to_string() const {
  std::string text = name + '(';
  for (const auto& [key, value] : attributes) {
    if (text.back() != '(') text += ", ";
    text.append(key).append("=").append(value);
  }
  return text + ')';
}

std::string_view to_string(Phase phase) { return k_phases[static_cast<std::size_t>(phase)]; }
std::string_view to_string(Outcome outcome) { return k_outcomes[static_cast<std::size_t>(outcome)]; }
std::string_view to_string(Certainty certainty) { return k_certainties[static_cast<std::size_t>(certainty)]; }
std::optional<Phase> parse_phase(std::string_view text) { return parse<Phase>(k_phases, text); }
std::optional<Outcome> parse_outcome(std::string_view text) { return parse<Outcome>(k_outcomes, text); }
std::optional<Certainty> parse_certainty(std::string_view text) { return parse<Certainty>(k_certainties, text); }

}  // namespace unsnag::timeline
