// SPDX-License-Identifier: Apache-2.0
#include "bundle/tar.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace unsnag::bundle {
namespace {

constexpr std::size_t k_block = 512, k_name = 100;

/// A block of the header, filled in at fixed places.
class Block {
 public:
  void text(std::size_t at, std::string_view value) {
    std::copy(value.begin(), value.end(), block_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  /// Octal digits and a NUL, `width` bytes in all.
  void number(std::size_t at, std::size_t width, std::uint64_t value) { text(at, fmt::format("{:0{}o}", value, width - 1)); }
  std::string sealed() {
    constexpr std::size_t k_sum = 148;
    text(k_sum, "        ");
    const auto sum = std::accumulate(block_.begin(), block_.end(), std::uint64_t{0},
                                     [](std::uint64_t all, char c) { return all + static_cast<unsigned char>(c); });
    text(k_sum, fmt::format("{:06o}", sum));
    block_[k_sum + 6] = '\0';
    return block_;
  }

 private:
  std::string block_ = std::string(k_block, '\0');
};

std::string block(std::string_view name, std::uint64_t size, std::uint64_t mtime, char type) {
  Block header;
  header.text(0, name.substr(0, k_name));
  header.number(100, 8, 0644);
  header.number(108, 8, 0);
  header.number(116, 8, 0);
  header.number(124, 12, size);
  header.number(136, 12, mtime);
  header.text(156, std::string(1, type));
  header.text(257, "ustar");
  header.text(263, "00");
  header.text(265, "root");
  header.text(297, "root");
  return header.sealed();
}

/// "30 mtime=1350244992.023960108\n": the number counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto size = rest + 1;
  while (size != rest + std::to_string(size).size()) ++size;
  return fmt::format("{} {}={}\n", size, key, value);
}

}  // namespace

std::string tar_header(std::string_view path, std::uint64_t size, SysTime mtime) {
  constexpr std::uint64_t k_latest = (std::uint64_t{1} << 33U) - 1;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(mtime).time_since_epoch().count();
  const auto time = std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)), k_latest);
  const bool plain = path.size() <= k_name && std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7F; });
  std::string all;
  if (!plain) {
    const auto record = pax_record("path", path);
    all = block("PaxHeaders/path", record.size(), time, 'x') + record + tar_padding(record.size());
  }
  return all + block(path, size, time, '0');
}

std::string tar_padding(std::uint64_t size) {
  const auto over = static_cast<std::size_t>(size % k_block);
  return std::string(over == 0 ? 0 : k_block - over, '\0');
}

std::string tar_end() { return std::string(2 * k_block, '\0'); }

}  // namespace unsnag::bundle
