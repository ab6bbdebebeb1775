// SPDX-License-Identifier: Apache-2.0
// base64, of either alphabet, as secrets and certificates are carried in configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace unsnag {

/// nullopt: something that is neither of an alphabet of base64, nor padding or the end of a line, stands there.
std::optional<std::string> decode_base64(std::string_view text);
/// The usual alphabet, padded.
std::string encode_base64(std::string_view bytes);

}  // namespace unsnag
