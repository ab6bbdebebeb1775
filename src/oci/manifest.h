// SPDX-License-Identifier: Apache-2.0
// What a registry says an image is: manifests and indexes of OCI (image-spec 1.1) and of Docker (schema 2), and the image's
// configuration. Other people's bytes: each has a limit, and a document that could be read in two ways is refused, since two
// readers of one digest must see one image (CVE-2021-41190).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "oci/digest.h"
#include "oci/platform.h"

namespace unsnag::oci {

namespace media {
inline constexpr std::string_view k_oci_index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view k_oci_manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view k_oci_config = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view k_docker_list = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view k_docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view k_docker_config = "application/vnd.docker.container.image.v1+json";
}  // namespace media

/// Of the largest manifest, index and configuration, in bytes: what docker-registry 2.8 takes in.
inline constexpr std::size_t k_most_document = std::size_t{4} << 20U;
inline constexpr std::size_t k_most_layers = 1'000, k_most_images = 10'000;

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;            // bytes, as promised
  std::optional<Platform> platform;  // of an index's entry; normalised
  std::vector<std::string> urls;     // where a foreign layer is; nobody follows them unasked
};

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;  // the lowest first
};
struct Index {
  std::string media_type;
  std::vector<Descriptor> images;
};
using Document = std::variant<Manifest, Index>;

/// `content_type` is the answer's header, with or without parameters; "" where there was none. The document's own word counts
/// more (a mirror may say text/plain), but two image types that contradict each other are refused.
/// Errors: malformed, too_large, unsupported (schema 1; a chart or other artifact: what it is, is said).
Result<Document> parse_document(std::string_view bytes, std::string_view content_type);

/// The entry that runs best on `machine`; entries without a platform come last, attestations never.
/// Errors: not_found (with the platforms that there are).
Result<Descriptor> choose(const Index& index, const Platform& machine);

struct Config {
  Platform platform;
  std::vector<Digest> diff_ids;  // of the unpacked layers, the lowest first
};
/// Errors: malformed, too_large, unsupported.
Result<Config> parse_config(std::string_view bytes);

enum class Compression : std::uint8_t { none, gzip, zstd };
/// How a layer is packed, by its media type. Errors: unsupported (encrypted, Windows' foreign layers, what is no layer at all).
Result<Compression> compression_of(const Descriptor& layer);

}  // namespace unsnag::oci
