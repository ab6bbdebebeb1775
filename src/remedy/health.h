// SPDX-License-Identifier: Apache-2.0
// Whether what was restarted runs, and whether it runs with what was set.
#pragma once

#include "remedy/apply.h"

namespace unsnag::remedy {

/// A containerd that serves Docker alone has no CRI; one that kubelet uses and that lost it is of no use.
enum class Cri : std::uint8_t { needed, not_needed };

/// Waits until the unit runs and has run for options.steady_for without being started again; kubelet has to call itself healthy
/// too, and a runtime ready. Errors: io: it doesn't, in words with its state; cut short by options.stop.
Result<void> wait_for_health(Machine& machine, const std::string& unit, const ApplyOptions& options, Cri cri);

/// Reads the settings back out of the running processes. `since`: when the files were written.
/// Errors: io: one is not in force, with what is there instead.
Result<void> read_back(Machine& machine, const std::vector<Probe>& probes, SysTime since);

}  // namespace unsnag::remedy
