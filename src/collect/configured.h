// SPDX-License-Identifier: Apache-2.0
// Where this very node keeps its configuration and logs: the known places that are there, and those that the running daemons,
// their units and their configuration name (flags, imports, hosts.toml trees).
#pragma once

#include <string>
#include <vector>

#include "collect/survey.h"
#include "node/units.h"
#include "places/places.h"

namespace unsnag::collect {

struct ConfiguredPlace {
  std::string path;  // on the node
  places::Kind kind = places::Kind::config;
  std::string what, of;
  std::string named_by;  // "--config of kubelet (pid 812)", "imports of /etc/containerd/config.toml"; "": a known place
};

/// Each path once, the known ones first; those that aren't there only where something names them. At most 5000.
std::vector<ConfiguredPlace> places_of(const Survey& survey);

/// The daemons' units that are there or have drop-ins, also those that a running daemon belongs to by its cgroup.
std::vector<node::Unit> units_of(const Survey& survey);

/// The registries for which a file holds logins: "docker.io, 1234.dkr.ecr.eu-west-1.amazonaws.com (helper ecr-login)". Of
/// Docker's config.json and .dockercfg, CRI-O's auth.json, and the server of a kubeconfig. Never a secret.
std::string logins_in(std::string_view text);

}  // namespace unsnag::collect
