// SPDX-License-Identifier: Apache-2.0
// The causes and their rules in memory, as causes/*.toml has them (docs/causes.md describes the files). Here is
// only what the files say; diagnose/ applies it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace unsnag::catalogue {

/// What a rule asks of one fact: `unreachable(role=registry|mirror, how!=reset, url~/blobs/)`.
struct Term {
  struct Test {
    enum class Kind { equal, not_equal, contains, at_least, below };
    std::string attribute;
    Kind kind = Kind::equal;
    std::vector<std::string> values;  // any of them; for not_equal none of them
  };
  std::string fact;
  std::vector<Test> tests;
};
/// Errors: malformed.
Result<Term> parse_term(std::string_view text);

/// A condition: every group must hold, a group holds if one of its terms does.
using Condition = std::vector<std::vector<Term>>;

struct Rule {
  std::string id;  // "<cause>.<what>"
  Condition needs;
  std::vector<Term> unless;           // none of these may hold
  std::vector<Term> strengthens;      // if any holds, likely becomes certain and possible likely, and what holds joins the proof
  std::string confidence;             // certain | likely | possible
  int weight = 50;                    // between causes of equal confidence: how specific the rule is, 0–99
  std::vector<std::string> outranks;  // causes, or rules, that this one explains away
  std::string says, because, decides;
  std::vector<std::string> also;  // causes that the same facts allow, for the alternatives
  std::string example;            // lines that make it the verdict; tests hold it to that (not in the binary)
};

struct RuledOutWhen {
  Condition needs;
  std::string why;
};

struct AdviceText {
  std::string when;                              // now | for-good | others
  std::vector<std::string> platforms, runtimes;  // empty: all
  std::vector<std::string> except;               // platforms where it would be wrong
  std::vector<std::string> rules;                // empty: every rule of the cause
  std::vector<std::string> confidences;          // empty: however sure the verdict is
  Condition needs;
  std::vector<Term> unless;  // none of these may hold
  std::string text, command, file, key, value, restart;
};

/// How a sentence of the cause says a fact's word: "legacy-cn" of tls-failed is "it has no subjectAltName".
struct SaidWord {
  std::string fact, word, said;
};

struct BringText {
  std::string what, command;
};

struct Cause {
  std::string id, title, what, tell, fix;
  std::vector<Rule> rules;
  std::vector<RuledOutWhen> ruled_out;
  std::vector<AdviceText> advice;
  std::vector<BringText> bring;
  std::vector<SaidWord> words;
  std::string file;
};

/// The causes that the build compiled in, in order of id.
const std::vector<Cause>& built_in_causes();

}  // namespace unsnag::catalogue
