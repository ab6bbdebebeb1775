// SPDX-License-Identifier: Apache-2.0
// systemd's manager over its own socket or the system bus, as systemctl talks to it, without systemctl.
#pragma once

#include <memory>

#include "node/root.h"
#include "node/services.h"

namespace unsnag::node {

/// Talks to the systemd whose /run lies beneath `root`. One thread.
/// Errors: unsupported: no systemd runs there; permission_denied, io.
Result<std::unique_ptr<Services>> connect_to_systemd(const Root& root);

}  // namespace unsnag::node
