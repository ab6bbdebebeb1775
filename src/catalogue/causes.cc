// SPDX-License-Identifier: Apache-2.0
#include "catalogue/causes.h"

#include "base/text.h"

namespace unsnag::catalogue {
namespace {

Result<Term::Test> parse_test(std::string_view text) {
  using Kind = Term::Test::Kind;
  struct Operator {
    std::string_view sign;
    Kind kind;
  };
  static constexpr Operator k_operators[] = {
      {"!=", Kind::not_equal}, {">=", Kind::at_least}, {"<", Kind::below}, {"~", Kind::contains}, {"=", Kind::equal}};
  for (const auto& [sign, kind] : k_operators) {
    const auto at = text.find(sign);
    if (at == std::string_view::npos) continue;
    Term::Test test{std::string(trim(text.substr(0, at))), kind, {}};
    for (const auto value : split(text.substr(at + sign.size()), '|')) test.values.emplace_back(trim(value));
    return test;
  }
  return fail(Errc::malformed, fmt::format("'{}' is no test of an attribute", text));
}

}  // namespace

Result<Term> parse_term(std::string_view text) {
  text = trim(text);
  const auto open = text.find('(');
  if (open == std::string_view::npos) return Term{std::string(text), {}};
  if (text.back() != ')') return fail(Errc::malformed, fmt::format("'{}' lacks its )", text));
  Term term{std::string(trim(text.substr(0, open))), {}};
  const auto inside = trim(text.substr(open + 1, text.size() - open - 2));
  if (inside.empty()) return term;
  for (const auto part : split(inside, ',')) {
    TRY_ASSIGN(auto test, parse_test(part));
    term.tests.push_back(std::move(test));
  }
  return term;
}

}  // namespace unsnag::catalogue
