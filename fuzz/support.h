// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "timeline/event.h"

namespace unsnag::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// Swallows events.
struct Nowhere : timeline::Sink {
  void accept(const timeline::Event&) noexcept override {}
};

}  // namespace unsnag::fuzz
