// SPDX-License-Identifier: Apache-2.0
// SHA-256 of a stream of bytes, as digests of blobs and of files in a bundle are written.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace unsnag::codec {

/// One digest. Not for several threads at once.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void add(std::string_view bytes);
  /// 64 hexadecimal digits in lower case. Nothing may be added afterwards.
  std::string hex();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string sha256_hex(std::string_view bytes);

}  // namespace unsnag::codec
