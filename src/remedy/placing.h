// SPDX-License-Identifier: Apache-2.0
// Where a node keeps what a setting wants, one function a kind of place. Each adds to the draft and the plan, or says why
// it can't. A place is chosen so that undoing is easy: a new drop-in rather than an edit, wherever the program reads them
// in an order in which ours wins, and what stood there before stays in force beside it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edit/new_value.h"
#include "remedy/plan.h"

namespace unsnag::remedy {

struct Placing {
  const node::Root& root;
  const NodeFacts& facts;
  Draft& draft;
  Plan& plan;

  void already(const settings::Setting& setting, std::string_view place) const;
  void warn(std::string text) const;
  void restart(Restart restart) const;
  void probe(Probe probe) const;
};

using Settings = std::vector<settings::Setting>;

Result<void> place_kubelet_flags(const Placing& at, const Settings& flags);
Result<void> place_kubelet_config(const Placing& at, const Settings& keys);
Result<void> place_cri_dockerd_flags(const Placing& at, const Settings& flags);
Result<void> place_containerd(const Placing& at, const Settings& keys);
Result<void> place_crio(const Placing& at, const Settings& keys);
Result<void> place_docker(const Placing& at, const Settings& keys);
Result<void> place_environment(const Placing& at, const Settings& variables);
Result<void> place_unit(const Placing& at, const Settings& assignments);
Result<void> place_kernel(const Placing& at, const Settings& values);
Result<void> place_files(const Placing& at, const Settings& files);

/// The drop-in of ours for a unit, whose name sorts behind `after`, a file that must not win over it ("" none). Returns
/// `after` itself where no name would do.
std::string drop_in_for(const node::Unit& unit, std::string_view after);

/// The name of our file in a folder whose files are read in order of name: "90-unsnag.conf", or one behind `others`.
std::string name_behind(const std::vector<std::string>& others, std::string_view ending);

/// What an editor is to write, and whether a value in a document is that.
edit::NewValue new_value(const settings::Setting& setting);
bool is_value(const Value& value, const settings::Setting& setting);
/// "a.b" → {"a", "b"}.
edit::Path path_of(std::string_view dotted);
const Value& value_at(const Value& document, const edit::Path& path);

/// A Go flag set by its name in a unit's command: where it is set now, else in the variable that is meant for it, else in
/// ExecStart itself.
Result<void> place_unit_flags(const Placing& at, const Program& program, const Settings& flags, std::string_view who);

}  // namespace unsnag::remedy
