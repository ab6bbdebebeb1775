// SPDX-License-Identifier: Apache-2.0
// Archives as evidence: tar and zip, and what is compressed with zstd, xz, bzip2, lz4 or compress, read by libarchive, whose
// headers archive.cc alone sees. libarchive, since it is the parser of hostile tars that the field has fuzzed longest.
#pragma once

#include <string_view>

#include "evidence/content.h"
#include "evidence/evidence.h"

namespace unsnag::evidence {

/// By the first 512 bytes: a tar, a zip, or one of those compressed files.
bool is_archive(std::string_view head);

/// Visits the content of the regular files of an archive in its own order, which `visit_content` looks at in its turn.
/// Errors: malformed, too_large: nothing of it could be read. Damage further on is told to the visitor.
Result<void*> walk_archive(Bytes& bytes, const Place& place, Walk& walk);

}  // namespace unsnag::evidence
