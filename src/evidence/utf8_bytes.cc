// SPDX-License-Identifier: Apache-2.0
#include "evidence/utf8_bytes.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace unsnag::evidence {
namespace {

constexpr std::size_t k_block = std::size_t{64} << 10U;
constexpr std::uint32_t k_mark = 0xfeff;  // where marked files were put one behind the other, it stands inside too
constexpr std::uint32_t k_replacement = 0xfffd;

}  // namespace

Result<void*> Utf8Bytes::find_form() {
  constexpr std::size_t k_longest_mark = 4;
  while (raw_.size() < k_longest_mark && !ended_) {
    const auto before = raw_.size();
    raw_.resize(k_longest_mark);
    const auto got = bytes_.read(raw_.data() + before, k_longest_mark - before);
    raw_.resize(before + (got ? *got : 0));
    if (!got) return tl::unexpected<Error>(got.error());
    ended_ = *got == 0;
  }
  const std::string_view head = raw_;
  const bool utf32 = head == std::string_view("\xff\xfe\0\0", 4);
  if (head.starts_with("\xef\xbb\xbf")) {
    form_ = Form::plain;
    raw_.erase(0, 3);
  } else if (!utf32 && (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff"))) {
    form_ = head[0] == '\xff' ? Form::utf16le : Form::utf16be;
    raw_.erase(0, 2);
  } else {
    form_ = Form::plain;
  }
  if (form_ == Form::plain) ready_ = std::move(raw_);
  else decode(ended_);
  return nullptr;
}

void Utf8Bytes::decode(bool ended) {
  std::size_t at = 0;
  for (; at + 1 < raw_.size(); at += 2) {
    const auto first = static_cast<unsigned char>(raw_[at]), second = static_cast<unsigned char>(raw_[at + 1]);
    const std::uint32_t unit =
        form_ == Form::utf16le ? first | static_cast<std::uint32_t>(second) << 8U : second | static_cast<std::uint32_t>(first) << 8U;
    const bool low = unit >= 0xdc00 && unit < 0xe000;
    if (high_ != 0 && low) {
      append_utf8(ready_, 0x10000 + ((high_ - 0xd800) << 10U) + (unit - 0xdc00));
      high_ = 0;
      continue;
    }
    if (high_ != 0) append_utf8(ready_, k_replacement);
    high_ = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (low) append_utf8(ready_, k_replacement);
    else if (high_ == 0 && unit != k_mark) append_utf8(ready_, unit);
  }
  raw_.erase(0, at);
  if (ended && (high_ != 0 || !raw_.empty())) {
    append_utf8(ready_, k_replacement);
    high_ = 0;
    raw_.clear();
  }
}

Result<std::size_t> Utf8Bytes::read(char* buffer, std::size_t size) {
  if (size == 0) return std::size_t{0};
  if (form_ == Form::unknown) TRY(find_form());
  if (form_ == Form::plain && handed_ == ready_.size()) return ended_ ? Result<std::size_t>(std::size_t{0}) : bytes_.read(buffer, size);
  while (handed_ == ready_.size() && !ended_) {
    ready_.clear();
    handed_ = 0;
    const auto before = raw_.size();  // at most half a character
    raw_.resize(before + k_block);
    const auto got = bytes_.read(raw_.data() + before, k_block);
    raw_.resize(before + (got ? *got : 0));
    if (!got) return tl::unexpected<Error>(got.error());
    ended_ = *got == 0;
    decode(ended_);
  }
  const auto count = std::min(size, ready_.size() - handed_);
  ready_.copy(buffer, count, handed_);
  handed_ += count;
  return count;
}

}  // namespace unsnag::evidence
