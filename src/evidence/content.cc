// SPDX-License-Identifier: Apache-2.0
#include "evidence/content.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "evidence/archive.h"
#include "evidence/gunzip.h"

namespace unsnag::evidence {
namespace {

constexpr int k_max_depth = 8;  // .log.gz in .tar.gz in .tar.xz are five

/// Bytes whose beginning was looked at. An end or an error that was met meanwhile is told when its turn comes: a terminal
/// would begin anew after its end.
class PeekedBytes : public Bytes {
 public:
  explicit PeekedBytes(Bytes& bytes) : bytes_(bytes) {}

  /// The first 512 bytes, or all there are.
  std::string_view peek() {
    while (count_ < head_.size() && !end_) {
      auto got = bytes_.read(head_.data() + count_, head_.size() - count_);
      if (!got || *got == 0) end_ = std::move(got);
      else count_ += *got;
    }
    return {head_.data(), count_};
  }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (handed_ < count_) {
      const auto part = std::min(size, count_ - handed_);
      std::copy_n(head_.data() + handed_, part, buffer);
      handed_ += part;
      return part;
    }
    return end_ ? *end_ : bytes_.read(buffer, size);
  }

 private:
  Bytes& bytes_;
  std::array<char, 512> head_{};
  std::size_t count_ = 0, handed_ = 0;
  std::optional<Result<std::size_t>> end_;
};

/// Archives that nothing here reads, and the tool that does.
struct Foreign {
  std::string_view magic, what, tool;
};
constexpr std::array<Foreign, 2> k_foreign{{{"7z\xbc\xaf\x27\x1c", "a 7z archive", "7z x"}, {"Rar!\x1a\x07", "a RAR archive", "unrar x"}}};

}  // namespace

Result<void*> Budget::take(std::uint64_t count) {
  if (count > bytes) {
    bytes = 0;
    return fail(Errc::too_large, "more than 64 GiB unpacked");
  }
  bytes -= count;
  return nullptr;
}

Result<void*> visit_content(Bytes& bytes, const Place& place, std::optional<std::uint64_t> size, Walk& walk) {
  PeekedBytes peeked(bytes);
  const auto head = peeked.peek();
  if (Journals::is_one(head)) return walk.journals.add(place.shown, place.fd, peeked, walk.visitor);
  for (const auto& one : k_foreign)
    if (head.starts_with(one.magic))
      return fail(Errc::unsupported, std::string(one.what) + ", which unsnag does not read: unpack it (" + std::string(one.tool) +
                                         ") and give unsnag the folder");
  const bool gzip = is_gzip(head);
  if (!gzip && !is_archive(head)) {
    walk.visitor.file({place.shown, size}, peeked);
    return nullptr;
  }
  if (place.depth >= k_max_depth)
    return fail(Errc::unsupported, "archives inside archives, too deep: unpack the outer ones and give unsnag the folder");
  if (!gzip) return walk_archive(peeked, place, walk);
  GunzipBytes unpacked(peeked, walk.budget);
  return visit_content(unpacked, {place.shown, -1, place.depth + 1, place.target}, std::nullopt, walk);
}

}  // namespace unsnag::evidence
