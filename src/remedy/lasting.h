// SPDX-License-Identifier: Apache-2.0
// The lasting change: a cure for nodes that are made elsewhere. What a platform's text depends on comes from the node at hand
// where it is one of them, else from what such nodes have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/root.h"
#include "platforms/platforms.h"
#include "remedy/cure.h"
#include "remedy/facts.h"

namespace unsnag::remedy {

struct Lasting {
  std::vector<settings::Setting> settings;
  std::vector<std::string> warnings;
  platforms::Context context;
};

/// The names for --runtime: "docker", "containerd", "cri-dockerd", "crio".
const std::vector<std::string_view>& runtime_names();

/// What `cure` sets on the nodes of `platform`. `runtime`: one of runtime_names(), or "" for the platform's own, else that of
/// the node at hand.
/// Errors: invalid_argument: nothing tells the runtime, or the values don't do; unsupported: nothing on such a node cures it;
/// permission_denied, io.
Result<Lasting> lasting_change(const node::Root& root, const Cure& cure, const Values& values, std::string_view platform,
                               std::string_view runtime, std::string_view command);

}  // namespace unsnag::remedy
