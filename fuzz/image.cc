// SPDX-License-Identifier: Apache-2.0
// What a registry or a user calls an image: a name, a platform, a manifest, a configuration.
#include "fuzz/support.h"
#include "oci/manifest.h"
#include "oci/reference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unsnag::oci;
  const auto text = unsnag::fuzz::text_of(data, size);
  if (const auto reference = parse_reference(text)) {
    // What is sent to a registry says the same when it is read again, and leaves no URL's path.
    const auto again = parse_reference(reference->to_string());
    if (!again || *again != *reference) __builtin_trap();
    if (reference->repository.find("..") != std::string::npos || reference->repository.find_first_of("%?#\\ ") != std::string::npos)
      __builtin_trap();
  }
  if (const auto platform = parse_platform(text)) {
    const auto again = parse_platform(platform->to_string());
    if (!again || *again != *platform) __builtin_trap();
  }
  for (const auto type : {std::string_view(), media::k_oci_manifest, media::k_docker_list}) {
    const auto document = parse_document(text, type);
    if (!document) continue;
    if (const auto* index = std::get_if<Index>(&*document)) (void)choose(*index, host_platform());
    if (const auto* image = std::get_if<Manifest>(&*document))
      for (const auto& layer : image->layers) (void)compression_of(layer);
  }
  (void)parse_config(text);
  return 0;
}
