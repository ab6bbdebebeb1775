// SPDX-License-Identifier: Apache-2.0
#include "oci/digest.h"

#include <algorithm>

#include "base/text.h"

namespace unsnag::oci {

Result<Digest> Digest::parse(std::string_view text) {
  constexpr std::string_view k_sha256 = "sha256:";
  if (!text.starts_with(k_sha256)) {
    const auto algorithm = text.substr(0, text.find(':'));
    if (algorithm == "sha512" || algorithm == "sha384" || algorithm == "blake3")
      return fail(Errc::unsupported, fmt::format("a digest of {}: only sha256 is served and verified", algorithm));
    return fail(Errc::malformed, fmt::format("\"{}\" is no digest: sha256: and 64 hexadecimal digits", printable(clip(text, 100))));
  }
  const auto hex = text.substr(k_sha256.size());
  const bool digits = std::all_of(hex.begin(), hex.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (hex.size() != 64 || !digits)
    return fail(Errc::malformed,
                fmt::format("\"{}\" is no digest: sha256: and 64 hexadecimal digits in lower case", printable(clip(text, 100))));
  return Digest(std::string(hex));
}

}  // namespace unsnag::oci
