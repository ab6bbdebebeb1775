// SPDX-License-Identifier: Apache-2.0
// The registries that a pull secret has credentials for. Nothing else of its content is kept.
// Source: kubernetes pkg/credentialprovider/config.go (.dockerconfigjson has "auths", the older .dockercfg has none).
#include <optional>

#include "base/text.h"
#include "readers/kubernetes_objects.h"

namespace unsnag::readers::kubernetes {
namespace {

/// nullopt: not base64 (somebody put "REDACTED" there).
std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    unsigned value = 0;
    if (c >= 'A' && c <= 'Z') value = static_cast<unsigned>(c - 'A');
    else if (c >= 'a' && c <= 'z') value = static_cast<unsigned>(c - 'a') + 26;
    else if (c >= '0' && c <= '9') value = static_cast<unsigned>(c - '0') + 52;
    else if (c == '+') value = 62;
    else if (c == '/') value = 63;
    else if (c == '=' || c == '\n' || c == '\r' || c == ' ') continue;
    else return std::nullopt;
    bits = (bits << 6) | value;
    if (++count == 4) {
      out += static_cast<char>((bits >> 16) & 0xff);
      out += static_cast<char>((bits >> 8) & 0xff);
      out += static_cast<char>(bits & 0xff);
      bits = 0;
      count = 0;
    }
  }
  if (count == 2) out += static_cast<char>((bits >> 4) & 0xff);
  if (count == 3) {
    out += static_cast<char>((bits >> 10) & 0xff);
    out += static_cast<char>((bits >> 2) & 0xff);
  }
  return out;
}

}  // namespace

std::string registries_of_secret(const Value& secret) {
  std::string text;
  bool wrapped = true;
  for (const std::string_view key : {".dockerconfigjson", ".dockercfg"}) {
    wrapped = key == ".dockerconfigjson";
    if (const auto& plain = secret.at({"stringData", key}); plain.is_scalar()) text = plain.scalar;
    else if (const auto& coded = secret.at({"data", key}); coded.is_scalar()) text = decode_base64(coded.scalar).value_or("");
    if (!text.empty()) break;
  }
  if (text.empty()) return {};
  const auto config = parse_json(text);
  if (!config) return {};
  const auto& auths = wrapped ? (*config)["auths"] : *config;
  std::string hosts;
  for (const auto& [host, unused] : auths.entries) {
    if (host.empty() || hosts.size() > 2000) continue;
    if (!hosts.empty()) hosts += ' ';
    hosts += host;
  }
  return hosts;
}

}  // namespace unsnag::readers::kubernetes
