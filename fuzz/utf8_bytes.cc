// SPDX-License-Identifier: Apache-2.0
// Decodes the bytes behind whatever mark they begin with, in pieces as long as the last byte says.
#include "evidence/utf8_bytes.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "fuzz/support.h"

namespace {

struct Pieces : unsnag::evidence::Bytes {
  std::string_view text;
  std::size_t step = 1;
  unsnag::Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = std::min({size, step, text.size()});
    text.copy(buffer, count);
    text.remove_prefix(count);
    return count;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Pieces pieces;
  pieces.text = unsnag::fuzz::text_of(data, size);
  pieces.step = size > 0 ? data[size - 1] % 32 + std::size_t{1} : 1;
  const bool utf16 = size >= 2 && data[0] + data[1] == 0xff + 0xfe && data[0] >= 0xfe;
  unsnag::evidence::Utf8Bytes bytes(pieces);
  std::string decoded;
  for (std::array<char, 7> buffer{};;) {
    const auto got = bytes.read(buffer.data(), buffer.size());
    if (!got || *got == 0) break;
    decoded.append(buffer.data(), *got);
  }
  // What was UTF-16 is valid now, but for UTF-32, which is left alone.
  if (utf16 && !(size >= 4 && data[0] == 0xff && data[2] == 0 && data[3] == 0))
    for (std::string_view rest = decoded; !rest.empty();) {
      const auto length = unsnag::utf8_length(rest);
      if (length == 0) __builtin_trap();
      rest.remove_prefix(length);
    }
  return 0;
}
