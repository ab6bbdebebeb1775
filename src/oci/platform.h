// SPDX-License-Identifier: Apache-2.0
// For which system an image was made, and which of an index's images a machine takes: names and fallbacks as containerd's
// platforms module has them (containerd/platforms 1.0: database.go, compare.go).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace unsnag::oci {

struct Platform {
  std::string os;            // "linux"
  std::string architecture;  // "amd64"
  std::string variant{};     // "v7" of arm; "" where that is the usual one (arm64's v8, amd64's v1)
  std::string os_version{};  // of Windows alone

  /// linux/arm/v7
  [[nodiscard]] std::string to_string() const;
  bool operator==(const Platform&) const = default;
};

/// With the names that other programs use made the standard ones: x86_64 → amd64, aarch64 → arm64, armhf → arm/v7, …
Platform normalized(Platform platform);
/// "linux/arm64", "linux/arm/v7", "amd64" (of this machine's system). Errors: invalid_argument.
Result<Platform> parse_platform(std::string_view text);
/// This machine's (uname).
Platform host_platform();

/// What a machine of this platform can run, best first: arm64 → linux/arm64, linux/arm/v8, …/v7, …; amd64/v3 → v3, v2, plain, 386.
std::vector<Platform> runnable_on(const Platform& machine);

}  // namespace unsnag::oci
