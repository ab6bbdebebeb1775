// SPDX-License-Identifier: Apache-2.0
// The name of content: "sha256:" and 64 hexadecimal digits (OCI image-spec 1.1, descriptor.md, "Digests"). A Digest that
// exists is well-formed; sha512, which the specification allows and no registry serves, is refused by name.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace unsnag::oci {

class Digest {
 public:
  /// Errors: malformed, unsupported (another algorithm).
  static Result<Digest> parse(std::string_view text);
  /// 64 digits as codec::Sha256 writes them.
  static Digest of_hex(std::string hex) { return Digest(std::move(hex)); }

  [[nodiscard]] const std::string& hex() const { return hex_; }
  [[nodiscard]] std::string to_string() const { return "sha256:" + hex_; }
  /// The first twelve digits, as Docker and people shorten them.
  [[nodiscard]] std::string_view short_hex() const { return std::string_view(hex_).substr(0, 12); }

  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(std::string hex) : hex_(std::move(hex)) {}
  std::string hex_;
};

}  // namespace unsnag::oci
