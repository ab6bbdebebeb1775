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

}  // namespace unsnag
