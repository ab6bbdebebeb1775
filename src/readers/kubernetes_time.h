// SPDX-License-Identifier: Apache-2.0
// Time as kubectl prints it: ages, which count back from the unknown moment of the command, and the dates of
// `describe`. When one thing is printed with both, the moment of the command follows, and with it every age.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace unsnag::readers::kubernetes {

/// "24m": the true age lies within `age` .. `age + unit`, for kubectl drops what is smaller.
struct Age {
  nanoseconds age{0};
  nanoseconds unit{0};
};
std::optional<Age> parse_age_word(std::string_view word);
/// True for every word of an age column, "<unknown>" and "<invalid>" too.
bool is_age_word(std::string_view word);

/// "Tue, 24 Nov 2026 07:27:35 +0000" (RFC 1123 with a numeric zone; describe prints the zone of the one who ran it).
std::optional<Stamp> parse_describe_time(std::string_view text);

/// When the command ran: somewhere in `from` .. `from + width`.
struct Moment {
  SysTime from;
  nanoseconds width{0};
};
/// From something that is `age` old and happened at `then`, give or take.
Moment moment_of(const Stamp& then, const Age& age);
/// When something of that age happened.
Stamp stamp_of(const Moment& command, const Age& age);

}  // namespace unsnag::readers::kubernetes
