// SPDX-License-Identifier: Apache-2.0
// Which other pull was there at a moment. Asked pull by pull, that question looks at all pulls for each of them; asked
// for all moments at once, in order of time, it costs hardly more than sorting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace unsnag::diagnose {

constexpr std::size_t k_no_pull = ~std::size_t{0};

/// From when to when a pull counts as being there, both ends included. A pull may have many.
struct Stretch {
  SysTime from, to;
  std::size_t pull = 0;  // its place in the timeline
};

struct Question {
  SysTime moment;
  std::size_t pull = k_no_pull;  // who asks: it is no answer
};

enum class Pick : std::uint8_t { first, last };  // of several pulls, in the timeline's order

/// For each question a pull that was there at its moment, or k_no_pull.
std::vector<std::size_t> others_at(std::vector<Stretch> stretches, const std::vector<Question>& questions, Pick pick);

}  // namespace unsnag::diagnose
