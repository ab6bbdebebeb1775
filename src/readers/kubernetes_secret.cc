// SPDX-License-Identifier: Apache-2.0
// The registries that a pull secret has credentials for. Nothing else of its content is kept.
// Source: kubernetes pkg/credentialprovider/config.go (.dockerconfigjson has "auths", the older .dockercfg has none).
#include "base/base64.h"
#include "base/text.h"
#include "readers/kubernetes_objects.h"

namespace unsnag::readers::kubernetes {
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
