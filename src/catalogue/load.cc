// SPDX-License-Identifier: Apache-2.0
#include "catalogue/load.h"

#include <algorithm>
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

Result<std::string> read_whole(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::io, "cannot be opened");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<std::string> strings(const Value& value) {
  std::vector<std::string> out;
  if (value.is_scalar()) out.push_back(value.scalar);
  for (const auto& [key, entry] : value.entries) out.push_back(entry.scalar);
  return out;
}

constexpr std::string_view k_message_keys[] = {"id",    "program", "versions", "source", "text", "establishes",
                                               "frame", "samples", "sample",   "at",     "note"};

Result<Message> read_message(const Value& entry, std::string_view program, const std::string& file) {
  Message message;
  message.id = entry["id"].scalar;
  message.line = entry.line;
  message.file = file;
  if (message.id.empty()) return fail(Errc::malformed, fmt::format("{}:{}: a message without an id", file, entry.line));
  for (const auto& [key, value] : entry.entries)
    if (std::find(std::begin(k_message_keys), std::end(k_message_keys), key) == std::end(k_message_keys))
      return fail(Errc::malformed, fmt::format("{}:{}: {}: unknown key '{}'", file, value.line, message.id, key));
  message.program = entry["program"] ? entry["program"].scalar : std::string(program);
  message.texts = strings(entry["text"]);
  message.establishes = strings(entry["establishes"]);
  message.is_frame = static_cast<bool>(entry["frame"]);
  message.frame = entry["frame"].scalar;
  message.samples = strings(entry["samples"]);
  message.versions = entry["versions"].scalar;
  message.source = entry["source"].scalar;
  message.at_start = entry["at"].scalar == "start";
  message.at_end = entry["at"].scalar == "end";
  return message;
}

FactKind read_fact(const Value& entry, const std::string& file) {
  FactKind fact{entry["name"].scalar, entry["means"].scalar, entry["failure"].scalar, {}, file};
  for (const auto& text : strings(entry["attributes"])) {
    const auto colon = text.find(':');
    FactKind::Attribute attribute{std::string(trim(std::string_view(text).substr(0, colon))), {}};
    if (colon != std::string::npos)
      for (const auto word : split_words(std::string_view(text).substr(colon + 1))) attribute.words.emplace_back(word);
    fact.attributes.push_back(std::move(attribute));
  }
  return fact;
}

constexpr std::string_view k_context[] = {"image", "pod",    "namespace", "container", "step",    "method", "url",
                                          "host",  "addr",   "via",       "grpc",      "layer",   "digest", "mediatype",
                                          "path",  "mirror", "subject",   "engine",    "request", "node"};

bool is_context(std::string_view name) { return std::find(std::begin(k_context), std::end(k_context), name) != std::end(k_context); }

class Checker {
 public:
  Checker(const Files& files, const Catalogue& catalogue) : catalogue_(catalogue) {
    for (const auto& fact : files.facts) {
      const auto [it, is_new] = facts_.emplace(fact.name, &fact);
      if (!is_new) problems_.push_back(fmt::format("{}: fact {} is declared twice", fact.file, fact.name));
    }
  }

  std::vector<std::string> run() {
    std::set<std::string> ids;
    for (std::uint32_t m = 0; m < catalogue_.messages().size(); ++m) {
      const auto& message = catalogue_.messages()[m];
      if (!ids.insert(message.id).second) say(message, "this id stands twice");
      if (message.texts.empty()) say(message, "has no text");
      if (message.establishes.empty() && !message.is_frame) say(message, "establishes nothing and is no frame");
      if (message.source.empty()) say(message, "does not say where its program prints it (source)");
      check_facts(m);
      check_samples(m);
    }
    return std::move(problems_);
  }

 private:
  void say(const Message& message, std::string_view what) {
    problems_.push_back(fmt::format("{}:{}: {}: {}", message.file, message.line, message.id, what));
  }

  void check_captures(const Message& message, std::string_view value) {
    for (auto open = value.find('{'); open != std::string_view::npos; open = value.find('{', open + 1)) {
      const auto name = value.substr(open + 1, value.find('}', open) - open - 1);
      const bool known = std::any_of(message.texts.begin(), message.texts.end(), [&](const std::string& text) {
        auto pattern = Pattern::parse(text);
        if (!pattern) return false;
        const auto names = pattern->capture_names();
        return std::find(names.begin(), names.end(), name) != names.end();
      });
      if (!known) say(message, fmt::format("uses {{{}}}, which none of its patterns captures", name));
    }
  }

  void check_facts(std::uint32_t m) {
    const auto& message = catalogue_.messages()[m];
    for (const auto& assertion : catalogue_.assertions(m)) {
      const auto it = facts_.find(assertion.name);
      if (it == facts_.end()) {
        say(message, fmt::format("establishes {}, which no [[fact]] declares", assertion.name));
        continue;
      }
      for (const auto& given : assertion.attributes) {
        const auto& key = given.key;  // clang 14 captures no structured bindings
        const auto& value = given.value;
        check_captures(message, value);
        const auto& known = it->second->attributes;
        const auto attribute = std::find_if(known.begin(), known.end(), [&](const auto& a) { return a.name == key; });
        if (attribute == known.end()) {
          if (!is_context(key)) say(message, fmt::format("{} has no attribute '{}'", assertion.name, key));
        } else if (!attribute->words.empty() && value.find('{') == std::string::npos &&
                   std::find(attribute->words.begin(), attribute->words.end(), value) == attribute->words.end()) {
          say(message, fmt::format("{}({}=…) knows no word '{}'", assertion.name, key, value));
        }
      }
    }
    for (const auto& [key, value] : catalogue_.frame(m)) {
      if (!is_context(key)) say(message, fmt::format("a frame has no attribute '{}'", key));
      check_captures(message, value);
    }
  }

  void check_samples(std::uint32_t m) {
    const auto& message = catalogue_.messages()[m];
    if (message.samples.empty()) {
      say(message, "has no sample");
      return;
    }
    std::set<std::string> matched_texts;
    for (const auto& sample : message.samples) {
      bool own = false;
      // Everything that claims something, inner matches included: two of the same stretch are a matter of luck.
      std::vector<Catalogue::Found> all;
      std::vector<LiteralScan::Hit> hits;
      catalogue_.find_anchors(sample, hits);
      for (const auto& hit : hits) catalogue_.verify(hit.id, sample, hit.at, all);
      auto settled = all;
      Catalogue::settle(settled);
      for (const auto& found : settled) own = own || found.message == m;
      if (!own) {
        std::string others;
        for (const auto& found : settled)
          others += fmt::format(" {} '{}'", catalogue_.messages()[found.message].id,
                                clip(std::string_view(sample).substr(found.begin, found.end - found.begin), 80));
        say(message, fmt::format("its sample is not taken for it: '{}' holds{}", clip(sample, 160), others.empty() ? " nothing" : others));
        continue;
      }
      for (const auto& a : settled)
        for (const auto& b : settled) {
          if (a.message >= b.message) continue;
          const bool same = a.begin == b.begin && a.end == b.end;
          const bool overlap = a.begin < b.end && b.begin < a.end;
          const bool nested = (a.begin <= b.begin && b.end <= a.end) || (b.begin <= a.begin && a.end <= b.end);
          if (same || (overlap && !nested)) problem_pair(message, a, b, sample);
        }
      // Equal stretches: settle() keeps the first, so look at all of them.
      for (const auto& a : settled)
        for (const auto& b : all)
          if (a.message != b.message && a.begin == b.begin && a.end == b.end) problem_pair(message, a, b, sample);
      for (const auto& text : message.texts) {
        auto pattern = Pattern::parse(text);
        if (!pattern) continue;
        Pattern::Match match;
        for (auto at = sample.find(pattern->anchor()); at != std::string::npos; at = sample.find(pattern->anchor(), at + 1))
          if (pattern->match_around(sample, at, match)) matched_texts.insert(text);
      }
    }
    for (const auto& text : message.texts)
      if (matched_texts.count(text) == 0) say(message, fmt::format("no sample for the pattern '{}'", text));
  }

  void problem_pair(const Message& message, const Catalogue::Found& a, const Catalogue::Found& b, const std::string& sample) {
    const auto& first = catalogue_.messages()[std::min(a.message, b.message)].id;
    const auto& second = catalogue_.messages()[std::max(a.message, b.message)].id;
    if (!pairs_.insert({first, second}).second) return;
    say(message, fmt::format("{} and {} both claim a stretch of its sample '{}'", first, second, clip(sample, 160)));
  }

  const Catalogue& catalogue_;
  std::map<std::string, const FactKind*, std::less<>> facts_;
  std::set<std::pair<std::string, std::string>> pairs_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<Files> load_catalogue(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".toml") paths.push_back(entry.path());
  if (error) return fail(Errc::io, fmt::format("{}: {}", folder, error.message()));
  std::sort(paths.begin(), paths.end());
  Files files;
  for (const auto& path : paths) {
    const auto name = path.filename().string();
    TRY_ASSIGN(const auto text, context(read_whole(path), "{}", name));
    TRY_ASSIGN(const auto document, context(parse_toml(text), "{}", name));
    for (const auto& [key, fact] : document["fact"].entries) files.facts.push_back(read_fact(fact, name));
    for (const auto& [key, entry] : document["message"].entries) {
      TRY_ASSIGN(auto message, read_message(entry, document["program"].scalar, name));
      files.messages.push_back(std::move(message));
    }
  }
  return files;
}

std::vector<std::string> check(const Files& files, const Catalogue& catalogue) { return Checker(files, catalogue).run(); }

}  // namespace unsnag::catalogue
