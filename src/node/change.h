// SPDX-License-Identifier: Apache-2.0
// Changing files of a node so that a reader, a crash or a loss of power finds the old file or the new one, never half of one
// and never none: the new content is staged beside the file, gets its owner, mode and extended attributes, is synced and
// renamed over it, and the folder is synced. A path is resolved as Root does it: a link is followed to the file it leads
// to, and stays a link.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "node/root.h"

namespace unsnag::node {

/// All that a change of a file can take away.
struct FileState {
  std::string path;  // where it really lies, all links followed
  std::string content;
  Attributes attributes;
  std::vector<std::pair<std::string, std::string>> xattrs;  // SELinux' label, ACLs; without security.ima and security.evm,
                                                            // which the kernel makes anew and which a new content belies
  std::uint64_t links = 1;                                  // names that it has; the others keep the old content
};

/// What stands at `path`; nullopt: nothing. Errors: permission_denied, io, malformed, too_large; unsupported: it is no
/// regular file.
Result<std::optional<FileState>> file_state(const Root& root, std::string_view path);

/// Makes `path` hold `content`. A file that is there keeps owner, mode and extended attributes, unless `as` says otherwise;
/// a new one gets those of `as`, by default 0644 root. Its folder must be there.
/// Errors: permission_denied, not_found, io (a full disk, a read-only file system), in the kernel's words; nothing changed.
Result<void> write_file(const Root& root, std::string_view path, std::string_view content, const FileState* as = nullptr);

/// Removes the file that `path` leads to and syncs its folder. Nothing there is no error. Errors: as write_file.
Result<void> remove_file(const Root& root, std::string_view path);

/// Removes what a write_file that was killed has left beside `path`. Errors: as write_file.
Result<void> remove_staging(const Root& root, std::string_view path);

/// Makes the folder and those above it that are missing, with `mode`; returns the ones it made, the outermost first.
/// Errors: as write_file; unsupported: a file is in the way. What was made before an error stays.
Result<std::vector<std::string>> make_folders(const Root& root, std::string_view path, mode_t mode = 0755);

/// Removes an empty folder; one that isn't empty, or isn't there, stays as it is and is no error.
Result<void> remove_empty_folder(const Root& root, std::string_view path);

}  // namespace unsnag::node
