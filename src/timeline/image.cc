// SPDX-License-Identifier: Apache-2.0
// Image references as Docker normalises them (distribution/reference, normalize.go), so that the pod's "nginx" and
// containerd's "docker.io/library/nginx:latest" are one pull. Parsing only what is needed to compare; a name that
// does not parse stays as it is.
#include <algorithm>
#include <string>
#include <string_view>

#include "timeline/timeline.h"

namespace unsnag::timeline {
namespace {

struct Parts {
  std::string_view host;  // "" when the reference names none
  std::string_view path;
  std::string_view tag;
  std::string_view digest;
};

Parts split(std::string_view reference) {
  Parts parts;
  // docker:// as skopeo and CRI-O write it, or https:// and user:password@ out of a browser.
  if (const auto scheme = reference.find("://"); scheme != std::string_view::npos) reference.remove_prefix(scheme + 3);
  if (const auto user = reference.substr(0, reference.find('/')).find('@');
      user != std::string_view::npos && reference.find('/') != std::string_view::npos)
    reference.remove_prefix(user + 1);
  if (const auto at = reference.find('@'); at != std::string_view::npos) {
    parts.digest = reference.substr(at + 1);
    reference = reference.substr(0, at);
  }
  if (const auto slash = reference.find('/'); slash != std::string_view::npos) {
    const auto first = reference.substr(0, slash);
    if (first.find_first_of(".:") != std::string_view::npos || first == "localhost") {
      parts.host = first;
      reference = reference.substr(slash + 1);
    }
  }
  const auto slash = reference.rfind('/');
  const auto colon = reference.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    parts.tag = reference.substr(colon + 1);
    reference = reference.substr(0, colon);
  }
  parts.path = reference;
  return parts;
}

constexpr std::string_view k_hub_too = "registry.hub.docker.com";  // the same images, but nobody takes the names for the same

bool is_hub(std::string_view host) { return host.empty() || (is_docker_hub(host) && host != k_hub_too); }

}  // namespace

bool is_docker_hub(std::string_view host) {
  return host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io" || host == k_hub_too;
}

std::string normalize_image(std::string_view reference) {
  const auto parts = split(reference);
  if (parts.path.empty() || reference.substr(0, 7) == "sha256:") return std::string(reference);
  std::string image(is_hub(parts.host) ? "docker.io" : parts.host);
  image += '/';
  if (is_hub(parts.host) && parts.path.find('/') == std::string_view::npos) image += "library/";
  image += parts.path;
  if (!parts.digest.empty()) return image.append("@").append(parts.digest);
  return image.append(":").append(parts.tag.empty() ? "latest" : parts.tag);
}

std::string registry_of(std::string_view reference) {
  const auto parts = split(reference);
  return std::string(is_hub(parts.host) ? "docker.io" : parts.host);
}

std::string repository_of(std::string_view reference) {
  const auto parts = split(reference);
  if (is_hub(parts.host) && parts.path.find('/') == std::string_view::npos) return "library/" + std::string(parts.path);
  return std::string(parts.path);
}

}  // namespace unsnag::timeline
