// SPDX-License-Identifier: Apache-2.0
#include "diagnose/judge.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "diagnose/places.h"
#include "diagnose/timeline_index.h"

namespace unsnag::diagnose {
namespace {

using catalogue::Term;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

/// "v1.9.3" < "1.24": part by part, not as decimals. Negative, zero or positive; nullopt when either is no version.
std::optional<int> compare_versions(std::string_view a, std::string_view b) {
  const auto next = [](std::string_view& text) -> std::optional<int> {
    if (!text.empty() && (text.front() == 'v' || text.front() == '.')) text.remove_prefix(1);
    int part = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return part;
  };
  for (bool first = true;; first = false) {
    const auto left = next(a), right = next(b);
    if (first && (!left || !right)) return std::nullopt;
    if (!left || !right) return 0;  // "1.24" stands for all of its patches
    if (*left != *right) return *left < *right ? -1 : 1;
  }
}

/// Compares as numbers, or as versions where that is what the attribute is.
std::optional<int> compare(const Term::Test& test, std::string_view value) {
  const auto& wanted = test.values.front();
  if (test.attribute == "version") return compare_versions(value, wanted);
  const auto have = number(value), want = number(wanted);
  if (!have || !want) return std::nullopt;
  return *have < *want ? -1 : *have > *want ? 1 : 0;
}

bool passes(const Term::Test& test, std::string_view value) {
  using Kind = Term::Test::Kind;
  const auto any = [&](auto&& matches) { return std::any_of(test.values.begin(), test.values.end(), matches); };
  switch (test.kind) {
    case Kind::equal: return any([&](const std::string& v) { return value == v; });
    case Kind::not_equal: return !any([&](const std::string& v) { return value == v; });
    case Kind::contains: return any([&](const std::string& v) { return contains(value, v); });
    case Kind::at_least: {
      const auto order = compare(test, value);
      return order && *order >= 0;
    }
    case Kind::below: {
      const auto order = compare(test, value);
      return order && *order < 0;
    }
  }
  return false;
}

Confidence parse_confidence(std::string_view text) {
  if (text == "certain") return Confidence::certain;
  if (text == "likely") return Confidence::likely;
  return Confidence::possible;
}

int confidence_score(Confidence confidence) {
  switch (confidence) {
    case Confidence::certain: return 300;
    case Confidence::likely: return 200;
    case Confidence::possible: return 100;
    case Confidence::insufficient: return 0;
  }
  return 0;
}

/// Facts of the last attempt count for more than those of earlier ones, and own facts for more than near ones.
int closeness(const std::vector<const CaseFact*>& facts) {
  bool last = facts.empty(), own = facts.empty();
  for (const auto* fact : facts) {
    last = last || fact->fact.get("age") != "earlier";
    own = own || fact->tie == Tie::own;
  }
  return (last ? 150 : 0) + (own ? 60 : 0);
}

}  // namespace

bool holds(const Term& term, const CaseFact& fact) {
  if (fact.fact.name != term.fact) return false;
  return std::all_of(term.tests.begin(), term.tests.end(),
                     [&](const Term::Test& test) { return passes(test, fact.fact.get(test.attribute)); });
}

std::vector<const CaseFact*> satisfy(const catalogue::Condition& condition, const CaseFile& file) {
  std::vector<const CaseFact*> facts;
  for (const auto& group : condition) {
    const auto before = facts.size();
    for (const auto& fact : file.facts)
      if (std::any_of(group.begin(), group.end(), [&](const Term& term) { return holds(term, fact); })) facts.push_back(&fact);
    if (facts.size() == before) return {};
  }
  return facts;
}

std::vector<Firing> judge(const CaseFile& file) {
  std::vector<Firing> firings;
  const auto none_own = [](const std::vector<const CaseFact*>& facts) {
    return std::none_of(facts.begin(), facts.end(), [](const CaseFact* fact) { return fact->tie == Tie::own || fact->tie == Tie::node; });
  };
  const bool several_failed = file.index != nullptr && file.index->timeline().pulls.size() > 1;
  for (const auto& cause : catalogue::built_in_causes())
    for (const auto& rule : cause.rules) {
      auto facts = satisfy(rule.needs, file);
      if (facts.empty()) continue;
      const auto meets = [&](const Term& term) {
        return std::any_of(file.facts.begin(), file.facts.end(), [&](const CaseFact& fact) { return holds(term, fact); });
      };
      if (std::any_of(rule.unless.begin(), rule.unless.end(), meets)) continue;
      // Where nothing failed, a node's trouble alone is no verdict on the image.
      const auto own = [](const CaseFact* fact) { return fact->tie == Tie::own; };
      if (!file.failed && std::none_of(facts.begin(), facts.end(), own)) continue;
      auto confidence = parse_confidence(rule.confidence);
      if (confidence != Confidence::certain && std::any_of(rule.strengthens.begin(), rule.strengthens.end(), meets)) {
        confidence = confidence == Confidence::possible ? Confidence::likely : Confidence::certain;
        for (const auto& term : rule.strengthens)
          for (const auto& fact : file.facts)
            if (holds(term, fact)) facts.push_back(&fact);
      }
      const auto score = confidence_score(confidence) + rule.weight + closeness(facts);
      firings.push_back({&cause, &rule, std::move(facts), confidence, score, false});
    }
  for (auto& firing : firings)
    for (const auto& other : firings) {
      if (other.cause == firing.cause) continue;
      const auto& names = other.rule->outranks;
      const bool outranked = std::any_of(names.begin(), names.end(),
                                         [&](const std::string& name) { return name == firing.cause->id || name == firing.rule->id; });
      // What only an earlier attempt showed does not explain the last one away.
      const bool stale = closeness(other.facts) < 150 && closeness(firing.facts) >= 150;
      // Nor do lines that only stand near explain away what the image's own lines say.
      const bool borrowed = none_own(other.facts) && !none_own(firing.facts) && several_failed;
      firing.explained_away = firing.explained_away || (outranked && !stale && !borrowed);
    }
  std::stable_sort(firings.begin(), firings.end(), [](const Firing& a, const Firing& b) {
    if (a.explained_away != b.explained_away) return !a.explained_away;
    return a.score > b.score;
  });
  return firings;
}

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-.") == std::string_view::npos;
}

std::string attribute_of(std::string_view name, const CaseFile& file, const std::vector<const CaseFact*>& facts) {
  const auto dot = name.find('.');
  const auto wanted = dot == std::string_view::npos ? name : name.substr(dot + 1);
  const auto matches = [&](const CaseFact& fact) { return dot == std::string_view::npos || fact.fact.name == name.substr(0, dot); };
  for (const auto* fact : facts)
    if (matches(*fact))
      if (const auto value = fact->fact.get(wanted); !value.empty()) return std::string(value);
  if (dot == std::string_view::npos) return {};
  for (const auto& fact : file.facts)
    if (matches(fact))
      if (const auto value = fact.fact.get(wanted); !value.empty()) return std::string(value);
  return {};
}

/// Evidence is hostile, and commands are pasted into a shell: what means something to a shell, would be an option, or leads
/// out of a folder, is filled in nowhere in a command, nor in a place to edit. Names of images, pods, nodes, hosts and
/// paths have none of it.
bool is_plain_argument(std::string_view value) {
  return !value.empty() && value.front() != '-' && !contains(value, "..") && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || contains("._:/@+,-", std::string_view(&c, 1));
  });
}

std::string known_value_of(std::string_view name, const CaseFile& file, const std::vector<const CaseFact*>& facts) {
  const auto* pull = file.pull;
  if (name == "image") return pull != nullptr ? pull->image_as_given : "";
  if (name == "repository" && !file.image.empty()) return timeline::repository_of(file.image);
  if (name == "registry") return file.registry;
  if (name == "node") return file.node;
  if (name == "pod") return file.pod;
  if (name == "namespace" || name == "container") {
    const auto own = name == "container" ? pull != nullptr && pull->containers.size() == 1 ? pull->containers.front() : std::string()
                                         : namespace_of(file);
    if (!own.empty()) return own;
  }
  if (is_place(name)) return place_named(name, file);
  auto value = attribute_of(name, file, facts);
  return value == "kubelet-dockershim" ? "kubelet" : value;
}

/// What stands for something unknown: in a command a word to replace, POD or SECRET.
std::string stand_in(std::string_view name, Unknown unknown) {
  if (unknown == Unknown::in_words) {
    if (name == "image" || name == "registry" || name == "pod") return "the " + std::string(name);
    return name == "node" ? "this node" : "?";
  }
  std::string word(name.substr(name.find('.') == std::string_view::npos ? 0 : name.find('.') + 1));
  for (auto& c : word) c = c == '-' ? '_' : static_cast<char>(c - ('a' - 'A'));
  return word;
}

/// "tls-failed.how" is "legacy-cn": what the cause says for it; "" where it has no words of its own.
std::string said_for(std::string_view name, std::string_view value, const catalogue::Cause* cause) {
  const auto dot = name.find('.');
  if (cause == nullptr || dot == std::string_view::npos) return {};
  for (const auto& word : cause->words)
    if (word.fact == name.substr(0, dot) && word.word == value) return word.said;
  return {};
}

std::string value_of(std::string_view name, const CaseFile& file, const std::vector<const CaseFact*>& facts, Unknown unknown,
                     const catalogue::Cause* cause) {
  auto value = known_value_of(name, file, facts);
  if (unknown == Unknown::in_words)
    if (auto said = said_for(name, value, cause); !said.empty()) return said;
  const bool command = unknown == Unknown::to_replace;
  if (value.empty() || (command && !is_plain_argument(value))) return stand_in(name, unknown);
  if (const auto slash = value.find('/'); command && name == "pod" && slash != std::string::npos) {
    const auto space = value.substr(0, slash), pod = value.substr(slash + 1);
    return is_plain_argument(space) && is_plain_argument(pod) ? pod + " -n " + space : stand_in(name, unknown);
  }
  return value;
}

}  // namespace

std::string fill_words(std::string_view text, const CaseFile& file, const std::vector<const CaseFact*>& facts, Unknown unknown,
                       const catalogue::Cause* cause) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find_first_of("{[");
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    if (text.substr(0, 2) == "[[") {
      const auto close = text.find("]]");
      // TOML's "[[registry]]" leaves nothing open.
      if (close != std::string_view::npos && text.substr(0, close).find('{') == std::string_view::npos) {
        out += text.substr(0, close + 2);
        text.remove_prefix(close + 2);
        continue;
      }
      const auto part = text.substr(2, close == std::string_view::npos ? 0 : close - 2);
      const auto optional = fill_words(part, file, facts, Unknown::in_words, cause);
      if (optional.find('?') == std::string::npos) {
        // Once more where it goes into a command: only what is plain may stand there.
        out += unknown == Unknown::in_words ? optional : fill_words(part, file, facts, unknown, cause);
      }
      text.remove_prefix(close == std::string_view::npos ? 2 : close + 2);
      continue;
    }
    const auto close = text.find('}');
    const auto name = text.substr(1, close == std::string_view::npos ? 0 : close - 1);
    if (text.front() == '{' && is_name(name)) {
      out += value_of(name, file, facts, unknown, cause);
      text.remove_prefix(close + 1);
    } else {  // a bracket of the shell's or jq's
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace unsnag::diagnose
