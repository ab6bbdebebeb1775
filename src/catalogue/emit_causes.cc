// SPDX-License-Identifier: Apache-2.0
// Causes as C++: aggregates, spelled out, so that nothing is parsed when the program starts.
#include "catalogue/cpp_literal.h"
#include "catalogue/load_causes.h"

namespace unsnag::catalogue {
namespace {

template <typename T, typename F>
std::string list_of(const std::vector<T>& items, F&& one) {
  std::string out = "{";
  for (const auto& item : items) out += one(item) + ", ";
  return out + "}";
}

std::string term(const Term& t) {
  return fmt::format("{{{}, {}}}", cpp_literal(t.fact), list_of(t.tests, [](const Term::Test& test) {
                       return fmt::format("{{{}, static_cast<Term::Test::Kind>({}), {}}}", cpp_literal(test.attribute),
                                          static_cast<int>(test.kind), cpp_list(test.values));
                     }));
}

std::string terms(const std::vector<Term>& list) { return "std::vector<Term>" + list_of(list, term); }
std::string condition(const Condition& groups) { return "Condition" + list_of(groups, terms); }

std::string rule(const Rule& r) {
  return fmt::format("Rule{{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {{}}}}", cpp_literal(r.id), condition(r.needs), terms(r.unless),
                     terms(r.strengthens), cpp_literal(r.confidence), r.weight, cpp_list(r.outranks), cpp_literal(r.says),
                     cpp_literal(r.because), cpp_literal(r.decides), cpp_list(r.also));
}

std::string advice(const AdviceText& a) {
  return fmt::format("AdviceText{{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}}", cpp_literal(a.when), cpp_list(a.platforms),
                     cpp_list(a.runtimes), cpp_list(a.except), cpp_list(a.rules), cpp_list(a.confidences), condition(a.needs),
                     terms(a.unless), cpp_literal(a.text), cpp_literal(a.command), cpp_literal(a.file), cpp_literal(a.key),
                     cpp_literal(a.value), cpp_literal(a.restart));
}

}  // namespace

std::string emit_causes(const std::vector<Cause>& causes) {
  std::string out =
      "// Made by unsnag-catalogue from causes/*.toml. Do not edit.\n"
      "#include \"catalogue/causes.h\"\n\n"
      "namespace unsnag::catalogue {\n"
      "namespace {\n\n";
  for (std::size_t i = 0; i < causes.size(); ++i) {
    const auto& cause = causes[i];
    out += fmt::format("Cause make_{}() {{\n  Cause c;\n", i);
    const auto set = [&](std::string_view key, const std::string& value) { out += fmt::format("  c.{} = {};\n", key, cpp_literal(value)); };
    set("id", cause.id);
    set("title", cause.title);
    set("what", cause.what);
    set("tell", cause.tell);
    set("fix", cause.fix);
    for (const auto& r : cause.rules) out += "  c.rules.push_back(" + rule(r) + ");\n";
    for (const auto& r : cause.ruled_out)
      out += fmt::format("  c.ruled_out.push_back(RuledOutWhen{{{}, {}}});\n", condition(r.needs), cpp_literal(r.why));
    for (const auto& a : cause.advice) out += "  c.advice.push_back(" + advice(a) + ");\n";
    for (const auto& b : cause.bring)
      out += fmt::format("  c.bring.push_back(BringText{{{}, {}}});\n", cpp_literal(b.what), cpp_literal(b.command));
    for (const auto& w : cause.words)
      out += fmt::format("  c.words.push_back(SaidWord{{{}, {}, {}}});\n", cpp_literal(w.fact), cpp_literal(w.word), cpp_literal(w.said));
    out += "  return c;\n}\n\n";
  }
  out +=
      "}  // namespace\n\nconst std::vector<Cause>& built_in_causes() {\n  static const std::vector<Cause> k_causes = [] {\n    "
      "std::vector<Cause> all;\n";
  for (std::size_t i = 0; i < causes.size(); ++i) out += fmt::format("    all.push_back(make_{}());\n", i);
  out += "    return all;\n  }();\n  return k_causes;\n}\n\n}  // namespace unsnag::catalogue\n";
  return out;
}

}  // namespace unsnag::catalogue
