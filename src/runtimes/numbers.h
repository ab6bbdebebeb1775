// SPDX-License-Identifier: Apache-2.0
// Times and numbers of other programs, which may be any.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace unsnag::runtimes {

/// nullopt: 0, or no time at which anything on a node happened.
inline std::optional<SysTime> time_of(std::int64_t ns) {
  const SysTime at{nanoseconds(ns)};
  if (ns == 0 || !is_log_time(at)) return std::nullopt;
  return at;
}
inline std::optional<SysTime> time_of(std::int64_t s, std::int32_t ns) {
  constexpr std::int64_t k_2200 = 7'258'118'400;
  if (s <= 0 || s > k_2200) return std::nullopt;
  return time_of(s * 1'000'000'000 + ns);
}

/// nullopt: not all of it is a decimal number.
template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace unsnag::runtimes
