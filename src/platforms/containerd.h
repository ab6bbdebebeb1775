// SPDX-License-Identifier: Apache-2.0
// Where containerd's image settings stand. The same key has been in three tables: [plugins.cri] (configuration version 1),
// [plugins."io.containerd.grpc.v1.cri"] (2), [plugins.'io.containerd.cri.v1.images'] (3, containerd 2.0). In a file of one
// version the tables of another are ignored without a word. containerd 2 reads files of all three.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platforms/platforms.h"

namespace unsnag::platforms {

/// 1 to 3: what the file says, else what the program writes by default; 0: neither is known.
int config_version(const Context& context);

/// The version in which a fragment that stands alone should be written.
int fragment_version(const std::vector<settings::Setting>& settings, const Context& context, int otherwise);

/// Keys that a version 2 table does not know, not even in a file of that version.
bool is_since_version_3(std::string_view key);

/// Keys from the outside in: {"plugins", "io.containerd.grpc.v1.cri", "registry", "config_path"}.
std::vector<std::string> containerd_path(std::string_view key, int version);
/// The same without the plugin, as a TOML key: "registry.config_path".
std::string containerd_inner_key(std::string_view key, int version);
/// A header as people write it: "[plugins.'io.containerd.cri.v1.images'.registry]".
std::string containerd_header(const std::vector<std::string>& table);

/// A file that has these settings alone, with its version in the first line.
std::string containerd_fragment(const std::vector<settings::Setting>& settings, int version);

/// "" or why this containerd does not know the key: "containerd 1.6 has no …".
std::string containerd_lacks(const settings::Setting& setting, const Context& context);

}  // namespace unsnag::platforms
