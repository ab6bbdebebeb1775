// SPDX-License-Identifier: Apache-2.0
// Text helpers. Everything here is one pass over bytes that anybody may have written.
#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace unsnag {
namespace {

constexpr std::string_view k_blanks = " \t\r\n";
constexpr std::string_view k_replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view k_ellipsis = "\xE2\x80\xA6";     // …

// At -O2 the compilers look at one byte at a time; their vector types need no instruction set of their own.
using Bytes = signed char __attribute__((vector_size(16)));
constexpr std::size_t k_wide = sizeof(Bytes);

Bytes load(std::string_view text) {
  Bytes bytes;
  std::memcpy(&bytes, text.data(), k_wide);
  return bytes;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The number that `digits` hexadecimal digits at `at` say; -1: there are fewer.
std::int64_t hex_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (at > text.size() || text.size() - at < digits) return -1;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = hex_digit(text[at + i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// Decodes \uNNNN at `at` (of its backslash); returns the characters consumed, 0: it is none. JSON writes
/// characters beyond U+FFFF as two of them.
std::size_t unescape_u(std::string_view text, std::size_t at, std::string& out) {
  const std::int64_t unit = hex_at(text, at + 2, 4);
  if (unit < 0) return 0;
  if (unit >= 0xD800 && unit < 0xDC00 && text.substr(at + 6, 2) == "\\u") {
    const std::int64_t low = hex_at(text, at + 8, 4);
    if (low >= 0xDC00 && low < 0xE000) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
      return 12;
    }
  }
  append_utf8(out, unit);
  return 6;
}

/// Marks that turn the direction of what follows, so that a line could show another text than it holds; that nobody sees,
/// so that two names look the same; and line ends that only some programs take for such.
bool is_unseen_mark(std::string_view character) {
  static constexpr std::array<std::string_view, 22> k_marks = {
      "\xD8\x9C",                                                                       // U+061C
      "\xE2\x80\x8E", "\xE2\x80\x8F",                                                   // U+200E, 200F
      "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE",   // U+202A-202E
      "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9",                   // U+2066-2069
      "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",                                   // U+200B-200D
      "\xE2\x80\xA8", "\xE2\x80\xA9",                                                   // U+2028, 2029
      "\xE2\x81\xA0", "\xE2\x81\xA1", "\xC2\xAD",     "\xE1\xA0\x8E", "\xEF\xBB\xBF"};  // U+2060, 2061, 00AD, 180E, FEFF
  return std::find(k_marks.begin(), k_marks.end(), character) != k_marks.end();
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
  // C1: some terminals take U+009B for the start of an escape sequence.
  return character.size() == 2 && first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(k_blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(k_blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> split_columns(std::string_view line) {
  std::vector<std::string_view> columns;
  line = trim(line);
  std::size_t start = 0;
  std::size_t at = 0;
  while (at < line.size()) {
    if (line[at] != ' ' && line[at] != '\t') {
      ++at;
      continue;
    }
    auto end = line.find_first_not_of(" \t", at);
    if (end == std::string_view::npos) end = line.size();  // can't be: the line is trimmed
    const auto gap = line.substr(at, end - at);
    if (gap.size() > 1 || gap[0] == '\t') {
      columns.push_back(line.substr(start, at - start));
      start = end;
    }
    at = end;
  }
  if (start < line.size()) columns.push_back(line.substr(start));
  return columns;
}

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(k_blanks); at != std::string_view::npos;) {
    const auto end = line.find_first_of(k_blanks, at);
    words.push_back(line.substr(at, end - at));
    at = end == std::string_view::npos ? end : line.find_first_not_of(k_blanks, end);
  }
  return words;
}

std::string unescape(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  std::size_t at = 0;
  while (at < inside.size()) {
    const auto plain = inside.find('\\', at);
    out += inside.substr(at, plain - at);
    if (plain == std::string_view::npos) break;
    at = plain;
    const char kind = at + 1 < inside.size() ? inside[at + 1] : '\0';
    std::size_t consumed = 2;
    switch (kind) {
      case '"':
      case '\\':
      case '/': out += kind; break;
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'u': consumed = unescape_u(inside, at, out); break;
      case 'U':
        if (const auto point = hex_at(inside, at + 2, 8); point >= 0) {
          append_utf8(out, point);
          consumed = 10;
        } else {
          consumed = 0;
        }
        break;
      case 'x':
        if (const auto byte = hex_at(inside, at + 2, 2); byte >= 0) {
          out += static_cast<char>(static_cast<unsigned char>(byte));
          consumed = 4;
        } else {
          consumed = 0;
        }
        break;
      default: consumed = 0;
    }
    if (consumed == 0) {  // unknown: the backslash stays, what follows is read as text
      out += '\\';
      consumed = 1;
    }
    at += consumed;
  }
  return out;
}

void append_utf8(std::string& out, std::int64_t point) {
  if (point < 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
    out += k_replacement;
    return;
  }
  const auto add = [&out](std::int64_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | (point >> 6));
    add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | (point >> 12));
    add(0x80 | ((point >> 6) & 0x3F));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | (point >> 18));
    add(0x80 | ((point >> 12) & 0x3F));
    add(0x80 | ((point >> 6) & 0x3F));
    add(0x80 | (point & 0x3F));
  }
}

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF ? 2 : (first & 0xF0) == 0xE0 ? 3 : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

bool is_plain(std::string_view text) {
  Bytes all_plain = ~Bytes{};
  while (text.size() >= k_wide) {
    const auto here = load(text);
    // Bytes from 0x80 on are negative here.
    all_plain &= ((here > 0x1f) & (here != 0x7f)) | (here == '\t') | (here == '\n');
    text.remove_prefix(k_wide);
  }
  std::int64_t halves[2];
  std::memcpy(halves, &all_plain, sizeof halves);
  const auto plain = [](char c) { return (c >= ' ' && c < 0x7f) || c == '\t' || c == '\n'; };
  return (halves[0] & halves[1]) == -1 && std::all_of(text.begin(), text.end(), plain);
}

std::string printable(std::string_view text) {
  // Nearly every line is plain ASCII.
  if (is_plain(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(character) || is_unseen_mark(character)) out += k_replacement;
    else out += character;
    text.remove_prefix(character.size());
  }
  return out;
}

std::string clip(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  const bool mark = limit >= k_ellipsis.size();
  std::size_t end = mark ? limit - k_ellipsis.size() : limit;
  // Step back over continuation bytes, at most three: in text that is no UTF-8 any cut is as good as another.
  for (int i = 0; i < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++i) --end;
  std::string out(text.substr(0, end));
  if (mark) out += k_ellipsis;
  return out;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::size_t count_of(std::string_view text, char byte) {
  constexpr std::size_t k_rounds = 127;  // until a lane is full
  const auto wanted = static_cast<signed char>(byte);
  const Bytes all{wanted, wanted, wanted, wanted, wanted, wanted, wanted, wanted,
                  wanted, wanted, wanted, wanted, wanted, wanted, wanted, wanted};
  std::size_t count = 0;
  while (text.size() >= k_wide) {
    Bytes sums{};
    std::size_t at = 0;
    for (std::size_t round = 0; round < k_rounds && text.size() - at >= k_wide; ++round, at += k_wide) sums -= load(text.substr(at)) == all;
    for (std::size_t lane = 0; lane < k_wide; ++lane) count += static_cast<std::size_t>(sums[lane]);
    text.remove_prefix(at);
  }
  return count + static_cast<std::size_t>(std::count(text.begin(), text.end(), byte));
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

}  // namespace unsnag
