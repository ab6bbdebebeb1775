// SPDX-License-Identifier: Apache-2.0
#include "journal/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

namespace unsnag::journal {
namespace {

constexpr std::string_view k_signature = "LPKSHHRH";

// Where in the header; journal-def.h, struct Header.
constexpr std::size_t k_incompatible_flags = 12, k_header_size = 88, k_arena_size = 96, k_entries = 152, k_entry_array = 176,
                      k_least_header = 208;

// HEADER_INCOMPATIBLE_…: xz 1, lz4 2, keyed hash 4, zstd 8, compact 16
constexpr std::uint32_t k_compact = 16, k_known_flags = 31;

// An entry array: type, flags, 6 bytes, size; the next array; entries.
constexpr std::size_t k_object_size = 8, k_next_array = 16, k_array_head = 24;
constexpr unsigned char k_type_entry_array = 6;

std::uint64_t number(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8U | static_cast<unsigned char>(at[i]);
  return value;
}

/// libsystemd follows the arrays until it has counted as many entries as the header says: a ring holds it for ages.
std::optional<std::uint64_t> find_ring(int fd, std::uint64_t first) {
  for (auto at = first; at != 0;) {
    std::array<char, k_array_head> head{};
    if (at > std::uint64_t{1} << 62U || read_at(fd, at, head.data(), head.size()).bytes != head.size()) return std::nullopt;
    if (static_cast<unsigned char>(head[0]) != k_type_entry_array) return std::nullopt;
    const auto next = number(&head[k_next_array], 8);
    if (next == 0) return std::nullopt;
    if (next < at + std::max<std::uint64_t>(number(&head[k_object_size], 8), k_array_head) || next < at) return at + k_next_array;
    at = next;
  }
  return std::nullopt;
}

}  // namespace

bool is_journal(std::string_view head) { return head.starts_with(k_signature); }

bool is_users_journal(std::string_view name) {
  name = name.substr(name.find_last_of("/:") + 1);
  return name.starts_with("user-");
}

Result<FileFacts> look_at(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail_errno(errno);
  std::array<char, k_least_header> header{};
  const auto got = read_at(fd, 0, header.data(), header.size()).bytes;
  if (!is_journal({header.data(), got})) return fail(Errc::malformed, "not a journal");
  if (got < header.size()) return fail(Errc::malformed, "the journal breaks off in its header");
  const auto flags = static_cast<std::uint32_t>(number(&header[k_incompatible_flags], 4));
  if ((flags & ~k_known_flags) != 0)
    return fail(Errc::unsupported, "written by a newer systemd than unsnag knows: use journalctl of the machine that it comes from");
  FileFacts facts;
  facts.size = static_cast<std::uint64_t>(info.st_size);
  const auto header_size = number(&header[k_header_size], 8), arena = number(&header[k_arena_size], 8);
  if (header_size < k_least_header || header_size > k_most_copied || arena > std::uint64_t{1} << 50U)
    return fail(Errc::malformed, "the journal's header is damaged");
  facts.header_size = header_size;
  facts.declared = header_size + arena;
  // A number that can't be: what may be missing is a part of the last entry array, and that is smaller.
  constexpr std::uint64_t k_largest_part = std::uint64_t{128} << 20U;
  if (facts.declared > facts.size * 4 + k_largest_part) facts.declared = facts.size + k_largest_part;
  const std::uint64_t item = (flags & k_compact) != 0 ? 4 : 8;
  facts.entries = std::min(number(&header[k_entries], 8), facts.declared / item);
  facts.ring = find_ring(fd, number(&header[k_entry_array], 8));
  return facts;
}

namespace {

/// Where files without a name may be, the ones in memory first.
std::vector<std::string> places() {
  std::vector<std::string> all{"/dev/shm", "/run"};
  if (const char* own = ::getenv("TMPDIR"); own != nullptr && *own == '/') all.emplace_back(own);
  all.emplace_back("/tmp");
  all.emplace_back("/var/tmp");
  return all;
}

}  // namespace

Result<Fd> file_in_memory() {
  int first_error = 0;
  for (const auto& place : places()) {
    Fd fd(::open(place.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd) return fd;
    if (first_error == 0) first_error = errno;
  }
  return fail_errno(first_error);
}

bool is_nameless(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && info.st_nlink == 0;
}

Result<Name> Name::give(int fd) {
  static std::atomic<unsigned> count{0};
  const auto own = fmt::format("/proc/self/fd/{}", fd);
  const auto file = fmt::format("/.unsnag-{}-{}.journal", ::getpid(), ++count);
  int first_error = ENOENT;
  for (const auto& place : places()) {
    auto path = place + file;
    if (::linkat(AT_FDCWD, own.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0 ||
        ::linkat(fd, "", AT_FDCWD, path.c_str(), AT_EMPTY_PATH) == 0)
      return Name(std::move(path));
    if (errno != EXDEV) first_error = errno;
  }
  return fail_errno(first_error);
}

Name::~Name() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<Fd> mended_copy(int fd, const FileFacts& facts) {
  if (facts.size > k_most_copied || facts.declared > k_most_copied) return fail(Errc::too_large, "damaged, and larger than 1 GiB");
  TRY_ASSIGN(auto copy, file_in_memory());
  std::vector<char> buffer(std::size_t{1} << 20U);
  for (std::uint64_t at = 0; at < facts.size;) {
    const auto got = read_at(fd, at, buffer.data(), std::min<std::uint64_t>(buffer.size(), facts.size - at)).bytes;
    if (got == 0) break;
    if (::pwrite(copy.get(), buffer.data(), got, static_cast<off_t>(at)) != static_cast<ssize_t>(got)) return fail_errno(errno);
    at += got;
  }
  // What is missing is zeros: no object begins with them, and libsystemd passes over what is none.
  if (::ftruncate(copy.get(), static_cast<off_t>(std::max(facts.declared, facts.size))) != 0) return fail_errno(errno);
  const auto put = [&](std::uint64_t offset, std::uint64_t value) {
    std::array<char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    return ::pwrite(copy.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) == 8;
  };
  const auto end = std::max(facts.declared, facts.size);
  if (!put(k_arena_size, end - facts.header_size) || (facts.ring && !put(*facts.ring, 0))) return fail_errno(errno);
  return copy;
}

}  // namespace unsnag::journal
