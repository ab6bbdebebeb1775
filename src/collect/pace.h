// SPDX-License-Identifier: Apache-2.0
// How quickly the node's files are read. A node that is being looked at is often one that struggles: when tasks were waiting
// for its disks or its memory before reading began (PSI, /proc/pressure), what collecting adds must stay small. A calm node's
// disk is spared as well, since others may need it in the next moment; what is in the page cache costs nobody's disk and is not
// waited for: processor and disk queue we have only when nobody else wants them (cli/spare.h).
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
  std::function<std::uint64_t()> from_disk;         // bytes that this process has got from disks, and not from the page cache
};

/// That of the machine whose kernel this is: a node's container and the node have the same.
Surveyor real_surveyor();

class Pace {
 public:
  static constexpr std::uint64_t k_calm = 500'000'000;       // bytes a second, from disks
  static constexpr std::uint64_t k_struggling = 20'000'000;  // … of all that is read, since it is also compressed and written
  static constexpr double k_much = 10.0;                     // percent; a node in peace has less than 1

  explicit Pace(Surveyor surveyor);

  /// So many bytes were read just now: waits as long as those that count should have taken. Asks for the pressure again every 10 s
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
  std::uint64_t since_begun_ = 0, from_disk_ = 0;
};

}  // namespace unsnag::collect
