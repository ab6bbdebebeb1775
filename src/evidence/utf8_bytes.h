// SPDX-License-Identifier: Apache-2.0
// Text that is not plain UTF-8, read as if it were: PowerShell's `>` writes UTF-16 with a byte order mark, Notepad and
// .NET put one before UTF-8. Only the mark decides; without it nothing is guessed. Flat in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "evidence/evidence.h"

namespace unsnag::evidence {

/// `bytes` without a leading byte order mark, UTF-16 made UTF-8 (halves of characters become U+FFFD). UTF-32 is left as
/// it is: nobody writes logs in it, and its NUL bytes say that it is no text. Borrows `bytes`. Errors: those of `bytes`.
class Utf8Bytes : public Bytes {
 public:
  explicit Utf8Bytes(Bytes& bytes) : bytes_(bytes) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override;

 private:
  enum class Form : std::uint8_t { unknown, plain, utf16le, utf16be };

  Result<void*> find_form();
  void decode(bool ended);

  Bytes& bytes_;
  Form form_ = Form::unknown;
  bool ended_ = false;
  std::string raw_;         // read and not decoded
  std::string ready_;       // to be handed out
  std::size_t handed_ = 0;  // of ready_
  std::uint32_t high_ = 0;  // the first half of a character
};

}  // namespace unsnag::evidence
