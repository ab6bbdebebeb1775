// SPDX-License-Identifier: Apache-2.0
// The gzip side of Decoder. ISA-L decodes some times faster than zlib, and compares checksum and size at a member's end.
// Headers are read here: ISA-L 2.30 takes a right header checksum for a wrong one when the header arrives in pieces.
#include <algorithm>
#include <limits>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "codec/decoder.h"

namespace unsnag::codec {
namespace {

/// What ISA-L means by its negative results (igzip_lib.h, "Inflate Return values").
std::string words(int status) {
  switch (status) {
    case ISAL_INVALID_BLOCK: return "damaged gzip stream: a block of no known type";
    case ISAL_INVALID_SYMBOL: return "damaged gzip stream: an invalid symbol";
    case ISAL_INVALID_LOOKBACK: return "damaged gzip stream: it refers to bytes before its beginning";
    case ISAL_INCORRECT_CHECKSUM: return "damaged gzip stream: its checksum or size is not that of its content";
    default: return "damaged gzip stream";
  }
}

/// A member's header, byte by byte (RFC 1952, 2.3). Nothing of it is kept.
class Header {
 public:
  enum class At : unsigned char { fixed, extra_size, extra, name, comment, checksum, end };

  /// Takes bytes off `in`. True: the header is whole, and what is left in `in` is behind it.
  Result<bool> take(std::string_view& in) {
    while (at_ != At::end) {
      if (in.empty()) return false;
      const auto part = in.substr(0, length_of_part(in));
      if (at_ != At::checksum) crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const unsigned char*>(part.data()), part.size());
      TRY(see(part));
      in.remove_prefix(part.size());
    }
    return true;
  }

 private:
  static constexpr unsigned k_checksum = 2, k_extra = 4, k_name = 8, k_comment = 16;
  static constexpr std::size_t k_fixed = 10;

  /// Bytes that are seen in one go.
  [[nodiscard]] std::size_t length_of_part(std::string_view in) const {
    if (at_ == At::extra) return std::min<std::size_t>(in.size(), extra_left_);
    if (at_ == At::name || at_ == At::comment) return std::min(in.size(), in.find('\0') + 1 == 0 ? in.size() : in.find('\0') + 1);
    return 1;
  }

  Result<void*> see(std::string_view part) {
    const auto byte = static_cast<unsigned char>(part.back());
    ++seen_;
    switch (at_) {
      case At::fixed:
        if ((seen_ == 1 && byte != 0x1f) || (seen_ == 2 && byte != 0x8b)) return fail(Errc::malformed, "this is no gzip stream");
        if (seen_ == 3 && byte != 8) return fail(Errc::malformed, "the gzip stream is not compressed with deflate");
        if (seen_ == 4) flags_ = byte;
        if (seen_ == k_fixed) go_on(At::extra_size);
        break;
      case At::extra_size:
        extra_left_ |= static_cast<std::size_t>(byte) << (8U * (seen_ - 1));
        if (seen_ == 2) go_on(extra_left_ == 0 ? At::name : At::extra);
        break;
      case At::extra:
        extra_left_ -= part.size();
        if (extra_left_ == 0) go_on(At::name);
        break;
      case At::name:
      case At::comment:
        if (byte == 0) go_on(at_ == At::name ? At::comment : At::checksum);
        break;
      case At::checksum:
        told_ |= static_cast<unsigned>(byte) << (8U * (seen_ - 1));
        if (seen_ == 2 && told_ != (crc_ & 0xffffU)) return fail(Errc::malformed, "damaged gzip stream: the checksum of a header is wrong");
        if (seen_ == 2) go_on(At::end);
        break;
      case At::end: break;
    }
    return nullptr;
  }

  void go_on(At to) {
    seen_ = 0;
    if (to == At::extra_size && (flags_ & k_extra) == 0) to = At::name;
    if (to == At::name && (flags_ & k_name) == 0) to = At::comment;
    if (to == At::comment && (flags_ & k_comment) == 0) to = At::checksum;
    if (to == At::checksum && (flags_ & k_checksum) == 0) to = At::end;
    at_ = to;
  }

  At at_ = At::fixed;
  unsigned seen_ = 0;  // bytes of this field
  unsigned flags_ = 0, crc_ = 0, told_ = 0;
  std::size_t extra_left_ = 0;
};

class Gunzip final : public Decoder {
 public:
  Result<Step> decode(std::string_view in, std::span<char> out) override {
    const auto given = in.size();
    out = out.first(std::min<std::size_t>(out.size(), std::numeric_limits<uint32_t>::max()));
    const auto room = out.size();
    while (!out.empty()) {
      if (at_ == At::content) {
        const auto before = in.size() + out.size();
        TRY(inflate(in, out));
        if (at_ == At::content && in.size() + out.size() == before) break;
        if (at_ == At::content && in.empty()) break;
      } else {
        if (in.empty()) break;
        TRY(frame(in));
      }
    }
    return Step{given - in.size(), room - out.size(), out.empty() && at_ == At::content};
  }

  Result<void*> finish() override {
    if (at_ == At::beginning) return fail(Errc::malformed, "the gzip stream is empty");
    if (at_ == At::header || at_ == At::content) return fail(Errc::malformed, "the gzip stream breaks off: its end is missing");
    return nullptr;
  }

 private:
  enum class At : unsigned char { beginning, header, content, behind_member, padding };

  Result<void*> inflate(std::string_view& in, std::span<char>& out) {
    const auto given = in.substr(0, std::numeric_limits<uint32_t>::max());
    state_.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(given.data()));  // ISA-L only reads it
    state_.avail_in = static_cast<uint32_t>(given.size());
    state_.next_out = reinterpret_cast<uint8_t*>(out.data());
    state_.avail_out = static_cast<uint32_t>(out.size());
    if (const int status = isal_inflate(&state_); status < 0) return fail(Errc::malformed, words(status));
    if (state_.block_state == ISAL_BLOCK_FINISH) at_ = At::behind_member;
    in.remove_prefix(given.size() - state_.avail_in);
    out = out.last(state_.avail_out);
    return nullptr;
  }

  /// What is not compressed: headers, and what lies between members or behind them.
  Result<void*> frame(std::string_view& in) {
    if (at_ == At::behind_member && in.front() == '\0') at_ = At::padding;
    if (at_ == At::padding || (at_ == At::behind_member && in.front() != '\x1f')) {
      in.remove_prefix(std::min(in.size(), in.find_first_not_of('\0')));
      if (!in.empty()) return fail(Errc::malformed, "behind the end of the gzip stream there is something else");
      return nullptr;
    }
    if (at_ != At::header) header_ = {};
    at_ = At::header;
    TRY_ASSIGN(const bool whole, header_.take(in));
    if (!whole) return nullptr;
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    at_ = At::content;
    return nullptr;
  }

  inflate_state state_{};
  Header header_;
  At at_ = At::beginning;
};

}  // namespace

std::unique_ptr<Decoder> gzip_decoder() { return std::make_unique<Gunzip>(); }

}  // namespace unsnag::codec
