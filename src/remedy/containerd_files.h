// SPDX-License-Identifier: Apache-2.0
// containerd's configuration as it is put together: the main file and what it imports. Up to 1.7 an imported file that has
// a plugin's table replaces the whole of it; 2.0 and later merge key by key (services/server/config/config.go and
// cmd/containerd/server/config/config.go, mergeConfig).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/result.h"
#include "edit/new_value.h"
#include "node/root.h"

namespace unsnag::remedy {

struct ContainerdFile {
  std::string path;
  Value document;
};

struct ContainerdFiles {
  bool has_main = false;
  int version = 1;                    // of the main file, as containerd takes it
  std::vector<ContainerdFile> files;  // main first, then the imports in the order in which they are read
  std::vector<std::string> patterns;  // of imports, as paths of the node: "/etc/containerd/conf.d/*.toml"
};

/// Errors: malformed (with the file), permission_denied, io.
Result<ContainerdFiles> read_containerd_files(const node::Root& root, const std::string& main);

/// The table of the CRI plugin's image part in a file of this version.
edit::Path image_table(int version);

/// `text` matches the pattern of a file name: * and ? alone.
bool matches(std::string_view pattern, std::string_view text);

}  // namespace unsnag::remedy
