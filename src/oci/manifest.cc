// SPDX-License-Identifier: Apache-2.0
#include "oci/manifest.h"

#include <algorithm>
#include <charconv>

#include "base/document.h"
#include "base/text.h"

namespace unsnag::oci {
namespace {

constexpr std::string_view k_schema1 = "application/vnd.docker.distribution.manifest.v1+json";
constexpr std::string_view k_signed_schema1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

enum class Shape : std::uint8_t { manifest, index, schema1, unknown };

Shape shape_of(std::string_view media_type) {
  if (media_type == media::k_oci_manifest || media_type == media::k_docker_manifest) return Shape::manifest;
  if (media_type == media::k_oci_index || media_type == media::k_docker_list) return Shape::index;
  if (media_type == k_schema1 || media_type == k_signed_schema1) return Shape::schema1;
  return Shape::unknown;
}

std::string shown(std::string_view text) { return printable(clip(text, 120)); }

Result<void*> within_limit(std::string_view bytes, std::string_view what) {
  if (bytes.size() > k_most_document)
    return fail(Errc::too_large, fmt::format("{} of {} bytes; at most {} are read", what, bytes.size(), k_most_document));
  return nullptr;
}

Result<std::uint64_t> size_of(const Value& value) {
  std::uint64_t number = 0;
  const auto& text = value.scalar;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!value.is_scalar() || value.quoted || text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() ||
      number > std::uint64_t{INT64_MAX})
    return fail(Errc::malformed, fmt::format("a size of \"{}\"", shown(text)));
  return number;
}

Result<Platform> platform_of(const Value& value) {
  if (!value.is_map()) return fail(Errc::malformed, "a platform that is no object");
  return normalized({value["os"].scalar, value["architecture"].scalar, value["variant"].scalar, value["os.version"].scalar});
}

Result<Descriptor> descriptor_of(const Value& value) {
  if (!value.is_map()) return fail(Errc::malformed, "a descriptor that is no object");
  TRY_ASSIGN(auto digest, Digest::parse(value["digest"].scalar));
  Descriptor out{value["mediaType"].scalar, std::move(digest), 0, {}, {}};
  TRY_ASSIGN(out.size, size_of(value["size"]));
  if (value["platform"]) {
    TRY_ASSIGN(out.platform, platform_of(value["platform"]));
  }
  for (const auto& [key, url] : value["urls"].entries) out.urls.push_back(url.scalar);
  return out;
}

Result<std::vector<Descriptor>> descriptors_of(const Value& list, std::size_t most, std::string_view what) {
  if (!list.is_list()) return fail(Errc::malformed, fmt::format("no list of {}", what));
  if (list.entries.size() > most) return fail(Errc::too_large, fmt::format("{} {}; at most {} are taken", list.entries.size(), what, most));
  std::vector<Descriptor> out;
  for (const auto& [key, one] : list.entries) {
    TRY_ASSIGN(auto descriptor, context(descriptor_of(one), "{} {}", what, out.size() + 1));
    out.push_back(std::move(descriptor));
  }
  return out;
}

/// What an artifact is, in a person's words, by the media type of its configuration.
std::string artifact(std::string_view config_type) {
  if (config_type == "application/vnd.cncf.helm.config.v1+json") return "a Helm chart (helm pull takes it)";
  if (config_type.starts_with("application/vnd.docker.plugin")) return "a Docker plugin (docker plugin install takes it)";
  if (config_type.find("cosign") != std::string_view::npos || config_type.find("in-toto") != std::string_view::npos)
    return "a signature or attestation";
  if (config_type.find("wasm") != std::string_view::npos) return "a WebAssembly module";
  return fmt::format("an artifact of type \"{}\"", shown(config_type));
}

Result<Document> manifest_of(const Value& root, std::string media_type) {
  TRY_ASSIGN(auto config, context(descriptor_of(root["config"]), "the configuration's descriptor"));
  const auto& type = config.media_type;
  if (type != media::k_oci_config && type != media::k_docker_config) return fail(Errc::unsupported, artifact(type) + ", not an image");
  TRY_ASSIGN(auto layers, descriptors_of(root["layers"], k_most_layers, "layers"));
  return Manifest{std::move(media_type), std::move(config), std::move(layers)};
}

}  // namespace

Result<Document> parse_document(std::string_view bytes, std::string_view content_type) {
  TRY(within_limit(bytes, "a manifest"));
  TRY_ASSIGN(const auto root, parse_json(bytes));
  if (!root.is_map()) return fail(Errc::malformed, "a manifest that is no JSON object");
  const auto said = trim(content_type.substr(0, content_type.find(';')));
  const auto& own = root["mediaType"].scalar;
  auto shape = shape_of(own.empty() ? said : std::string_view(own));
  if (!own.empty() && shape_of(said) != Shape::unknown && shape_of(said) != shape)
    return fail(Errc::malformed, fmt::format("a manifest that calls itself \"{}\" and is served as \"{}\"", shown(own), shown(said)));
  const bool lists_images = root["manifests"].kind != Value::Kind::null,
             lists_layers = root["layers"].kind != Value::Kind::null || root["config"].kind != Value::Kind::null;
  if (shape == Shape::schema1 || root["schemaVersion"].scalar == "1" || root["fsLayers"].kind != Value::Kind::null)
    return fail(Errc::unsupported,
                "a manifest of schema 1, which Docker 26, containerd 2 and this program no longer take; push the image again with a Docker "
                "of this decade");
  if (lists_images && lists_layers) return fail(Errc::malformed, "a manifest that is an image and an index at once");
  if (shape == Shape::unknown && root["schemaVersion"].scalar == "2")
    shape = lists_images ? Shape::index : lists_layers ? Shape::manifest : Shape::unknown;
  if (shape == Shape::manifest)
    return manifest_of(root,
                       own.empty() ? std::string(lists_layers && shape_of(said) == Shape::manifest ? said : media::k_oci_manifest) : own);
  if (shape == Shape::index) {
    TRY_ASSIGN(auto images, descriptors_of(root["manifests"], k_most_images, "images"));
    return Index{own.empty() ? std::string(shape_of(said) == Shape::index ? said : media::k_oci_index) : own, std::move(images)};
  }
  return fail(Errc::malformed, fmt::format("no image's manifest: served as \"{}\"", shown(said)));
}

Result<Descriptor> choose(const Index& index, const Platform& machine) {
  for (const auto& wanted : runnable_on(machine))
    for (const auto& image : index.images)
      if (image.platform && image.platform->os == wanted.os && image.platform->architecture == wanted.architecture &&
          image.platform->variant == wanted.variant)
        return image;
  for (const auto& image : index.images)
    if (!image.platform && shape_of(image.media_type) == Shape::manifest) return image;
  std::vector<std::string> there;
  for (const auto& image : index.images)
    if (image.platform && image.platform->os != "unknown" && there.size() < 20) there.push_back(image.platform->to_string());
  return fail(Errc::not_found, fmt::format("no image for {}; there is {}", machine.to_string(),
                                           there.empty() ? "none for any platform" : fmt::format("{}", fmt::join(there, ", "))));
}

Result<Config> parse_config(std::string_view bytes) {
  TRY(within_limit(bytes, "an image's configuration"));
  TRY_ASSIGN(const auto root, parse_json(bytes));
  if (!root.is_map()) return fail(Errc::malformed, "an image's configuration that is no JSON object");
  TRY_ASSIGN(auto platform, platform_of(root));
  const auto& rootfs = root["rootfs"];
  if (rootfs["type"] && rootfs["type"].scalar != "layers")
    return fail(Errc::unsupported, fmt::format("a root file system of type \"{}\"", shown(rootfs["type"].scalar)));
  const auto& ids = rootfs["diff_ids"];
  if (!ids.is_list()) return fail(Errc::malformed, "an image's configuration without rootfs.diff_ids");
  if (ids.entries.size() > k_most_layers)
    return fail(Errc::too_large, fmt::format("{} layers; at most {} are taken", ids.entries.size(), k_most_layers));
  Config out{std::move(platform), {}};
  for (const auto& [key, id] : ids.entries) {
    TRY_ASSIGN(auto digest, context(Digest::parse(id.scalar), "diff_id {}", out.diff_ids.size() + 1));
    out.diff_ids.push_back(std::move(digest));
  }
  return out;
}

Result<Compression> compression_of(const Descriptor& layer) {
  const std::string_view type = layer.media_type;
  if (type.find("encrypted") != std::string_view::npos)
    return fail(Errc::unsupported, fmt::format("an encrypted layer (\"{}\")", shown(type)));
  if (type.find(".foreign.") != std::string_view::npos || type.find(".nondistributable.") != std::string_view::npos)
    return fail(Errc::unsupported, "a layer that its registry does not hold (a foreign one, as in Windows' base images)");
  const bool docker = type.starts_with("application/vnd.docker.image.rootfs.diff.tar"),
             oci = type.starts_with("application/vnd.oci.image.layer.v1.tar");
  if (!docker && !oci) return fail(Errc::unsupported, fmt::format("a layer of type \"{}\"", shown(type)));
  if (type.ends_with("+gzip") || type.ends_with(".gzip")) return Compression::gzip;
  if (type.ends_with("+zstd") || type.ends_with(".zstd")) return Compression::zstd;
  if (type.ends_with(".tar")) return Compression::none;
  return fail(Errc::unsupported, fmt::format("a layer of type \"{}\"", shown(type)));
}

}  // namespace unsnag::oci
