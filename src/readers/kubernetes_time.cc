// SPDX-License-Identifier: Apache-2.0
// See kubernetes_time.h.
#include "readers/kubernetes_time.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace unsnag::readers::kubernetes {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Shape of apimachinery's duration.HumanDuration: "17s", "2m40s", "3h5m", "5d3h", "2y10d".
bool has_age_shape(std::string_view word) {
  std::size_t i = 0;
  int parts = 0;
  while (i < word.size()) {
    const auto start = i;
    while (i < word.size() && digit(word[i])) ++i;
    if (i == start || i - start > 6 || i == word.size()) return false;
    if (std::string_view("smhdy").find(word[i]) == std::string_view::npos) return false;
    ++i;
    ++parts;
  }
  return parts > 0 && parts <= 4;
}

}  // namespace

bool is_age_word(std::string_view word) { return word == "<unknown>" || word == "<invalid>" || has_age_shape(word); }

std::optional<Age> parse_age_word(std::string_view word) {
  if (!has_age_shape(word)) return std::nullopt;
  std::chrono::seconds unit{1};
  switch (word.back()) {
    case 'm': unit = std::chrono::minutes{1}; break;
    case 'h': unit = std::chrono::hours{1}; break;
    case 'd': unit = std::chrono::hours{24}; break;
    case 'y': unit = std::chrono::hours{24 * 365}; break;
    default: break;
  }
  const auto age = parse_age(word);
  if (!age || *age > std::chrono::hours{24 * 365 * 100}) return std::nullopt;  // older than any cluster, and than a Moment can hold
  return Age{*age, unit};
}

std::optional<Stamp> parse_describe_time(std::string_view text) {
  const auto words = split_words(text);
  if (words.size() < 6 || words[0].size() != 4 || words[0].back() != ',') return std::nullopt;
  const auto month = month_of(words[2]);
  const auto day = words[1], year = words[3], clock = words[4], zone = words[5];
  if (!month || year.size() != 4 || day.empty() || day.size() > 2 || clock.size() != 8) return std::nullopt;
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  return parse_rfc3339(fmt::format("{}-{:02}-{:0>2}T{}{}:{}", year, *month, day, clock, zone.substr(0, 3), zone.substr(3)));
}

Moment moment_of(const Stamp& then, const Age& age) { return {*then.at + age.age, then.uncertainty + age.unit}; }

Stamp stamp_of(const Moment& command, const Age& age) {
  Stamp stamp;
  stamp.at = command.from - age.age - age.unit;
  stamp.uncertainty = command.width + age.unit;
  return stamp;
}

}  // namespace unsnag::readers::kubernetes
