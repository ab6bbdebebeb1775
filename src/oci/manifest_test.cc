// SPDX-License-Identifier: Apache-2.0
#include "oci/manifest.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace unsnag::oci {
namespace {

std::string digest(char digit) { return "sha256:" + std::string(64, digit); }
std::string descriptor(std::string_view type, char digit, std::string_view more = "") {
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}{}}})", type, digest(digit), 100 + digit, more);
}
const std::string k_layer = "application/vnd.oci.image.layer.v1.tar+gzip";

std::string manifest(std::string_view type = media::k_oci_manifest, std::string_view more = "") {
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{},{}]{}}})", type, descriptor(media::k_oci_config, 'c'),
                     descriptor(k_layer, '1'), descriptor(k_layer, '2'), more);
}
std::string entry(std::string_view platform, char digit) {
  return descriptor(media::k_oci_manifest, digit, fmt::format(R"(,"platform":{})", platform));
}

TEST(AManifest, NamesConfigurationAndLayersInOrder) {
  const auto document = parse_document(manifest(), media::k_oci_manifest);
  ASSERT_TRUE(document) << document.error().message();
  const auto& image = std::get<Manifest>(*document);
  EXPECT_EQ(image.config.digest.to_string(), digest('c'));
  ASSERT_EQ(image.layers.size(), 2U);
  EXPECT_EQ(image.layers[1].digest.to_string(), digest('2'));
  EXPECT_EQ(image.layers[1].size, 100U + '2');
  EXPECT_EQ(*compression_of(image.layers[0]), Compression::gzip);
}

TEST(AManifest, IsKnownByItsOwnWordOrItsShapeWhenTheHeaderSaysNothing) {
  EXPECT_TRUE(parse_document(manifest(), "text/plain"));
  EXPECT_TRUE(parse_document(manifest(), "application/vnd.oci.image.manifest.v1+json; charset=utf-8"));
  const auto bare = fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[]}})", descriptor(media::k_docker_config, 'c'));
  const auto document = parse_document(bare, media::k_docker_manifest);
  ASSERT_TRUE(document);
  EXPECT_EQ(std::get<Manifest>(*document).media_type, media::k_docker_manifest);
  EXPECT_EQ(std::get<Manifest>(*parse_document(bare, "")).media_type, media::k_oci_manifest);
}

struct Refused {
  const char* name;
  std::string bytes, content_type, why;
  Errc code = Errc::malformed;
};
void PrintTo(const Refused& c, std::ostream* out) { *out << c.name; }
class NoManifest : public ::testing::TestWithParam<Refused> {};

TEST_P(NoManifest, IsRefusedWithItsReason) {
  const auto& c = GetParam();
  const auto document = parse_document(c.bytes, c.content_type);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, c.code) << document.error().message();
  EXPECT_TRUE(contains(document.error().message(), c.why)) << document.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Attacks, NoManifest,
    ::testing::Values(
        Refused{"a web page", "<html>", "text/html", ""}, Refused{"a list", "[]", "", "no JSON object"},
        Refused{"an empty object", "{}", "text/html", "served as \"text/html\""},
        Refused{"image and index at once", manifest(media::k_oci_manifest, R"(,"manifests":[])"), "", "at once"},
        Refused{"two types", manifest(media::k_oci_index), std::string(media::k_oci_manifest), "calls itself"},
        Refused{"an index with layers", manifest(media::k_oci_index), "", "no list of images"},
        Refused{"schema 1", R"({"schemaVersion":1,"fsLayers":[]})", "", "schema 1", Errc::unsupported},
        Refused{"schema 1 by its type", R"({"schemaVersion":2})", "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1",
                Errc::unsupported},
        Refused{
            "a chart",
            fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[]}})", descriptor("application/vnd.cncf.helm.config.v1+json", 'c')),
            "", "Helm chart", Errc::unsupported},
        Refused{"a negative size",
                fmt::format(R"({{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{}","size":-1}},"layers":[]}})",
                            media::k_oci_config, digest('c')),
                "", "a size of"},
        Refused{"a size beyond 63 bits",
                fmt::format(R"({{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{}","size":9223372036854775808}},"layers":[]}})",
                            media::k_oci_config, digest('c')),
                "", "a size of"},
        Refused{"a size as text",
                fmt::format(R"({{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{}","size":"7"}},"layers":[]}})",
                            media::k_oci_config, digest('c')),
                "", "a size of"},
        Refused{
            "a path for a digest",
            R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:../../etc/passwd","size":1},"layers":[]})",
            "", "64 hexadecimal"},
        Refused{"digits in capitals",
                R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:)" +
                    std::string(64, 'A') + R"(","size":1},"layers":[]})",
                "", "lower case"},
        Refused{"more than 4 MiB", std::string(k_most_document + 1, ' '), "", "at most", Errc::too_large}));

TEST(AManifest, OfVeryManyLayersIsRefused) {
  std::string layers = descriptor(k_layer, '1');
  for (std::size_t i = 0; i < k_most_layers; ++i) layers += "," + descriptor(k_layer, '1');
  const auto document =
      parse_document(fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]}})", descriptor(media::k_oci_config, 'c'), layers), "");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, Errc::too_large);
}

TEST(AnIndex, GivesTheImageThatRunsBest) {
  const auto text = fmt::format(
      R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{},{},{},{}]}})", media::k_oci_index,
      entry(R"({"os":"unknown","architecture":"unknown"})", '0'), entry(R"({"os":"linux","architecture":"arm","variant":"v7"})", '7'),
      entry(R"({"os":"linux","architecture":"arm64","variant":"v8"})", '8'), entry(R"({"os":"linux","architecture":"amd64"})", 'a'));
  const auto document = parse_document(text, "");
  ASSERT_TRUE(document) << document.error().message();
  const auto& index = std::get<Index>(*document);
  EXPECT_EQ(choose(index, *parse_platform("linux/arm64"))->digest.to_string(), digest('8'));
  EXPECT_EQ(choose(index, *parse_platform("linux/arm/v7"))->digest.to_string(), digest('7'));
  EXPECT_EQ(choose(index, *parse_platform("linux/amd64/v3"))->digest.to_string(), digest('a'));
  const auto none = choose(index, *parse_platform("linux/s390x"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_EQ(none.error().detail, "no image for linux/s390x; there is linux/arm/v7, linux/arm64, linux/amd64");
}

TEST(AnIndex, WithoutPlatformsGivesItsFirstImage) {
  const auto text = fmt::format(R"({{"schemaVersion":2,"manifests":[{},{}]}})", descriptor(media::k_oci_manifest, '1'),
                                descriptor(media::k_oci_manifest, '2'));
  EXPECT_EQ(choose(std::get<Index>(*parse_document(text, "")), host_platform())->digest.to_string(), digest('1'));
}

TEST(AConfiguration, NamesPlatformAndUnpackedLayers) {
  const auto config = parse_config(
      fmt::format(R"({{"os":"linux","architecture":"arm64","variant":"v8","rootfs":{{"type":"layers","diff_ids":["{}","{}"]}}}})",
                  digest('1'), digest('2')));
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->platform.to_string(), "linux/arm64");
  EXPECT_EQ(config->diff_ids[1].to_string(), digest('2'));
  EXPECT_FALSE(parse_config("{}"));
  EXPECT_FALSE(parse_config(R"({"rootfs":{"type":"tree","diff_ids":[]}})"));
  EXPECT_FALSE(parse_config(R"({"rootfs":{"diff_ids":["sha256:1"]}})"));
}

TEST(ALayer, SaysHowItIsPacked) {
  const auto packed = [](const char* type) { return compression_of({type, *Digest::parse(digest('1')), 0, {}, {}}); };
  EXPECT_EQ(*packed("application/vnd.docker.image.rootfs.diff.tar.gzip"), Compression::gzip);
  EXPECT_EQ(*packed("application/vnd.oci.image.layer.v1.tar+zstd"), Compression::zstd);
  EXPECT_EQ(*packed("application/vnd.docker.image.rootfs.diff.tar.zstd"), Compression::zstd);
  EXPECT_EQ(*packed("application/vnd.oci.image.layer.v1.tar"), Compression::none);
  for (const auto* type :
       {"application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "text/plain", "", "application/vnd.oci.image.layer.v1.tar+lz4"})
    EXPECT_FALSE(packed(type)) << type;
}

}  // namespace
}  // namespace unsnag::oci
