// SPDX-License-Identifier: Apache-2.0
#include "evidence/gunzip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <optional>

#include <zlib.h>

namespace unsnag::evidence {
namespace {

constexpr int k_gzip_only = 15 + 16;  // zlib.h, inflateInit2: the largest window, "16 to decode only the gzip format"

}  // namespace

struct GunzipBytes::State {
  z_stream stream{};
  std::array<unsigned char, std::size_t{64} << 10U> packed{};
  bool packed_ended = false, part_ended = false, ended = false;
  std::optional<Error> damage;  // told once what came before it was handed out
};

bool is_gzip(std::string_view head) { return head.starts_with("\x1f\x8b\x08"); }

GunzipBytes::GunzipBytes(Bytes& packed, Budget& budget) : packed_(packed), budget_(budget), state_(std::make_unique<State>()) {
  if (::inflateInit2(&state_->stream, k_gzip_only) != Z_OK) throw std::bad_alloc();
}

GunzipBytes::~GunzipBytes() { ::inflateEnd(&state_->stream); }

/// Adds to the packed bytes at hand; what is left of them moves to the front.
Result<void*> GunzipBytes::fill() {
  auto& stream = state_->stream;
  auto* const front = state_->packed.data();
  if (stream.avail_in != 0) std::memmove(front, stream.next_in, stream.avail_in);
  stream.next_in = front;
  TRY_ASSIGN(const auto got, packed_.read(reinterpret_cast<char*>(front) + stream.avail_in, state_->packed.size() - stream.avail_in));
  state_->packed_ended = got == 0;
  stream.avail_in += static_cast<uInt>(got);
  return nullptr;
}

/// After the end of a part: is there another one?
Result<bool> GunzipBytes::next_part() {
  constexpr std::size_t k_magic = 3;
  auto& stream = state_->stream;
  while (stream.avail_in < k_magic && !state_->packed_ended) TRY(fill());
  if (!is_gzip({reinterpret_cast<const char*>(stream.next_in), stream.avail_in})) return false;
  ::inflateReset(&stream);
  state_->part_ended = false;
  return true;
}

Result<std::size_t> GunzipBytes::read(char* buffer, std::size_t size) {
  auto& stream = state_->stream;
  if (size == 0 || state_->ended) return std::size_t{0};
  const auto room = static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
  stream.next_out = reinterpret_cast<unsigned char*>(buffer);
  stream.avail_out = room;
  while (stream.avail_out == room && !state_->damage && !state_->ended) {
    if (state_->part_ended) {
      const auto more = next_part();
      if (!more) state_->damage = more.error();
      else state_->ended = !*more;
      continue;
    }
    if (stream.avail_in == 0) {
      if (const auto filled = fill(); !filled) state_->damage = filled.error();
      else if (stream.avail_in == 0) state_->damage = Error{Errc::malformed, "the gzip file breaks off: its end is missing"};
      if (state_->damage) break;
    }
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END) state_->part_ended = true;
    else if (status != Z_OK && status != Z_BUF_ERROR)
      state_->damage = Error{Errc::malformed, std::string("damaged gzip file: ") + (stream.msg != nullptr ? stream.msg : ::zError(status))};
  }
  const std::size_t count = room - stream.avail_out;
  TRY(budget_.take(count));
  if (count == 0 && state_->damage) return tl::unexpected<Error>(*state_->damage);
  return count;
}

}  // namespace unsnag::evidence
