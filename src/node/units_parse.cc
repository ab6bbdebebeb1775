// SPDX-License-Identifier: Apache-2.0
// The text of a unit, of an Environment= and of an environment file. Each is a dialect of its own: systemd has three parsers.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "node/units.h"

namespace unsnag::node {
namespace {

constexpr std::size_t k_most = 100'000;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// An odd number of backslashes at the end: the line goes on (conf-parser.c).
bool goes_on(std::string_view line) {
  std::size_t marks = 0;
  while (marks < line.size() && line[line.size() - 1 - marks] == '\\') ++marks;
  return marks % 2 == 1;
}

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  return text;
}

void take_line(std::string_view line, std::string_view file, std::uint64_t number, std::string& section, std::vector<Assignment>& found) {
  line = trim(line);
  if (line.starts_with('[')) {
    if (line.ends_with(']')) section = std::string(line.substr(1, line.size() - 2));
    else section.clear();  // systemd refuses the rest of the file
    return;
  }
  const auto equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0 || section.empty() || found.size() >= k_most) return;
  found.push_back(
      {section, std::string(trim(line.substr(0, equals))), std::string(trim(line.substr(equals + 1))), std::string(file), number});
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What a backslash before text[at] makes of it (escape.c, cunescape_one, without the rare \u, \U and octal).
/// Returns how many characters it took.
std::size_t unescape_one(std::string_view text, std::size_t at, std::string& word) {
  const char c = text[at];
  static constexpr std::string_view k_from = "abfnrtvs\\\"'";
  static constexpr std::string_view k_to = "\a\b\f\n\r\t\v \\\"'";
  if (const auto known = k_from.find(c); known != std::string_view::npos) {
    word += k_to[known];
    return 1;
  }
  if (c == 'x' && at + 2 < text.size() && hex(text[at + 1]) >= 0 && hex(text[at + 2]) >= 0) {
    word += static_cast<char>(hex(text[at + 1]) * 16 + hex(text[at + 2]));
    return 3;
  }
  word += '\\';
  word += c;
  return 1;
}

}  // namespace

std::vector<Assignment> parse_unit(std::string_view text, std::string_view file) {
  std::vector<Assignment> found;
  std::string section, joined;
  std::uint64_t number = 0, begin = 0;
  bool continued = false;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (const auto raw : split(text, '\n')) {
    ++number;
    auto line = trim_left(raw);
    // A comment is passed over even between the parts of one line.
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!continued) {
      begin = number;
      joined.clear();
    }
    continued = goes_on(line);
    joined += continued ? line.substr(0, line.size() - 1) : line;
    if (continued) {
      joined += ' ';
      continue;
    }
    take_line(joined, file, begin, section, found);
  }
  if (continued) take_line(joined, file, begin, section, found);
  return found;
}

std::vector<Assignment> values_of(const std::vector<Assignment>& assignments, std::string_view section, std::string_view key) {
  std::vector<Assignment> values;
  for (const auto& one : assignments) {
    if (one.section != section || one.key != key) continue;
    if (one.value.empty()) values.clear();
    else values.push_back(one);
  }
  return values;
}

std::vector<std::string> unit_words(std::string_view value) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool any = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && i + 1 < value.size()) {
      any = true;
      i += unescape_one(value, i + 1, word);
    } else if (quote != 0) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      any = true;
    } else if (blank(c)) {
      if (any) words.push_back(std::move(word));
      word.clear();
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (any) words.push_back(std::move(word));
  return words;
}

std::vector<Variable> parse_environment_file(std::string_view text, std::string_view file) {
  // env-file.c's parse_env_file_internal, state by state.
  enum class State : std::uint8_t { before, key, before_value, value, escaped, single, twofold, twofold_escaped, comment, comment_escaped };
  State state = State::before;
  std::vector<Variable> found;
  std::string key, value;
  std::size_t keep = 0;  // of `value`: blanks at its end are dropped, but not those in quotes
  std::uint64_t line = 1, begin = 1;
  const auto end_value = [&] {
    value.resize(keep);
    while (!key.empty() && blank(key.back())) key.pop_back();
    const bool good = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    }) && std::isdigit(static_cast<unsigned char>(key.front())) == 0;
    if (good && found.size() < k_most) found.push_back({key, value, std::string(file), begin});
    key.clear();
    value.clear();
    keep = 0;
    state = State::before;
  };
  const auto put = [&](char c) {
    value += c;
    keep = value.size();
  };
  for (const char c : text) {
    const bool newline = c == '\n' || c == '\r';
    switch (state) {
      case State::before:
        if (c == '#' || c == ';') state = State::comment;
        else if (!blank(c)) {
          state = State::key;
          begin = line;
          key += c;
        }
        break;
      case State::key:
        if (newline) {
          key.clear();
          state = State::before;
        } else if (c == '=') state = State::before_value;
        else key += c;
        break;
      case State::before_value:
      case State::value:
        if (newline) end_value();
        else if (c == '\\') state = State::escaped;
        else if (c == '\'' && state == State::before_value) state = State::single;
        else if (c == '"' && state == State::before_value) state = State::twofold;
        else if (blank(c)) {
          if (state == State::value) value += c;
        } else {
          state = State::value;
          put(c);
        }
        break;
      case State::escaped:
        state = State::value;
        if (!newline) put(c);
        break;
      case State::single:
        if (c == '\'') state = State::before_value;
        else put(c);
        break;
      case State::twofold:
        if (c == '"') state = State::before_value;
        else if (c == '\\') state = State::twofold_escaped;
        else put(c);
        break;
      case State::twofold_escaped:
        state = State::twofold;
        if (c == '"' || c == '\\' || c == '`' || c == '$') put(c);
        else if (c != '\n') {
          put('\\');
          put(c);
        }
        break;
      case State::comment:
        if (c == '\\') state = State::comment_escaped;
        else if (newline) state = State::before;
        break;
      case State::comment_escaped: state = State::comment; break;
    }
    if (c == '\n') ++line;
  }
  if (state != State::before && state != State::key && state != State::comment && state != State::comment_escaped) end_value();
  return found;
}

}  // namespace unsnag::node
