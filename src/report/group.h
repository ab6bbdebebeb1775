// SPDX-License-Identifier: Apache-2.0
// One cause that snags twenty images is one thing to mend, so it is shown as one block.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diagnose/verdict.h"

namespace unsnag::report {

/// Verdicts that share cause, rule and registry; the first one speaks for all. Borrows the verdicts.
struct Group {
  std::vector<const diagnose::Verdict*> members;  // never empty

  [[nodiscard]] const diagnose::Verdict& first() const { return *members.front(); }
  /// The first one's summary when it holds for all, else the cause's title with the count.
  [[nodiscard]] std::string headline() const;
  /// The deciding lines of all members, each once, the strongest of each member first.
  [[nodiscard]] std::vector<const diagnose::Proof*> proof(std::size_t most) const;
};

/// In order of each group's first verdict.
std::vector<Group> group(const std::vector<diagnose::Verdict>& verdicts);
std::vector<Group> group(std::vector<diagnose::Verdict>&&) = delete;  // they would be gone

/// The image as a pod names it, else as normalised, else "".
const std::string& image_of(const diagnose::Verdict& verdict);

}  // namespace unsnag::report
