// SPDX-License-Identifier: Apache-2.0
#include "watch/movement.h"

#include <algorithm>

namespace unsnag::watch {
namespace {

constexpr int k_samples = 64;  // in a window: closer looks fall into one sample

}  // namespace

void Movement::look(nanoseconds now, std::uint64_t amount, bool owed) {
  if (last_look_.count() < 0) {
    window_.push_back({clock_, amount});
    amount_ = amount;
  } else if (owed) {
    clock_ += std::max(now - last_look_, nanoseconds{0});
  }
  last_look_ = now;
  if (amount > amount_) {
    amount_ = amount;
    moved_ = clock_;
  }
  if (clock_ - window_.back().clock >= limit_ / k_samples) window_.push_back({clock_, amount_});
  while (window_.size() > 1 && clock_ - window_[1].clock >= limit_) window_.pop_front();
}

bool Movement::stuck() const {
  if (window_.empty() || clock_ - window_.front().clock < limit_) return false;
  const auto came = amount_ - window_.front().amount;
  const auto seconds = std::chrono::duration<double>(clock_ - window_.front().clock).count();
  return came == 0 || static_cast<double>(came) < floor_ * seconds;
}

}  // namespace unsnag::watch
