// SPDX-License-Identifier: Apache-2.0
#include "diagnose/effective.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "diagnose/judge.h"

namespace unsnag::diagnose {
namespace {

/// kubelet's settings that exist as flags alone; all others may stand in its configuration file, too.
bool is_flag_only(std::string_view key) { return key == "image-pull-progress-deadline"; }

/// How much an origin counts. kubelet prints its FLAG: lines before it reads its configuration file (seen with 1.17
/// to 1.36), so for a setting that the file may hold such a line says no more than the default.
int precedence(const CaseFact& fact, std::string_view key) {
  const auto origin = fact.fact.get("origin");
  const auto message = fact.fact.get("message");
  const bool printed_at_start =
      origin == "flag" && (message.substr(0, 13) == "kubelet.flag-" || message.substr(0, 16) == "dockershim.flag-");
  if (origin == "effective") return 6;
  if (printed_at_start) return is_flag_only(key) ? 5 : 0;
  if (origin == "log") return 5;
  if (origin == "flag") return 4;
  if (origin == "drop-in") return 3;
  if (origin == "file") return 2;
  return 1;
}

std::string_view bare(std::string_view key) {
  while (!key.empty() && key.front() == '-') key.remove_prefix(1);
  const auto dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

/// One setting is spelled in several ways: image-pull-progress-deadline, imagePullProgressDeadline.
std::string squeezed(std::string_view key) {
  std::string letters;
  for (const char c : bare(key))
    if (c != '-' && c != '_') letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return letters;
}

/// What an oddity of `key` itself makes of it.
std::string words_of_key(const CaseFact& fact, std::string_view of) {
  const auto why = fact.fact.get("why"), value = fact.fact.get("value");
  if (why == "wrong-table") return fmt::format("sets {} in a table that this version of the file does not have", value);
  if (why == "unknown-key") return fmt::format("sets {} under a key that {} does not know", value, of);
  if (why == "not-a-duration") return fmt::format("sets \"{}\", which is no duration", value);
  if (why == "zero") return "sets 0, which is no limit";
  return {};
}

/// What an oddity of a whole file, table or variable makes of a key in it.
std::string words_of_place(const CaseFile& file, const CaseFact& fact, std::string_view of, std::string_view key) {
  const auto why = fact.fact.get("why");
  if (why == "does-not-parse") return "does not parse, so nobody knows what it sets";
  if (why == "replaces-earlier-value") {
    for (const auto flag : split(fact.fact.get("value"), ','))
      if (bare(trim(flag)) == key) return fmt::format("replaces what {} was before, and {} with it", fact.fact.get("key"), trim(flag));
  } else if (why == "replaces-table-before-2.0") {
    const auto newer = catalogue::parse_term(fmt::format("version(of={}, version>=2.0)", of));
    const auto meets = [&](const CaseFact& other) { return newer && holds(*newer, other); };
    const auto* setting = effective_setting(file, of, key);
    if (setting != nullptr && setting->noted != nullptr && std::none_of(file.facts.begin(), file.facts.end(), meets) &&
        setting->noted->first_origin.file != fact.noted->first_origin.file)
      return fmt::format("replaces the whole table of the file that sets {}", setting->fact.get("value"));
  }
  return {};
}

}  // namespace

const CaseFact* effective_setting(const CaseFile& file, std::string_view of, std::string_view key) {
  const CaseFact* found = nullptr;
  int rank = -1;
  for (const auto& fact : file.facts) {
    if (fact.fact.name != "setting" || bare(fact.fact.get("key")) != key) continue;
    if (const auto owner = fact.fact.get("of"); !of.empty() && !owner.empty() && owner != of) continue;
    const auto own = precedence(fact, key);
    if (own >= rank) {  // of equals the later one: a later drop-in replaces an earlier one
      rank = own;
      found = &fact;
    }
  }
  return found;
}

std::optional<WithoutEffect> without_effect(const CaseFile& file, std::string_view of, std::string_view key) {
  std::optional<WithoutEffect> around;
  for (const auto& fact : file.facts) {
    if (fact.fact.name != "setting-oddity" || fact.noted == nullptr || fact.fact.get("of") != of) continue;
    if (squeezed(fact.fact.get("key")) == squeezed(key)) {
      if (auto words = words_of_key(fact, of); !words.empty()) return WithoutEffect{&fact, std::move(words)};
    } else if (auto words = words_of_place(file, fact, of, key); !words.empty() && !around) {
      around = WithoutEffect{&fact, std::move(words)};
    }
  }
  return around;
}

}  // namespace unsnag::diagnose
