// SPDX-License-Identifier: Apache-2.0
// Several files of a node as one text: a single file stands for itself, more of them come as a script that writes them.
#pragma once

#include <string>
#include <vector>

#include "platforms/node_files.h"
#include "platforms/order.h"

namespace unsnag::platforms {

/// `after`: commands that a script ends with, once they are all written.
Snippet node_set(Order& order, const std::vector<NodeFile>& files, Head head, const std::vector<std::string>& after);

}  // namespace unsnag::platforms
