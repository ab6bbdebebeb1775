// SPDX-License-Identifier: Apache-2.0
// What must hold of every editor; a breach ends the program.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edit/every_leaf_for_tests.h"

namespace unsnag::fuzz {

inline void require(bool holds, std::string_view what = "a property does not hold") {
  if (holds) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Some values of the file, changed and changed back.
inline void check(std::string_view text, edit::Format format) {
  const auto tried = edit::try_every_leaf(text, format, 8);
  require(tried.wrong.empty(), tried.wrong.empty() ? std::string_view() : std::string_view(tried.wrong.front()));
}

template <typename Holds>
void require_reads(const Result<std::string>& after, Holds&& holds) {
  require(!after || holds(std::string_view(*after)), after ? std::string_view(*after) : std::string_view());
}

}  // namespace unsnag::fuzz
