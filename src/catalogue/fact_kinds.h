// SPDX-License-Identifier: Apache-2.0
// What a fact says about failure, as catalogue/facts.toml declares it.
#pragma once

#include <cstdint>
#include <string_view>

namespace unsnag::catalogue {

enum class FailureKind : std::uint8_t {
  pull,  // the line alone says that a pull failed
  step,  // something failed; it is a pull's failure when its line or moment is a pull's
  node,  // a condition of the node that explains failures
  no,
};

/// `no` for a fact that nobody declared (a newer program's timeline may hold some).
FailureKind failure_kind(std::string_view fact);

}  // namespace unsnag::catalogue
