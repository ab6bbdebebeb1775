// SPDX-License-Identifier: Apache-2.0
#include "catalogue/load_causes.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/document.h"
#include "base/text.h"

namespace unsnag::catalogue {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> strings(const Value& value) {
  std::vector<std::string> out;
  if (value.is_scalar()) out.push_back(value.scalar);
  for (const auto& [key, entry] : value.entries) out.push_back(entry.scalar);
  return out;
}

Result<std::vector<Term>> terms(const Value& value) {
  std::vector<Term> out;
  for (const auto& text : strings(value)) {
    TRY_ASSIGN(auto term, parse_term(text));
    out.push_back(std::move(term));
  }
  return out;
}

/// needs = ['a', ['b', 'c']]: a and (b or c).
Result<Condition> condition(const Value& value) {
  Condition out;
  if (value.is_scalar()) {
    TRY_ASSIGN(auto group, terms(value));
    out.push_back(std::move(group));
  }
  for (const auto& [key, entry] : value.entries) {
    TRY_ASSIGN(auto group, terms(entry));
    out.push_back(std::move(group));
  }
  return out;
}

Result<void*> only_keys(const Value& table, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table.entries)
    if (std::find(known.begin(), known.end(), key) == known.end())
      return fail(Errc::malformed, fmt::format("line {}: unknown key '{}'", value.line, key));
  return nullptr;
}

Result<Rule> read_rule(const Value& table, const std::string& cause) {
  TRY(only_keys(table, {"id", "needs", "unless", "strengthens", "confidence", "weight", "outranks", "says", "because", "decides", "also",
                        "example"}));
  Rule rule;
  rule.id = cause + '.' + table["id"].scalar;
  TRY_ASSIGN(rule.needs, condition(table["needs"]));
  TRY_ASSIGN(rule.unless, terms(table["unless"]));
  TRY_ASSIGN(rule.strengthens, terms(table["strengthens"]));
  rule.confidence = table["confidence"].scalar;
  if (const auto& weight = table["weight"].scalar; !weight.empty())
    std::from_chars(weight.data(), weight.data() + weight.size(), rule.weight);
  rule.outranks = strings(table["outranks"]);
  rule.says = table["says"].scalar;
  rule.because = table["because"].scalar;
  rule.decides = table["decides"].scalar;
  rule.also = strings(table["also"]);
  rule.example = table["example"].scalar;
  return rule;
}

/// `fix = "OPTIONS"` of advice stands for these words, so that all causes say it alike.
void say_fix(const std::string& options, const std::string& cause, AdviceText& advice) {
  advice.command = "unsnag fix " + cause + (options.empty() ? "" : " " + options);
  if (advice.when == "for-good") {
    advice.text = "unsnag writes it for what makes the nodes: karpenter, kubeadm, talos, …";
    advice.command += " --print PLATFORM";
  } else {
    advice.text = "unsnag does it on the node; without --apply it only shows the change.";
  }
}

/// What the cause's page says of it.
std::string fix_words(const Cause& cause, bool lasts) {
  auto words = "\n`unsnag fix " + cause.id + "` shows it on the node, and does it with `--apply`";
  if (lasts) words += "; with `--print PLATFORM` it writes\nthe lasting change for what makes the nodes";
  return words + ".\n";
}

Result<Cause> read_cause(const Value& document, const std::string& file) {
  TRY(only_keys(document, {"id", "title", "what", "tell", "fix", "rule", "ruled_out", "advice", "bring", "words"}));
  Cause cause;
  cause.file = file;
  cause.id = document["id"].scalar;
  cause.title = document["title"].scalar;
  cause.what = document["what"].scalar;
  cause.tell = document["tell"].scalar;
  cause.fix = document["fix"].scalar;
  for (const auto& [key, table] : document["rule"].entries) {
    TRY_ASSIGN(auto rule, context(read_rule(table, cause.id), "line {}", table.line));
    cause.rules.push_back(std::move(rule));
  }
  for (const auto& [key, table] : document["ruled_out"].entries) {
    TRY(only_keys(table, {"needs", "why"}));
    TRY_ASSIGN(auto needs, context(condition(table["needs"]), "line {}", table.line));
    cause.ruled_out.push_back({std::move(needs), table["why"].scalar});
  }
  bool fixes = false, lasts = false;
  for (const auto& [key, table] : document["advice"].entries) {
    TRY(only_keys(table, {"when", "platform", "except", "runtime", "rule", "confidence", "needs", "unless", "text", "command", "file",
                          "key", "value", "restart", "fix"}));
    AdviceText advice;
    advice.when = table["when"].scalar;
    advice.platforms = strings(table["platform"]);
    advice.except = strings(table["except"]);
    advice.runtimes = strings(table["runtime"]);
    advice.confidences = strings(table["confidence"]);
    for (const auto& rule : strings(table["rule"])) advice.rules.push_back(cause.id + '.' + rule);
    TRY_ASSIGN(advice.needs, context(condition(table["needs"]), "line {}", table.line));
    TRY_ASSIGN(advice.unless, context(terms(table["unless"]), "line {}", table.line));
    advice.text = table["text"].scalar;
    advice.command = table["command"].scalar;
    advice.file = table["file"].scalar;
    advice.key = table["key"].scalar;
    advice.value = table["value"].scalar;
    advice.restart = table["restart"].scalar;
    if (const auto& fix = table["fix"]) {
      if (!advice.text.empty() || !advice.command.empty() || advice.when == "others")
        return fail(Errc::malformed, fmt::format("line {}: fix brings its own text and command, now or for-good", table.line));
      say_fix(fix.scalar, cause.id, advice);
      (advice.when == "for-good" ? lasts : fixes) = true;
    }
    cause.advice.push_back(std::move(advice));
  }
  if (fixes) cause.fix += fix_words(cause, lasts);
  for (const auto& [key, table] : document["bring"].entries) {
    TRY(only_keys(table, {"what", "command"}));
    cause.bring.push_back({table["what"].scalar, table["command"].scalar});
  }
  for (const auto& [fact, table] : document["words"].entries)
    for (const auto& [word, said] : table.entries) cause.words.push_back({fact, word, said.scalar});
  return cause;
}

/// Attributes that diagnosis computes for every fact (docs/causes.md).
constexpr std::string_view k_computed[] = {"role", "age", "near", "tied", "said-by", "asks", "count", "same-host", "program",
                                           // context (docs/catalogue.md)
                                           "image", "pod", "namespace", "container", "step", "method", "url", "host", "addr", "via", "grpc",
                                           "layer", "digest", "mediatype", "path", "mirror", "subject", "engine", "message"};

class Checker {
 public:
  Checker(const std::vector<Cause>& causes, const std::vector<FactKind>& facts) : causes_(causes) {
    for (const auto& fact : facts) facts_.emplace(fact.name, &fact);
    for (const auto& cause : causes) {
      names_.insert(cause.id);
      for (const auto& rule : cause.rules) {
        if (!names_.insert(rule.id).second) problems_.push_back(fmt::format("{}: rule {} stands twice", cause.file, rule.id));
      }
    }
  }

  std::vector<std::string> run() {
    for (const auto& cause : causes_) {
      file_ = cause.file;
      if (cause.id.empty() || cause.id + ".toml" != cause.file) say("id", "must be the file's name");
      if (cause.title.empty() || cause.what.empty() || cause.tell.empty() || cause.fix.empty())
        say(cause.id, "needs title, what, tell and fix");
      if (cause.advice.empty()) say(cause.id, "needs advice");
      const auto leaves_doubt = [](const Rule& rule) { return rule.confidence != "certain"; };
      if (cause.bring.empty() && std::any_of(cause.rules.begin(), cause.rules.end(), leaves_doubt))
        say(cause.id, "needs bring: a rule of it is not certain");
      for (const auto& rule : cause.rules) check_rule(rule);
      for (const auto& out : cause.ruled_out) check(out.needs, cause.id + ".ruled_out");
      for (const auto& word : cause.words) check_word(cause.id, word);
      for (const auto& advice : cause.advice) {
        check(advice.needs, cause.id + ".advice");
        for (const auto& term : advice.unless) check(term, cause.id + ".advice");
        for (const auto& word : advice.confidences)
          if (!is_confidence(word)) say(cause.id, "advice: confidence is certain, likely or possible");
        if (advice.when != "now" && advice.when != "for-good" && advice.when != "others")
          say(cause.id, "advice: when is now, for-good or others");
        for (const auto& rule : advice.rules)
          if (names_.count(rule) == 0) say(cause.id, "advice for an unknown rule " + rule);
      }
    }
    check_circles();
    return std::move(problems_);
  }

 private:
  static bool is_confidence(std::string_view word) { return word == "certain" || word == "likely" || word == "possible"; }

  static bool outranks(const Rule& rule, const Cause& cause, const Rule& other) {
    return std::any_of(rule.outranks.begin(), rule.outranks.end(),
                       [&](const std::string& name) { return name == cause.id || name == other.id; });
  }

  void check_circles() {
    for (const auto& cause : causes_)
      for (const auto& other_cause : causes_) {
        if (other_cause.id <= cause.id) continue;
        for (const auto& rule : cause.rules)
          for (const auto& other : other_cause.rules)
            if (outranks(rule, other_cause, other) && outranks(other, cause, rule))
              problems_.push_back(fmt::format("{} and {} outrank each other", rule.id, other.id));
      }
  }

  void say(std::string_view where, std::string_view what) { problems_.push_back(fmt::format("{}: {}: {}", file_, where, what)); }

  void check_rule(const Rule& rule) {
    if (rule.needs.empty()) say(rule.id, "needs nothing");
    if (rule.says.empty()) say(rule.id, "says nothing");
    if (rule.example.empty()) say(rule.id, "has no example that makes it fire");
    if (!is_confidence(rule.confidence)) say(rule.id, "confidence is certain, likely or possible");
    if (rule.weight < 0 || rule.weight > 99) say(rule.id, "weight is 0 to 99");
    check(rule.needs, rule.id);
    for (const auto& term : rule.unless) check(term, rule.id);
    for (const auto& term : rule.strengthens) check(term, rule.id);
    for (const auto& name : rule.outranks)
      if (names_.count(name) == 0) say(rule.id, "outranks an unknown cause or rule " + name);
    for (const auto& name : rule.also)
      if (names_.count(name) == 0) say(rule.id, "also names an unknown cause " + name);
  }

  void check_word(std::string_view cause, const SaidWord& word) {
    const auto it = facts_.find(word.fact);
    if (it == facts_.end()) return say(cause, "words of an unknown fact " + word.fact);
    const auto knows = [&](const FactKind::Attribute& attribute) {
      return std::find(attribute.words.begin(), attribute.words.end(), word.word) != attribute.words.end();
    };
    if (std::none_of(it->second->attributes.begin(), it->second->attributes.end(), knows))
      say(cause, fmt::format("{} knows no word {}", word.fact, word.word));
  }

  void check(const Condition& condition, std::string_view where) {
    for (const auto& group : condition)
      for (const auto& term : group) check(term, where);
  }

  void check(const Term& term, std::string_view where) {
    const auto it = facts_.find(term.fact);
    if (it == facts_.end()) {
      say(where, "asks for an unknown fact " + term.fact);
      return;
    }
    for (const auto& test : term.tests) {
      if (std::find(std::begin(k_computed), std::end(k_computed), test.attribute) != std::end(k_computed)) continue;
      const auto& known = it->second->attributes;
      const auto attribute = std::find_if(known.begin(), known.end(), [&](const auto& a) { return a.name == test.attribute; });
      if (attribute == known.end()) {
        say(where, fmt::format("{} has no attribute {}", term.fact, test.attribute));
        continue;
      }
      if (attribute->words.empty() || test.kind == Term::Test::Kind::contains) continue;
      for (const auto& value : test.values)
        if (!value.empty() && std::find(attribute->words.begin(), attribute->words.end(), value) == attribute->words.end())
          say(where, fmt::format("{}({}=…) knows no word {}", term.fact, test.attribute, value));
    }
  }

  const std::vector<Cause>& causes_;
  std::map<std::string, const FactKind*, std::less<>> facts_;
  std::set<std::string, std::less<>> names_;
  std::string file_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<std::vector<Cause>> load_causes(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".toml") paths.push_back(entry.path());
  if (error) return fail(Errc::io, fmt::format("{}: {}", folder, error.message()));
  std::sort(paths.begin(), paths.end());
  std::vector<Cause> causes;
  for (const auto& path : paths) {
    const auto name = path.filename().string();
    std::ifstream in(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    TRY_ASSIGN(const auto document, context(parse_toml(text), "{}", name));
    TRY_ASSIGN(auto cause, context(read_cause(document, name), "{}", name));
    causes.push_back(std::move(cause));
  }
  return causes;
}

std::vector<std::string> check_causes(const std::vector<Cause>& causes, const std::vector<FactKind>& facts) {
  return Checker(causes, facts).run();
}

}  // namespace unsnag::catalogue
