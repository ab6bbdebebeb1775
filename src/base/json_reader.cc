// SPDX-License-Identifier: Apache-2.0
// JSON text → Value. Written by hand, since the libraries at hand lose what a proof needs: the line of each value
// and the number as it was written. Strict as Go's decoder is, but that it lets pass a byte order mark, and in strings
// control characters and bytes that are no UTF-8: terminals and editors leave those in what is pasted.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"

namespace unsnag {
namespace {

constexpr std::size_t k_max_bytes = std::size_t{64} << 20;
constexpr int k_max_depth = 128;
// "[[],[],…" makes 50 times its size of it: values are bounded too.
constexpr std::uint64_t k_max_values = 2'000'000;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Value> document() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    skip_blanks();
    TRY_ASSIGN(auto value, this->value(0));
    skip_blanks();
    if (at_ < text_.size()) return malformed("something follows the value");
    return value;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] tl::unexpected<Error> malformed(std::string_view what) const {
    return fail(Errc::malformed, fmt::format("line {}: {}", line_, at_ < text_.size() ? what : "the text ends too early"));
  }

  void skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      else if (c != ' ' && c != '\t' && c != '\r') return;
    }
  }

  Result<Value> value(int depth) {
    if (depth > k_max_depth) return fail(Errc::too_large, fmt::format("line {}: nested more than {} deep", line_, k_max_depth));
    if (++values_ > k_max_values) return fail(Errc::too_large, fmt::format("line {}: more than {} values", line_, k_max_values));
    const char c = peek();
    if (c == '{') return object(depth);
    if (c == '[') return array(depth);
    Value value;
    value.line = line_;
    if (c == '"') {
      TRY_ASSIGN(value.scalar, string());
      value.kind = Value::Kind::scalar;
      value.quoted = true;
      return value;
    }
    const auto end = text_.find_first_of(" \t\r\n,]}:\"[{", at_);
    const auto word = text_.substr(at_, end - at_);
    if (word != "null" && word != "true" && word != "false" && !is_number(word)) return malformed("no value stands here");
    at_ += word.size();
    if (word == "null") return value;
    value.kind = Value::Kind::scalar;
    value.scalar = word;
    return value;
  }

  static bool is_number(std::string_view word) {
    const auto digits = [&word] {
      const auto end = std::min(word.find_first_not_of("0123456789"), word.size());
      word.remove_prefix(end);
      return end;
    };
    if (word.starts_with('-')) word.remove_prefix(1);
    const bool zero = word.starts_with('0');
    const auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (word.starts_with('.')) {
      word.remove_prefix(1);
      if (digits() == 0) return false;
    }
    if (word.starts_with('e') || word.starts_with('E')) {
      word.remove_prefix(1);
      if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
      if (digits() == 0) return false;
    }
    return word.empty();
  }

  Result<std::string> string() {
    const auto begin = ++at_;
    bool escaped = false;
    for (;; ++at_) {
      at_ = std::min(text_.find_first_of("\"\\\n", at_), text_.size());
      if (at_ == text_.size() || text_[at_] == '\n') return malformed("a string does not end");
      if (text_[at_] == '"') break;
      escaped = true;
      if (std::string_view("\"\\/bfnrtu").find(++at_ < text_.size() ? text_[at_] : '\0') == std::string_view::npos)
        return malformed("an escape that JSON does not know");
    }
    const auto inside = text_.substr(begin, at_ - begin);
    ++at_;
    return escaped ? unescape(inside) : std::string(inside);
  }

  Result<Value> object(int depth) {
    Value map;
    map.kind = Value::Kind::map;
    map.line = line_;
    ++at_;
    skip_blanks();
    if (peek() == '}') return close(std::move(map));
    for (;;) {
      if (peek() != '"') return malformed("a key is missing");
      TRY_ASSIGN(auto key, string());
      skip_blanks();
      if (peek() != ':') return malformed("a colon is missing");
      ++at_;
      skip_blanks();
      TRY_ASSIGN(auto entry, value(depth + 1));
      map.entries.emplace_back(std::move(key), std::move(entry));
      skip_blanks();
      if (peek() == '}') return close(std::move(map));
      if (peek() != ',') return malformed("a comma is missing");
      ++at_;
      skip_blanks();
    }
  }

  Result<Value> array(int depth) {
    Value list;
    list.kind = Value::Kind::list;
    list.line = line_;
    ++at_;
    skip_blanks();
    if (peek() == ']') return close(std::move(list));
    for (;;) {
      TRY_ASSIGN(auto entry, value(depth + 1));
      list.entries.emplace_back(std::string(), std::move(entry));
      skip_blanks();
      if (peek() == ']') return close(std::move(list));
      if (peek() != ',') return malformed("a comma is missing");
      ++at_;
      skip_blanks();
    }
  }

  Value close(Value value) {
    ++at_;
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t values_ = 0;
};

}  // namespace

Result<Value> parse_json(std::string_view text) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "more than 64 MiB of JSON");
  return Parser(text).document();
}

}  // namespace unsnag
