// SPDX-License-Identifier: Apache-2.0
// YAML and TOML into Value (JSON: json_reader.cc). Both libraries were written for files that one trusts; what is
// added here is mostly limits: depth, number of values, what aliases may blow up to.
#include "base/document.h"

#include <algorithm>
#include <exception>
#include <istream>
#include <map>
#include <sstream>
#include <streambuf>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace unsnag {
namespace {
/// Thrown where toml++ would have called assert(); caught in parse_toml.
struct BrokenAssertion {};
[[noreturn]] void throw_broken_assertion() { throw BrokenAssertion(); }
}  // namespace
}  // namespace unsnag

// toml++ 3.3 (parser.inl) takes for granted what other people's bytes need not keep: that a table header's `[` is
// followed by a key. `[=x]` ends the program in a debug build, and in a release build lets the compiler
// assume that it can't be so. The assertions stay on in every build, and are failures to parse.
#undef NDEBUG
#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? void() : ::unsnag::throw_broken_assertion())
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_MAX_NESTED_VALUES 64
#include <toml++/toml.h>

namespace unsnag {
namespace {

constexpr std::size_t k_max_toml_bytes = std::size_t{64} << 20;
constexpr std::size_t k_max_yaml_bytes = std::size_t{16} << 20;
constexpr std::size_t k_max_depth = 128;
constexpr std::size_t k_max_values = 2'000'000;
// A value that an alias repeats counts as this many bytes besides its text.
constexpr std::size_t k_value_bytes = 16;

const Value& none() {
  static const Value value;
  return value;
}

// --- YAML ---

/// Thrown through yaml-cpp, which has no other way to stop a parse; caught in parse_yaml.
struct TooLarge : std::exception {
  std::string what_text;
  explicit TooLarge(std::string text) : what_text(std::move(text)) {}
  [[nodiscard]] const char* what() const noexcept override { return what_text.c_str(); }
};

struct Extent {
  std::size_t bytes = 0;
  std::size_t depth = 0;
};

/// `value` was built here, so its depth is bounded.
Extent extent(const Value& value) {
  Extent sum{value.scalar.size() + k_value_bytes, 0};
  for (const auto& [key, entry] : value.entries) {
    const auto inner = extent(entry);
    sum.bytes += key.size() + inner.bytes;
    sum.depth = std::max(sum.depth, inner.depth + 1);
  }
  return sum;
}

class Builder : public YAML::EventHandler {
 public:
  std::vector<Value> take() { return std::move(documents_); }

  void OnDocumentStart(const YAML::Mark&) override {
    open_.clear();
    anchors_.clear();
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(made(mark, Value::Kind::null), anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
    Value value = made(mark, Value::Kind::scalar);
    value.scalar = text;
    value.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";  // yaml-cpp: "!" quoted, "?" plain
    put(std::move(value), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return put(made(mark, Value::Kind::null), 0);  // an alias inside its own anchor
    const auto size = extent(found->second);
    if (open_.size() + size.depth > k_max_depth) throw TooLarge(too_deep(mark));
    copied(size, mark);
    put(found->second, 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    start(mark, Value::Kind::list, anchor);
  }
  void OnSequenceEnd() override { finish(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    start(mark, Value::Kind::map, anchor);
  }
  void OnMapEnd() override { finish(); }

 private:
  struct Open {
    Value value;
    YAML::anchor_t anchor;
    bool has_key = false;
    std::string key{};
  };

  static std::uint64_t line_of(const YAML::Mark& mark) { return static_cast<std::uint64_t>(std::max(mark.line, 0)) + 1; }
  static std::string too_deep(const YAML::Mark& mark) {
    return fmt::format("line {}: nested more than {} deep", line_of(mark), k_max_depth);
  }

  Value made(const YAML::Mark& mark, Value::Kind kind) {
    if (++values_ > k_max_values) throw TooLarge(fmt::format("line {}: more than {} values", line_of(mark), k_max_values));
    Value value;
    value.kind = kind;
    value.line = line_of(mark);
    return value;
  }

  void copied(const Extent& size, const YAML::Mark& mark) {
    copied_bytes_ += size.bytes;
    if (copied_bytes_ > k_max_yaml_bytes) throw TooLarge(fmt::format("line {}: aliases expand to more than 16 MiB", line_of(mark)));
  }

  void start(const YAML::Mark& mark, Value::Kind kind, YAML::anchor_t anchor) {
    if (open_.size() >= k_max_depth) throw TooLarge(too_deep(mark));
    open_.push_back({made(mark, kind), anchor});
  }

  void finish() {
    Open done = std::move(open_.back());
    open_.pop_back();
    put(std::move(done.value), done.anchor);
  }

  /// A finished value goes into the open one, as key or as value.
  void put(Value value, YAML::anchor_t anchor) {
    if (anchor != 0) {
      YAML::Mark mark;
      mark.line = static_cast<int>(value.line) - 1;
      copied(extent(value), mark);
      anchors_[anchor] = value;
    }
    if (open_.empty()) {
      if (value) documents_.push_back(std::move(value));
      return;
    }
    Open& parent = open_.back();
    if (parent.value.kind == Value::Kind::list) {
      parent.value.entries.emplace_back(std::string(), std::move(value));
    } else if (!parent.has_key) {
      parent.key = std::move(value.scalar);  // a key that is a list or a map becomes ""
      parent.has_key = true;
    } else {
      parent.value.entries.emplace_back(std::move(parent.key), std::move(value));
      parent.key.clear();
      parent.has_key = false;
    }
  }

  std::vector<Value> documents_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Value> anchors_;
  std::size_t values_ = 0;
  std::size_t copied_bytes_ = 0;
};

/// A stream over bytes that stay where they are.
struct ViewBuffer : std::streambuf {
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // streambuf's get area is not const, though never written
    setg(begin, begin, begin + text.size());
  }
};

// --- TOML ---

/// What toml++ 3.3 must not be given: it destroys dotted keys by recursion, so that a million dots end the program;
/// it searches a list of all tables for each one that is opened again, in time that grows with their square; and its
/// test for blanks (unicode_autogenerated.h) is undefined for letters such as é outside of strings and comments, where
/// TOML allows none. So this knows what a string is, and little else; the rest is toml++'s to refuse.
class TomlGuard {
 public:
  /// Errors: malformed, too_large.
  static Result<void*> check(std::string_view text) {
    TomlGuard guard(text);
    while (guard.at_ < text.size()) TRY(guard.step());
    return nullptr;
  }

 private:
  static constexpr int k_max_dots = 64;
  static constexpr int k_max_tables = 20'000;

  explicit TomlGuard(std::string_view text) : text_(text), begin_(text.starts_with("\xEF\xBB\xBF") ? 3 : 0), at_(begin_) {}

  Result<void*> step() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') return string(c);
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return nullptr;
    }
    if (static_cast<unsigned char>(c) >= 0x80) return bad("a letter that only strings may have");
    ++at_;
    if (c == '\n') {
      ++line_;
      dots_ = 0;
      is_key_ = true;
    } else if (c == '=' || c == ',' || c == '{') {
      dots_ = 0;
      is_key_ = c != '=';
    } else if (c == '.' && is_key_ && ++dots_ > k_max_dots) {
      return fail(Errc::too_large, fmt::format("line {}: a key of more than {} parts", line_, k_max_dots));
    } else if (is_key_ && (c == '[' || (c == '.' && dots_ == 1)) && ++tables_ > k_max_tables) {
      return fail(Errc::too_large, fmt::format("more than {} tables", k_max_tables));
    }
    return nullptr;
  }

  /// Steps over a string. One that begins inside of a word is none to toml++, which would read on in it.
  Result<void*> string(char quote) {
    if (at_ != begin_ && std::string_view(" \t\n=[{,.").find(text_[at_ - 1]) == std::string_view::npos)
      return bad("a string inside of a word");
    const std::string_view triple = quote == '"' ? "\"\"\"" : "'''";
    const bool many_lines = text_.substr(at_).starts_with(triple);
    at_ += many_lines ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        if (!many_lines) return bad("a string without an end");
        ++line_;
      } else if (c == '\\' && quote == '"') {
        if (++at_ < text_.size() && text_[at_] == '\n') ++line_;
        if (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80) return bad("an unknown escape");
      } else if (c == quote && (!many_lines || text_.substr(at_).starts_with(triple))) {
        at_ += many_lines ? 3 : 1;
        for (int more = 0; many_lines && more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) ++at_;  // '''it'''''
        return nullptr;
      }
    }
    return bad("a string without an end");
  }

  [[nodiscard]] tl::unexpected<Error> bad(std::string_view what) const {
    return fail(Errc::malformed, fmt::format("line {}: {}", line_, what));
  }

  std::string_view text_;
  std::size_t begin_;  // behind a byte order mark
  std::size_t at_;
  std::uint64_t line_ = 1;
  bool is_key_ = true;
  int dots_ = 0, tables_ = 0;
};

Result<Value> from_toml(const toml::node& node, std::uint64_t line, std::size_t depth, std::size_t& values) {
  if (depth > k_max_depth) return fail(Errc::too_large, fmt::format("line {}: nested more than {} deep", line, k_max_depth));
  if (++values > k_max_values) return fail(Errc::too_large, fmt::format("line {}: more than {} values", line, k_max_values));
  Value value;
  value.line = line;
  const auto scalar = [&value](std::string text, bool quoted) {
    value.kind = Value::Kind::scalar;
    value.scalar = std::move(text);
    value.quoted = quoted;
  };
  const auto streamed = [](const auto& what) {
    std::ostringstream out;
    out << what;
    return out.str();
  };
  if (const auto* table = node.as_table()) {
    value.kind = Value::Kind::map;
    // toml++ keeps tables sorted by name; the file's order is in the keys' positions.
    std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string_view, const toml::node*>> entries;
    for (const auto& [key, entry] : *table) {
      const auto where = key.source().begin;
      entries.emplace_back(where.line, where.column, key.str(), &entry);
    }
    std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    for (const auto& [key_line, column, key, entry] : entries) {
      TRY_ASSIGN(auto inner, from_toml(*entry, key_line, depth + 1, values));
      value.entries.emplace_back(key, std::move(inner));
    }
  } else if (const auto* array = node.as_array()) {
    value.kind = Value::Kind::list;
    for (const auto& entry : *array) {
      const std::uint64_t entry_line = entry.source().begin.line;
      TRY_ASSIGN(auto inner, from_toml(entry, entry_line == 0 ? line : entry_line, depth + 1, values));
      value.entries.emplace_back(std::string(), std::move(inner));
    }
  } else if (const auto* text = node.as_string()) {
    scalar(text->get(), true);
  } else if (const auto* integer = node.as_integer()) {
    scalar(fmt::format("{}", integer->get()), false);
  } else if (const auto* real = node.as_floating_point()) {
    scalar(fmt::format("{}", real->get()), false);
  } else if (const auto* truth = node.as_boolean()) {
    scalar(truth->get() ? "true" : "false", false);
  } else if (const auto* date = node.as_date()) {
    scalar(streamed(date->get()), false);
  } else if (const auto* time = node.as_time()) {
    scalar(streamed(time->get()), false);
  } else if (const auto* moment = node.as_date_time()) {
    scalar(streamed(moment->get()), false);
  }
  return value;
}

}  // namespace

Value::Value() = default;
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

const Value& Value::operator[](std::string_view key) const {
  // The last one, where a key stands twice: so do Go's decoders, and so did the program whose file it is.
  if (kind == Kind::map)
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
      if (entry->first == key) return entry->second;
  return none();
}

const Value& Value::at(std::initializer_list<std::string_view> path) const {
  const Value* value = this;
  for (const auto key : path) value = &(*value)[key];
  return *value;
}

Result<std::vector<Value>> parse_yaml(std::string_view text) {
  if (text.size() > k_max_yaml_bytes) return fail(Errc::too_large, "more than 16 MiB of YAML");
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  Builder builder;
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {}
  } catch (const TooLarge& stop) {
    return fail(Errc::too_large, stop.what_text);
  } catch (const YAML::Exception& failure) {
    return fail(Errc::malformed, fmt::format("line {}: {}", std::max(failure.mark.line, 0) + 1, failure.msg));
  } catch (const std::exception& failure) {
    return fail(Errc::malformed, failure.what());
  }
  return builder.take();
}

Result<Value> parse_toml(std::string_view text) {
  if (text.size() > k_max_toml_bytes) return fail(Errc::too_large, "more than 64 MiB of TOML");
  TRY(TomlGuard::check(text));
  try {
    const toml::parse_result result = toml::parse(text);
    if (!result) {
      const auto& error = result.error();
      return fail(Errc::malformed, fmt::format("line {}: {}", error.source().begin.line, error.description()));
    }
    std::size_t values = 0;
    return from_toml(result.table(), 1, 0, values);
  } catch (const BrokenAssertion&) {
    return fail(Errc::malformed, "no key where one must be");
  }
}

}  // namespace unsnag
