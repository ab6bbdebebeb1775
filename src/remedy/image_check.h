// SPDX-License-Identifier: Apache-2.0
// Whether an image in containerd's store is what its digests say: index → manifest → config and layers, each blob read in full.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "remedy/store.h"

namespace unsnag::remedy {

enum class Part : std::uint8_t { index, manifest, config, layer };
std::string_view to_string(Part part);

struct BlobState {
  enum class Is : std::uint8_t { whole, damaged, missing };
  std::string digest;
  Part part = Part::layer;
  std::uint64_t bytes = 0;  // as the manifest has it; of the image's own descriptor, what was read
  Is is = Is::whole;
  std::string reads_as;  // damaged: the digest of what is there; "": its file is gone
};

struct ImageState {
  std::vector<BlobState> blobs;
  bool unpacked = false;  // a layer that is unpacked may lack its blob: containerd can be told to discard them then

  /// What has to be removed for the image to become whole again.
  [[nodiscard]] std::vector<BlobState> damaged() const;
  /// Missing, and needed.
  [[nodiscard]] std::vector<BlobState> missing() const;
  [[nodiscard]] bool is_whole() const { return damaged().empty() && missing().empty(); }
};

/// "layer sha256:0123456789ab… (12.3 MB): what is there digests to sha256:…", for people.
std::string describe(const BlobState& blob);

/// Reads every blob of the image with this manifest or index. `reading` gets each digest before its blob is read.
/// Errors: those of Store but not_found; malformed: a manifest that is whole and no manifest.
Result<ImageState> check_image(Store& store, const std::string& target, const std::function<void(std::string_view)>& reading);

}  // namespace unsnag::remedy
