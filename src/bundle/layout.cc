// SPDX-License-Identifier: Apache-2.0
#include "bundle/layout.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "codec/sha256.h"

namespace unsnag::bundle {
namespace {

/// "20200318T0619Z" out of "2020-03-18T06:19:02Z", and the like.
std::string day_of(SysTime at) { return format_rfc3339(at).substr(0, 10); }
std::string clock_of(SysTime at) {
  const auto clock = format_rfc3339(at).substr(11, 5);
  return clock.substr(0, 2) + clock.substr(3);
}

/// What may stand in a file's name everywhere, and needs no quotes.
std::string file_name_part(std::string_view text) {
  constexpr std::size_t k_most = 100;
  std::string name(text.substr(0, k_most));
  for (auto& c : name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!good) c = '-';
  }
  const auto first = name.find_first_not_of("-._");
  return first == std::string::npos ? "node" : name.substr(first);
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

std::string safe_part(std::string_view part) {
  constexpr std::size_t k_most = 200, k_digest = 16;
  std::string safe;
  if (part == "." || part == "..") {
    append_escaped(safe, part);
    return safe;
  }
  for (std::string_view rest = part; !rest.empty();) {
    const auto length = utf8_length(rest);
    const auto character = rest.substr(0, std::max<std::size_t>(length, 1));
    // printable() also knows the marks that nobody sees.
    if (length == 0 || character == "%" || character == "\n" || character == "\t" || printable(character) != character)
      append_escaped(safe, character);
    else safe += character;
    rest.remove_prefix(character.size());
  }
  if (safe.size() <= k_most) return safe;
  auto end = k_most - k_digest - 1;
  while ((static_cast<unsigned char>(safe[end]) & 0xC0U) == 0x80U) --end;
  return safe.substr(0, end) + "~" + codec::sha256_hex(part).substr(0, k_digest);
}

bool is_part_path(std::string_view path) {
  constexpr std::string_view k_part = ".part";
  const auto digits = path.substr(path.find_last_not_of("0123456789") + 1);
  path.remove_suffix(digits.size());
  return !digits.empty() && path.ends_with(k_part);
}

}  // namespace

std::string bundle_name(std::string_view node, SysTime at) {
  std::string day = day_of(at);
  day.erase(std::remove(day.begin(), day.end(), '-'), day.end());
  return fmt::format("unsnag-{}-{}T{}Z", file_name_part(node), day, clock_of(at));
}

std::string eks_bundle_name(std::string_view instance, SysTime at) {
  return fmt::format("eks_{}_{}_{}-UTC_0.7.9", file_name_part(instance), day_of(at), clock_of(at));
}

std::string safe_path(std::string_view path) {
  std::string safe;
  for (const auto part : split(path, '/')) {
    if (part.empty()) continue;
    if (!safe.empty()) safe += '/';
    safe += safe_part(part);
  }
  if (is_part_path(safe)) safe += '_';  // so that no part of another content has its name
  return safe;
}

bool is_inside(std::string_view path) {
  const auto parts = split(path, '/');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) { return !part.empty() && part != "." && part != ".."; }) &&
         !contains(path, std::string_view("\0", 1));
}

std::string part_path(std::string_view path, std::size_t number) { return fmt::format("{}.part{}", path, number); }

}  // namespace unsnag::bundle
