// SPDX-License-Identifier: Apache-2.0
// What others know of the node: its cluster's API server (the node, its pods, their events), and its cloud.
#pragma once

#include <string>

#include "base/result.h"
#include "collect/logs.h"
#include "collect/survey.h"

namespace unsnag::collect {

// Errors of both: cancelled, and those of bundle::Writer. Where there is no way to ask, nothing is missing.

/// `name`: the node's own name for itself.
Result<void*> cluster(const Survey& survey, const std::string& name, Sink& sink, Lacks& lacks);
Result<void*> cloud(const Survey& survey, Sink& sink, Lacks& lacks);

}  // namespace unsnag::collect
