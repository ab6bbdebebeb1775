// SPDX-License-Identifier: Apache-2.0
// What the running node itself can be asked: its runtime's socket and its journal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "node/root.h"
#include "runtimes/sockets.h"

namespace unsnag::remedy {

/// The socket of the runtime that a unit starts; nullopt: it starts none, or nothing is there.
std::optional<runtimes::Socket> socket_of(const node::Root& root, std::string_view unit);

/// What the journal has of a unit since then, at most 256 KiB, the newest; "" when it can't be had.
std::string journal_text(const node::Root& root, const std::string& unit, SysTime since);

}  // namespace unsnag::remedy
