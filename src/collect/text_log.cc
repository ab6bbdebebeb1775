// SPDX-License-Identifier: Apache-2.0
#include "collect/text_log.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/fd.h"
#include "readers/envelope.h"

namespace unsnag::collect {
namespace {

using std::chrono::hours;

constexpr std::size_t k_window = std::size_t{64} << 10U;    // read at once
constexpr std::uint64_t k_reach = std::uint64_t{1} << 20U;  // of lines without a time, as in a dump of stacks
constexpr hours k_zones{14};                                // no zone is further from UTC

Result<std::string> text_at(int fd, std::uint64_t offset, std::size_t size) {
  std::string text(size, '\0');
  const auto read = read_at(fd, offset, text.data(), size);
  if (read.error != 0) return fail_errno(read.error);
  text.resize(read.bytes);
  return text;
}

/// The first line that begins at or after `offset`; nullopt: none begins in the window.
Result<std::optional<std::uint64_t>> line_from(int fd, std::uint64_t offset, std::uint64_t end) {
  if (offset == 0) return std::optional<std::uint64_t>(0);
  for (auto at = offset - 1; at < end;) {
    TRY_ASSIGN(const auto text, text_at(fd, at, std::min<std::uint64_t>(k_window, end - at)));
    if (text.empty()) break;
    if (const auto newline = text.find('\n'); newline != std::string::npos) return std::optional<std::uint64_t>(at + newline + 1);
    at += text.size();
  }
  return std::optional<std::uint64_t>();
}

struct Timed {
  std::uint64_t offset = 0;
  SysTime latest;  // the line is from then or earlier
};

/// The first line at or after `offset`, and before `end`, that has a time; only that which begins within `reach` bytes.
Result<std::optional<Timed>> timed_line(int fd, std::uint64_t offset, std::uint64_t end, std::uint64_t reach, SysTime modified) {
  for (const auto from = offset; offset < end && offset - from < reach;) {
    TRY_ASSIGN(const auto first, line_from(fd, offset, end));
    if (!first || *first >= end) break;
    TRY_ASSIGN(const auto text, text_at(fd, *first, std::min<std::uint64_t>(k_window, end - *first)));
    if (text.empty()) break;
    std::size_t begin = 0;
    while (begin < text.size()) {
      const auto newline = std::min(text.find('\n', begin), text.size());
      // A line that the window cuts is looked at again, whole: half a time is another time.
      if (newline == text.size() && begin != 0 && *first + text.size() < end) break;
      if (const auto when = time_of_line(std::string_view(text).substr(begin, newline - begin), modified))
        return std::optional<Timed>(Timed{*first + begin, *when->at + when->uncertainty});
      begin = newline + 1;
    }
    offset = *first + std::min(begin, text.size());
  }
  return std::optional<Timed>();
}

/// Where the first line stands that can be from `since` or later.
Result<std::uint64_t> first_since(int fd, SysTime since, std::uint64_t size, SysTime modified) {
  std::uint64_t low = 0, high = size;  // all timed lines before `low` are too old; the one found from `high` on is not
  while (high - low > k_window) {
    const auto middle = low + (high - low) / 2;
    TRY_ASSIGN(const auto line, timed_line(fd, middle, high, k_reach, modified));
    if (!line || line->latest >= since) high = middle;
    else low = line->offset + 1;
  }
  for (auto at = low;;) {
    TRY_ASSIGN(const auto line, timed_line(fd, at, size, size, modified));
    if (!line) return at == 0 ? 0 : size;
    if (line->latest >= since) return low == 0 && at == 0 ? 0 : line->offset;
    at = line->offset + 1;
  }
}

}  // namespace

std::optional<Stamp> time_of_line(std::string_view line, SysTime modified) {
  auto when = readers::peel(line.substr(0, 1024)).when;
  if (!when.at) return std::nullopt;
  if (!when.year_known) {
    const auto year = static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(modified)).year());
    auto at = in_year(*when.at, year);
    // December's lines in a file that January wrote to.
    if (!at || *at > modified + std::chrono::days{2}) at = in_year(*when.at, year - 1);
    if (!at) return std::nullopt;
    when.at = at;
    when.year_known = true;
  }
  if (!when.zone_known) {
    when.at = *when.at - k_zones;
    when.uncertainty += 2 * k_zones;
  }
  return when;
}

Result<Slice> slice_of(int fd, std::optional<SysTime> since, std::uint64_t most) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail_errno(errno);
  const SysTime modified{std::chrono::seconds{info.st_mtim.tv_sec}};
  Slice slice;
  slice.end = static_cast<std::uint64_t>(std::max<off_t>(info.st_size, 0));
  if (since) {
    TRY_ASSIGN(slice.begin, first_since(fd, *since, slice.end, modified));
    slice.older = slice.begin;
  }
  if (most != 0 && slice.end - slice.begin > most) {
    const auto wanted = slice.end - most;
    TRY_ASSIGN(const auto line, line_from(fd, wanted, slice.end));
    const auto begin = line.value_or(slice.end);
    slice.over = begin - slice.begin;
    slice.begin = begin;
  }
  return slice;
}

}  // namespace unsnag::collect
