// SPDX-License-Identifier: Apache-2.0
// How quickly the node's files are read. A node that is being looked at is often one that struggles: when tasks were waiting
// for its disks or its memory before reading began (PSI, /proc/pressure), what collecting adds must stay small.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace unsnag::collect {

/// What Pace knows of the world; tests have their own.
struct Surveyor {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::chrono::nanoseconds)> sleep;
  std::function<std::optional<double>()> pressure;  // the worse of io and memory, percent
};

/// That of the machine whose kernel this is: a node's container and the node have the same.
Surveyor real_surveyor();

class Pace {
 public:
  static constexpr std::uint64_t k_calm = 500'000'000;  // bytes a second
  static constexpr std::uint64_t k_struggling = 20'000'000;
  static constexpr double k_much = 10.0;  // percent; a node in peace has less than 1

  explicit Pace(Surveyor surveyor);

  /// So many bytes were read just now: waits as long as that should have taken. Asks for the pressure again every 10 s
  /// while the node struggles; while it does not, the pressure is our own.
  void took(std::uint64_t bytes);
  [[nodiscard]] bool struggling() const { return struggling_; }
  /// The pressure at the beginning, in percent.
  [[nodiscard]] std::optional<double> pressure() const { return pressure_; }

 private:
  Surveyor surveyor_;
  std::optional<double> pressure_;
  bool struggling_ = false;
  std::chrono::steady_clock::time_point begun_, asked_;
  std::uint64_t since_begun_ = 0;
};

}  // namespace unsnag::collect
