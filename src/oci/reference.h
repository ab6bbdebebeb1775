// SPDX-License-Identifier: Apache-2.0
// An image's name as Docker, containerd and Podman take it: [registry/]repository[:tag][@digest], with the grammar of
// distribution/reference 0.6 (reference.go, normalize.go). What may be sent to a registry is made here alone, so that
// no character of a name ever changes a URL. To compare names out of logs, which may be anything, there is
// timeline::normalize_image.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "oci/digest.h"

namespace unsnag::oci {

struct Reference {
  std::string registry;    // "docker.io", "registry.example:5000", "[2001:db8::1]:5000"
  std::string repository;  // "library/nginx"
  std::string tag;         // "": none; when there is neither tag nor digest, parse_reference has set "latest"
  std::optional<Digest> digest;

  /// docker.io/library/nginx:1.25@sha256:…
  [[nodiscard]] std::string to_string() const;
  /// What a manifest is asked for by: the digest, or else the tag.
  [[nodiscard]] std::string manifest_name() const { return digest ? digest->to_string() : tag; }

  bool operator==(const Reference&) const = default;
};

/// "nginx" is docker.io/library/nginx:latest, as Docker has it. A reference with tag and digest keeps both; the digest counts.
/// Errors: invalid_argument, unsupported (the digest's algorithm); each says what is wrong with which part.
Result<Reference> parse_reference(std::string_view text);

/// Without a tag: what `tags` lists.
struct Repository {
  std::string registry;
  std::string name;
};
Result<Repository> parse_repository(std::string_view text);

}  // namespace unsnag::oci
