// SPDX-License-Identifier: Apache-2.0
// Carrying out a plan, and taking it back. Whatever ends this half way (a kill, a crash, a full disk), each file is the old
// one or the new one, and the record says what to undo.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/root.h"
#include "remedy/machine.h"
#include "remedy/plan.h"
#include "remedy/record.h"

namespace unsnag::remedy {

struct ApplyOptions {
  /// Called before each step with what it is: "keep", "write /etc/…", "reload units", "restart kubelet.service", "health …".
  std::function<void(std::string_view step)> step = {};
  std::function<bool()> stop = {};     // Ctrl-C: what was begun is undone
  std::uint16_t healthz_port = 10248;  // 0: kubelet serves none
  std::chrono::seconds patience{120};  // for a restart, and for health
  /// How long a unit has to run without being started again. Going back to what ran before, or a reload, is believed after 3 s.
  std::chrono::seconds steady_for{10};
};

struct Outcome {
  enum class Kind { applied, undone, half_undone } kind = Kind::applied;
  Record record;
  bool checked = false;                 // a machine runs, and says that it is in force
  std::string why;                      // undone: what failed
  std::vector<std::string> log;         // the unit's last words, where a unit failed
  std::vector<std::string> not_undone;  // half_undone: what could not be taken back, and why
};

/// Does it: keeps the old, writes, has what depends on it restarted, waits until that is healthy and the setting is in force;
/// else undoes it. `machine` null: files only, on a tree that isn't running. The lock is held by the caller.
/// Errors: nothing was changed: another change came between (malformed), permission_denied, io.
Result<Outcome> apply(const node::Root& root, const Plan& plan, Machine* machine, const ApplyOptions& options);

/// Takes a record back: old content, mode, owner and attributes, new files and folders removed, the same restarts. A file that
/// somebody changed since is left alone unless `force`. `machine` null: files only.
/// Errors: malformed: somebody changed a file since (nothing was undone); invalid_argument: it is undone already;
/// unsupported: an action that can't be undone;
/// permission_denied, io.
Result<Outcome> undo(const node::Root& root, Record record, Machine* machine, const ApplyOptions& options, bool force);

}  // namespace unsnag::remedy
