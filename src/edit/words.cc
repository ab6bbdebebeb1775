// SPDX-License-Identifier: Apache-2.0
// systemd: extract_first_word() of basic/extract-word.c with EXTRACT_UNQUOTE | EXTRACT_CUNESCAPE_RELAX. Shell: POSIX 2.2.
#include "edit/words.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace unsnag::edit {
namespace {

constexpr std::string_view k_blanks = " \t\r\n";
constexpr std::string_view k_operators = ";&|()<>";

bool is_blank(char c) { return k_blanks.find(c) != std::string_view::npos; }

std::optional<unsigned> number(std::string_view digits, unsigned base) {
  unsigned value = 0;
  for (const char c : digits) {
    const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                  : 99U;
    if (digit >= base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

/// One escape of C's, `at` behind the backslash; appends what it means and says how many bytes it took. An unknown one
/// stays as it is, with its backslash.
std::size_t unescape_c(std::string_view text, std::size_t at, std::string& out) {
  static constexpr std::string_view k_names = "abfnrtvs\\\"'", k_meant = "\a\b\f\n\r\t\v \\\"'";
  const char c = text[at];
  if (const auto found = k_names.find(c); found != std::string_view::npos) {
    out += k_meant[found];
    return 1;
  }
  const auto digits = [&](std::size_t from, std::size_t count, unsigned base) -> std::optional<unsigned> {
    return text.size() < from + count ? std::nullopt : number(text.substr(from, count), base);
  };
  if (c == 'x') {
    if (const auto byte = digits(at + 1, 2, 16); byte && *byte != 0) {
      out += static_cast<char>(*byte);
      return 3;
    }
  } else if (c == 'u' || c == 'U') {
    const std::size_t count = c == 'u' ? 4 : 8;
    if (const auto point = digits(at + 1, count, 16); point && *point != 0) {
      append_utf8(out, *point);
      return count + 1;
    }
  } else if (const auto byte = digits(at, 3, 8); byte && *byte != 0 && *byte < 256) {
    out += static_cast<char>(*byte);
    return 3;
  }
  out += '\\';
  out += c;
  return 1;
}

}  // namespace

Result<Word> read_word(std::string_view text, std::size_t at, Words kind, bool operators) {
  Word word{{at, at}, {}, false};
  const bool shell = kind == Words::shell;
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == 0 && (is_blank(c) || (operators && k_operators.find(c) != std::string_view::npos))) break;
    if (c == '\\' && !(shell && quote == '\'')) {
      if (at + 1 >= text.size()) return fail(Errc::malformed, "a backslash at the end");
      const char next = text[at + 1];
      if (!shell) {
        at += unescape_c(text, at + 1, word.text);
      } else if (next == '\n') {
        ++at;  // goes on in the next line
      } else if (next == '\r' && at + 2 < text.size() && text[at + 2] == '\n') {
        at += 2;
      } else if (quote == '"' && std::string_view("\"\\$`").find(next) == std::string_view::npos) {
        word.text += c;
      } else {
        word.text += next;
        ++at;
      }
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      if (shell && quote != '\'' && (c == '$' || c == '`')) word.expands = true;
      if (shell && quote != '\'' && c == '$' && at + 1 < text.size() && (text[at + 1] == '(' || text[at + 1] == '{')) {
        // $( … ) and ${ … } hold blanks and quotes of their own.
        const char open = text[at + 1], close = open == '(' ? ')' : '}';
        int depth = 0;
        std::size_t end = at + 1;
        for (; end < text.size(); ++end) {
          if (text[end] == open) ++depth;
          if (text[end] == close && --depth == 0) break;
        }
        if (end >= text.size()) return fail(Errc::malformed, fmt::format("a '${}' without an end", open));
        word.text += text.substr(at, end + 1 - at);
        at = end;
        continue;
      }
      word.text += c;
    }
  }
  if (quote != 0) return fail(Errc::malformed, fmt::format("a {} without an end", quote));
  word.raw.end = at;
  return word;
}

Result<std::vector<Word>> split_command(std::string_view text, Words kind) {
  std::vector<Word> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (is_blank(c)) {
      ++at;
    } else if (kind == Words::shell && c == '#') {
      at = next_line(text, at);
    } else if (kind == Words::shell && c == '\\' && at + 1 < text.size() &&
               (text[at + 1] == '\n' || text.substr(at + 1).starts_with("\r\n"))) {
      at = next_line(text, at);
    } else {
      TRY_ASSIGN(auto word, read_word(text, at, kind, false));
      at = word.raw.end;
      words.push_back(std::move(word));
    }
  }
  return words;
}

std::string write_word(std::string_view text, Words kind, char quote) {
  const bool harmless = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=,@%+^").find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
  });
  // A shell takes these for themselves inside of a word only in quotes; systemd knows no such letters.
  const bool bare_for_systemd = kind == Words::systemd && !text.empty() && text.find_first_of(" \t\r\n\"'\\") == std::string_view::npos &&
                                std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (quote == 0 && (harmless || bare_for_systemd)) return std::string(text);
  if (kind == Words::shell && quote == '"' && text.find_first_of("$`\\\"!") != std::string_view::npos) quote = '\'';
  if (kind == Words::shell && quote != '"') {
    std::string out = "'";
    for (const char c : text) {
      if (c == '\'') out += "'\\''";
      else out += c;
    }
    return out + "'";
  }
  if (quote == '\'' && text.find('\'') != std::string_view::npos) quote = '"';
  if (quote == 0) quote = '"';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == '\\' || c == quote) out += '\\';
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '\r') out += "\\r";
    else out += c;
  }
  return out += quote;
}

}  // namespace unsnag::edit
