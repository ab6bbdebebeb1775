// SPDX-License-Identifier: Apache-2.0
#include "readers/pairs.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace unsnag::readers {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/' ||
         c == '@';
}

/// Length of the key before a "="; 0: none stands here.
std::size_t key_length(std::string_view text) {
  constexpr std::size_t k_max_key = 96;
  std::size_t end = 0;
  while (end < text.size() && end < k_max_key && is_key(text[end])) ++end;
  return end > 0 && end < text.size() && text[end] == '=' ? end : 0;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// True when a value may end before `at`: the text does, or a key follows.
bool value_may_end(std::string_view text, std::size_t at) {
  if (at >= text.size()) return true;
  if (!is_blank(text[at])) return false;
  at = skip_blanks(text, at);
  return at >= text.size() || key_length(text.substr(at, 128)) > 0;
}

class LogfmtReader {
 public:
  LogfmtReader(std::string_view text, Pairs& out) : text_(text), out_(out), limit_(out.size() + k_max_pairs) {}

  bool run() {
    bool clean = true;
    bool bare = false;  // the last value had no quotes, so that words may belong to it
    while ((at_ = skip_blanks(text_, at_)) < text_.size() && out_.size() < limit_) {
      const auto length = key_length(text_.substr(at_));
      if (length > 0) {
        const auto key = text_.substr(at_, length);
        at_ += length + 1;
        bare = text_.substr(at_, 1) != "\"";
        out_.emplace_back(key, value());
        continue;
      }
      const auto end = std::min(text_.find_first_of(" \t\n\r", at_), text_.size());
      if (bare) out_.back().second.append(" ").append(text_.substr(at_, end - at_));
      clean = false;
      at_ = end;
    }
    return clean;
  }

 private:
  std::string value() {
    const char first = at_ < text_.size() ? text_[at_] : '\0';
    if (first == '"') return quoted();
    if (first == '<' && (at_ + 1 == text_.size() || is_blank(text_[at_ + 1]))) return block();
    return std::string(bare());
  }

  std::string quoted() {
    const auto begin = at_ + 1;
    std::size_t first_quote = std::string_view::npos;
    for (auto end = begin; end < text_.size(); ++end) {
      if (text_[end] == '\\') {
        ++end;
      } else if (text_[end] == '"') {
        if (first_quote == std::string_view::npos) first_quote = end;
        if (value_may_end(text_, end + 1)) return close(begin, end, end + 1);
        // Where no quote could end a value once, none can later on: this is looked for once a line.
        if (nothing_ends_) break;
      }
    }
    nothing_ends_ = true;
    if (first_quote == std::string_view::npos) return close(begin, text_.size(), text_.size());  // cut off
    return close(begin, first_quote, first_quote + 1);
  }

  std::string close(std::size_t begin, std::size_t end, std::size_t next) {
    at_ = next;
    const auto inside = text_.substr(begin, end - begin);
    return contains(inside, "\\") ? unescape(inside) : std::string(inside);
  }

  /// klog's `err=<`, newline, lines, newline, ` >`. A caller may have joined them with blanks, or has only the first.
  std::string block() {
    const auto begin = ++at_;
    for (auto end = text_.find('>', begin); end != std::string_view::npos; end = text_.find('>', end + 1)) {
      if (!is_blank(text_[end - 1]) || !value_may_end(text_, end + 1)) continue;
      at_ = end + 1;
      return std::string(trim(text_.substr(begin, end - begin)));
    }
    at_ = text_.size();
    return std::string(trim(text_.substr(begin)));
  }

  /// Up to a blank; blanks in brackets don't count: containerd prints `event=&ContainerCreate{ID:a b,}`.
  std::string_view bare() {
    const auto begin = at_;
    const auto blank = std::min(text_.find_first_of(" \t\n\r", begin), text_.size());
    auto end = blank;
    if (!unbalanced_ && text_.substr(begin, blank - begin).find_first_of("{[(") != std::string_view::npos) {
      std::size_t depth = 0;
      bool in_quotes = false;
      for (end = begin; end < text_.size(); ++end) {
        const char c = text_[end];
        if (in_quotes) {
          if (c == '\\') ++end;
          if (c == '"') in_quotes = false;
        } else if (c == '"') {
          in_quotes = true;
        } else if (c == '{' || c == '[' || c == '(') {
          ++depth;
        } else if (c == '}' || c == ']' || c == ')') {
          if (depth > 0) --depth;
        } else if (depth == 0 && is_blank(c)) {
          break;
        }
      }
      if (end >= text_.size() && (depth > 0 || in_quotes)) {
        unbalanced_ = true;  // looked for once a line, to stay linear
        end = blank;
      }
    }
    end = std::min(end, text_.size());
    at_ = end;
    return text_.substr(begin, end - begin);
  }

  std::string_view text_;
  Pairs& out_;
  std::size_t limit_;
  std::size_t at_ = 0;
  bool nothing_ends_ = false;
  bool unbalanced_ = false;
};

/// Reads one object from a line; depth is only counted, so nothing here recurses.
class MemberReader {
 public:
  MemberReader(std::string_view text, Pairs& out) : text_(text), out_(out), before_(out.size()), limit_(out.size() + k_max_pairs) {}

  JsonTail run() {
    if (peek() != '{') return {};
    ++at_;
    blanks();
    if (peek() == '}') return end();
    for (;;) {
      if (at_ >= text_.size()) return cut();
      if (peek() != '"') return {};
      std::string key = string();
      blanks();
      if (at_ >= text_.size()) return cut();
      if (peek() != ':') return {};
      ++at_;
      blanks();
      const auto begin = at_;
      std::string value = this->value(key);
      if (at_ == begin) return {};
      if (out_.size() < limit_) out_.emplace_back(std::move(key), std::move(value));
      blanks();
      if (peek() == '}') return end();
      if (at_ >= text_.size()) return cut();
      if (peek() != ',') return {};
      ++at_;
      blanks();
    }
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void blanks() { at_ = skip_blanks(text_, at_); }
  JsonTail end() { return {true, false, text_.substr(at_ + 1)}; }
  JsonTail cut() { return {out_.size() > before_, true, {}}; }

  std::string string() {
    const auto begin = ++at_;
    bool escaped = false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') {
        escaped = true;
        ++at_;
      }
      ++at_;
    }
    const auto stop = std::min(at_, text_.size());
    at_ = std::min(stop + 1, text_.size());
    const auto inside = text_.substr(begin, stop - begin);
    return escaped ? unescape(inside) : std::string(inside);
  }

  std::string value(std::string_view key) {
    if (peek() == '"') return string();
    const auto begin = at_;
    if (peek() != '{' && peek() != '[') {
      at_ = std::min(text_.find_first_of(",} \t\r\n]", at_), text_.size());
      return std::string(text_.substr(begin, at_ - begin));
    }
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) break;
    }
    const auto raw = text_.substr(begin, at_ - begin);
    if (raw[0] == '{') return reference(raw);
    return key == "MESSAGE" ? bytes(raw) : std::string(raw);
  }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    at_ = std::min(at_ + 1, text_.size());
  }

  static std::string reference(std::string_view raw) {
    // Flat and short, or it is none; this also bounds the work.
    if (raw.size() > 1024 || raw.find_first_of("{[", 1) != std::string_view::npos) return std::string(raw);
    Pairs inner;
    const auto tail = MemberReader(raw, inner).run();
    std::string_view name, space;
    for (const auto& [key, value] : inner) {
      if (key == "name") name = value;
      if (key == "namespace") space = value;
    }
    if (!tail.is_object || tail.cut || name.empty() || inner.size() > 2) return std::string(raw);
    return space.empty() ? std::string(name) : std::string(space) + '/' + std::string(name);
  }

  /// journald gives what is no UTF-8 as a list of byte values.
  static std::string bytes(std::string_view raw) {
    std::string out;
    for (std::size_t at = 1; at < raw.size(); ++at) {
      unsigned byte = 0;
      const auto read = std::from_chars(raw.data() + at, raw.data() + raw.size(), byte);
      if (read.ec == std::errc() && byte < 256) {
        out += static_cast<char>(static_cast<unsigned char>(byte));
        at = static_cast<std::size_t>(read.ptr - raw.data());
      }
    }
    return out;
  }

  std::string_view text_;
  Pairs& out_;
  std::size_t before_;
  std::size_t limit_;
  std::size_t at_ = 0;
};

}  // namespace

bool starts_with_key(std::string_view text) { return key_length(text) > 0; }

std::size_t quoted_length(std::string_view text) {
  if (!text.starts_with('"')) return 0;
  for (std::size_t end = 1; end < text.size(); ++end) {
    if (text[end] == '\\') ++end;
    else if (text[end] == '"' && value_may_end(text, end + 1)) return end + 1;
  }
  return 0;
}

bool read_logfmt(std::string_view text, Pairs& out) { return LogfmtReader(text, out).run(); }

JsonTail read_json_members(std::string_view text, Pairs& out) {
  const auto before = out.size();
  const auto tail = MemberReader(text, out).run();
  if (!tail.is_object) out.resize(before);
  return tail;
}

}  // namespace unsnag::readers
