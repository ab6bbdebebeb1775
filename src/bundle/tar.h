// SPDX-License-Identifier: Apache-2.0
// The frame that a tar puts around a member: header, padding, end. Source: POSIX.1-2017, pax: "ustar Interchange Format" and
// "pax Extended Header". Ours, and not libarchive's writer, since that wants size and content at once and writes them
// through its own filter, while here a content is compressed before its size, and so its header, is known.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace unsnag::bundle {

/// The most that a header can say; far more than a member is allowed to have.
inline constexpr std::uint64_t k_tar_most = (std::uint64_t{8} << 30U) - 1;

/// A regular file, mode 0644, of root. `path` is anything but empty; one that is long or not ASCII gets a pax record.
/// `size` is at most k_tar_most. A time before 1970 becomes that.
std::string tar_header(std::string_view path, std::uint64_t size, SysTime mtime);
/// What fills a content of `size` bytes up to a whole block.
std::string tar_padding(std::uint64_t size);
/// What ends a tar.
std::string tar_end();

}  // namespace unsnag::bundle
