// SPDX-License-Identifier: Apache-2.0
// An OCI image layout (image-spec 1.1, image-layout.md): a folder of blobs and an index that names images by tags. Blobs come
// first and the index last, by rename: until then the image is not there, after that all of it is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "content/spool.h"
#include "oci/manifest.h"
#include "pull/staging.h"

namespace unsnag::pull {

class OciLayout {
 public:
  /// Makes the folder and its parts where they are missing; a folder that is something else is refused as unsupported.
  static Result<OciLayout> open(const std::string& folder);

  [[nodiscard]] bool has(const oci::Digest& digest, std::uint64_t size) const;
  /// Content that was verified. A link where that is possible, else a copy. Errors: io.
  Result<void*> put(const content::Spool& spool, Sync sync) const;
  Result<void*> put(const oci::Digest& digest, std::string_view bytes, Sync sync) const;
  /// Names an image, in the place of what had that name; other names stay. Errors: io; malformed: the index that is there.
  Result<void*> name(std::string_view tag, const oci::Descriptor& manifest, Sync sync) const;

 private:
  explicit OciLayout(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::string path_of(const oci::Digest& digest) const { return folder_ + "/blobs/sha256/" + digest.hex(); }
  std::string folder_;
};

}  // namespace unsnag::pull
