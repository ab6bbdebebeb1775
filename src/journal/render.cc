// SPDX-License-Identifier: Apache-2.0
#include "journal/render.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <ctime>

namespace unsnag::journal {
namespace {

constexpr std::size_t k_most_shown = 300;                         // PRINT_CHAR_THRESHOLD
constexpr std::uint64_t k_end_of_time = std::uint64_t{1} << 55U;  // VALID_REALTIME

/// unichar_is_control, unichar_is_valid
bool is_shown(std::uint32_t c) {
  if ((c < ' ' && c != '\t' && c != '\n') || (c >= 0x7f && c <= 0x9f)) return false;
  return c < 0x110000 && (c & 0xfffff800U) != 0xd800 && !(c >= 0xfdd0 && c <= 0xfdef) && (c & 0xfffeU) != 0xfffe;
}

/// utf8_is_printable
bool is_printable(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      if (!is_shown(first)) return false;
      ++i;
      continue;
    }
    const std::size_t length = (first & 0xe0U) == 0xc0 ? 2 : (first & 0xf0U) == 0xe0 ? 3 : (first & 0xf8U) == 0xf0 ? 4 : 0;
    if (length == 0 || length > text.size() - i) return false;
    std::uint32_t point = first & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0U) != 0x80) return false;
      point = point << 6U | (next & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> k_least{0, 0, 0x80, 0x800, 0x10000};
    if (point < k_least[length] || !is_shown(point)) return false;
    i += length;
  }
  return true;
}

bool is_field_shown(std::string_view field, Binary binary) {
  return !field.empty() && (binary == Binary::whole || (field.size() < k_most_shown && is_printable(field)));
}

/// Where the sequence that begins behind an escape character ends; `from` when it is none that journalctl takes out.
std::size_t end_of_sequence(std::string_view text, std::size_t from) {
  if (from >= text.size()) return from;
  if (text[from] == '[') {  // colours
    const auto end = text.find_first_not_of(std::string_view("0123456789;\0", 12), from + 1);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : from;
  }
  if (text[from] == ']') {  // links
    for (auto i = from + 1; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if (c == '\a') return i + 1;
      if (c < 32 || c > 126) return from;
    }
  }
  return from;
}

/// strip_tab_ansi. A sequence that breaks off stays as it is.
std::string without_colours(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size();) {
    const auto plain = std::min(text.find_first_of("\t\x1b", i), text.size());
    out.append(text.substr(i, plain - i));
    i = plain;
    if (i == text.size()) break;
    if (text[i] == '\t') {
      out.append(8, ' ');
      ++i;
      continue;
    }
    const auto end = end_of_sequence(text, i + 1);
    if (end == i + 1) {
      out += '\x1b';
      // What follows an escape is taken as it is, unless it begins a sequence.
      if (end < text.size() && text[end] != '[' && text[end] != ']') {
        out += text[end];
        i = end + 1;
        continue;
      }
    }
    i = end;
  }
  return out;
}

/// format_bytes: "97B", "5.2K", "1.0M"
std::string amount(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + "B";
  constexpr std::array<char, 3> k_units{'K', 'M', 'G'};
  std::size_t unit = 0;
  std::uint64_t factor = 1024;
  while (unit + 1 < k_units.size() && bytes / factor >= 1024) {
    factor *= 1024;
    ++unit;
  }
  const auto tenth = unit == 0 ? bytes * 10 / 1024 % 10 : bytes / (factor / 1024) * 10 / 1024 % 10;
  return std::to_string(bytes / factor) + "." + std::to_string(tenth) + k_units[unit];
}

template <std::size_t digits>
void put(char* at, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

/// "2026-11-24T07:12:08.123456+0000"; the calendar of a second is worked out once.
void append_time(std::uint64_t microseconds, std::string& out) {
  thread_local std::uint64_t last = ~std::uint64_t{0};
  thread_local std::array<char, 32> text{"0000-00-00T00:00:00.000000+0000"};
  const auto second = microseconds / 1'000'000;
  if (second != last) {
    const auto when = static_cast<std::time_t>(second);
    struct tm calendar {};
    ::gmtime_r(&when, &calendar);
    put<4>(text.data(), static_cast<std::uint64_t>(calendar.tm_year + 1900));
    put<2>(&text[5], static_cast<std::uint64_t>(calendar.tm_mon + 1));
    put<2>(&text[8], static_cast<std::uint64_t>(calendar.tm_mday));
    put<2>(&text[11], static_cast<std::uint64_t>(calendar.tm_hour));
    put<2>(&text[14], static_cast<std::uint64_t>(calendar.tm_min));
    put<2>(&text[17], static_cast<std::uint64_t>(calendar.tm_sec));
    last = second;
  }
  put<6>(&text[20], microseconds % 1'000'000);
  out.append(text.data(), text.size() - 1);
}

}  // namespace

void Entry::clear() {
  realtime = source_realtime = 0;
  has_message = false;
  for (auto* field : {&host, &identifier, &command, &pid, &claimed_pid, &message}) field->clear();
}

void render(const Entry& entry, Binary binary, std::string& out) {
  if (!entry.has_message) return;
  std::string_view message(entry.message);
  std::string stripped;
  if (binary == Binary::named && message.find_first_of("\t\x1b") != std::string_view::npos) message = stripped = without_colours(message);

  const auto begin = out.size();
  append_time(entry.source_realtime > 0 && entry.source_realtime < k_end_of_time ? entry.source_realtime : entry.realtime, out);
  if (is_field_shown(entry.host, binary)) out.append(1, ' ').append(entry.host);
  const auto* name = is_field_shown(entry.identifier, binary) ? &entry.identifier
                     : is_field_shown(entry.command, binary)  ? &entry.command
                                                              : nullptr;
  out.append(1, ' ').append(name != nullptr ? std::string_view(*name) : std::string_view("unknown"));
  const auto* pid = is_field_shown(entry.pid, binary)           ? &entry.pid
                    : is_field_shown(entry.claimed_pid, binary) ? &entry.claimed_pid
                                                                : nullptr;
  if (pid != nullptr) out.append(1, '[').append(*pid).append(1, ']');
  out.append(": ");
  // journalctl does not count a name that it makes up.
  const auto indent = out.size() - begin - (name == nullptr ? std::string_view(" unknown").size() : 0);

  if (binary == Binary::named && !is_printable(message)) {
    out.append("[").append(amount(message.size())).append(" blob data]\n");
    return;
  }
  // A newline at the end of a message begins no line of its own.
  for (std::size_t at = 0;;) {
    const auto newline = message.find('\n', at);
    const auto line = message.substr(at, newline == std::string_view::npos ? newline : newline - at);
    out.append(line).append(1, '\n');
    if (newline == std::string_view::npos || newline + 1 == message.size()) return;
    at = newline + 1;
    out.append(indent, ' ');
  }
}

}  // namespace unsnag::journal
