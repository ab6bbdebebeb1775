// SPDX-License-Identifier: Apache-2.0
// Archives as evidence: tar, plain or compressed, and single compressed files, read by libarchive, whose headers
// archive.cc alone sees. libarchive, since it is the parser of hostile tars that the field has fuzzed longest.
#pragma once

#include <string>

#include "evidence/evidence.h"

namespace unsnag::evidence {

/// By content: a tar, or a gzip, zstd, xz or bzip2 file. False also when it can't be opened.
bool is_archive(const std::string& path);

/// Visits the regular files of an archive in its own order. Errors: io, malformed, too_large.
Result<void*> walk_archive(const std::string& path, const Visitor& visitor);

}  // namespace unsnag::evidence
