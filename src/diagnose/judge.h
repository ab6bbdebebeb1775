// SPDX-License-Identifier: Apache-2.0
// Applies the rules of causes/*.toml to a case file: which fire, on which facts, and which one explains the rest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalogue/causes.h"
#include "diagnose/case_file.h"
#include "diagnose/verdict.h"

namespace unsnag::diagnose {

bool holds(const catalogue::Term& term, const CaseFact& fact);
/// The facts that satisfy the condition, one for each group at least; empty when it does not hold.
std::vector<const CaseFact*> satisfy(const catalogue::Condition& condition, const CaseFile& file);

struct Firing {
  const catalogue::Cause* cause = nullptr;
  const catalogue::Rule* rule = nullptr;
  std::vector<const CaseFact*> facts;
  Confidence confidence = Confidence::possible;
  int score = 0;
  bool explained_away = false;
};

/// All rules that fire, the one that explains the most first; explained-away ones last.
std::vector<Firing> judge(const CaseFile& file);

/// For a sentence what is unknown is "?", "the image", "this node"; for a command it is a word to replace: IMAGE, POD.
enum class Unknown : std::uint8_t { in_words, to_replace };

/// Fills {image}, {repository}, {registry}, {node}, {pod}, {fact.attribute} (the firing's facts first) and {attribute} (of
/// those alone). Other braces stay. What stands in [[…]] is left out when something in it is unknown. A `cause` has its own
/// words for those of its facts.
std::string fill_words(std::string_view text, const CaseFile& file, const std::vector<const CaseFact*>& facts,
                       Unknown unknown = Unknown::in_words, const catalogue::Cause* cause = nullptr);

}  // namespace unsnag::diagnose
