// SPDX-License-Identifier: Apache-2.0
// One line on a terminal that says what is being read, once reading takes longer than people like to wait in silence.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "cli/surroundings.h"

namespace unsnag::cli {

class ProgressLine {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  explicit ProgressLine(Surroundings& surroundings, Now now = std::chrono::steady_clock::now);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::string_view what, std::uint64_t bytes);
  void clear();

 private:
  Surroundings& surroundings_;
  Now now_;
  std::chrono::steady_clock::time_point begin_, shown_at_;
  bool shown_ = false;
};

}  // namespace unsnag::cli
