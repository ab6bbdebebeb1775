// SPDX-License-Identifier: Apache-2.0
// Stands before the sink that readers write to, so that no part of an event holds a secret, whoever made it: an image may be
// named with a password, a mirror or proxy is often set with one, and events that are read back may be anybody's. The
// readers look after origin.text themselves, since they cut it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "timeline/event.h"

namespace unsnag::readers {

class RedactingSink : public timeline::Sink {
 public:
  explicit RedactingSink(timeline::Sink& sink) : sink_(sink) {}
  void accept(const timeline::Event& event) noexcept override;

 private:
  timeline::Sink& sink_;
  std::array<std::uint64_t, 64> clean_{};  // twins in which nothing was found; the number's remainder is its place
};

}  // namespace unsnag::readers
