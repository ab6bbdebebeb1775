// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"

#include <cerrno>
#include <limits>

namespace unsnag {

ReadAt read_at(int fd, std::uint64_t offset, char* buffer, std::size_t size) {
  constexpr auto k_most = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
  ReadAt read;
  while (read.bytes < size && offset <= k_most - read.bytes) {
    const auto got = ::pread(fd, buffer + read.bytes, size - read.bytes, static_cast<off_t>(offset + read.bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) read.error = errno;
    if (got <= 0) break;
    read.bytes += static_cast<std::size_t>(got);
  }
  return read;
}

namespace {

/// `write` gets what is left and where it begins, counted from the first byte.
template <typename Write>
Result<void*> write_pieces(std::string_view bytes, Write&& write) {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto wrote = write(bytes.substr(done), done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail_errno(errno);
    done += static_cast<std::size_t>(wrote);
  }
  return nullptr;
}

}  // namespace

Result<void*> write_all(int fd, std::string_view bytes) {
  return write_pieces(bytes, [&](std::string_view rest, std::size_t) { return ::write(fd, rest.data(), rest.size()); });
}

Result<void*> write_all_at(int fd, std::uint64_t offset, std::string_view bytes) {
  return write_pieces(bytes, [&](std::string_view rest, std::size_t done) {
    return ::pwrite(fd, rest.data(), rest.size(), static_cast<off_t>(offset + done));
  });
}

}  // namespace unsnag
