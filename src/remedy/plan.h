// SPDX-License-Identifier: Apache-2.0
// What will be changed, before anything is: settings → the files in which this node keeps them, what has to be restarted
// for that and what the restart does, and how it is checked afterwards. Planning reads and writes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/root.h"
#include "remedy/draft.h"
#include "remedy/facts.h"
#include "settings/setting.h"

namespace unsnag::remedy {

struct Restart {
  enum class How : std::uint8_t { restart, reload };
  How how = How::restart;
  std::string unit;    // "kubelet.service"
  std::string effect;  // on running pods: "running pods go on; no new ones for about 10 s"

  [[nodiscard]] bool operator==(const Restart&) const = default;
};

/// How it is seen that a setting is in force.
struct Probe {
  enum class What : std::uint8_t {
    command_line,  // the unit's process has the flag `key` with `value`
    environment,   // the unit's process has the variable
    limit,         // the unit's process has the limit ("Max open files")
    kernel,        // /proc/sys says so
    docker_list,   // dockerd, the unit's process, has `value` in its list `key`
    started,       // the unit's process began after the files were written: it has read them
  };
  What what = What::started;
  std::string unit, key, value;

  [[nodiscard]] bool operator==(const Probe&) const = default;
};

/// A value of the kernel, set at once; a file makes it last.
struct KernelValue {
  std::string key, before, after;  // "fs.inotify.max_user_instances"; before: "" unknown
};

/// A unit as it was before an action changed that.
struct UnitBefore {
  std::string unit;
  bool ran = false, enabled = false;
};

struct Plan {
  std::string cause;
  std::string node, about;  // "ip-10-0-1-23", "kubelet 1.14.9, Docker 18.09"
  std::string platform;
  std::string command;  // that makes this plan: "unsnag fix progress-deadline --deadline 10m"
  std::vector<settings::Setting> settings;
  std::vector<FileChange> files;
  std::vector<KernelValue> kernel;
  std::vector<std::string> actions;  // of an action (action.h): its steps, in words
  std::vector<UnitBefore> units;     // and what undoing puts back
  bool runs = false;          // the tree is that of the running machine; else nothing is restarted, and these three are what would be
  bool reload_units = false;  // systemd has to read its files anew
  std::vector<Restart> restarts;
  std::vector<Probe> probes;
  std::vector<std::string> already;   // settings that are in force, in words with the place
  std::vector<std::string> warnings;  // what whoever applies it should know
  std::string for_good;               // how it outlives the node; "" where the node's files last

  [[nodiscard]] bool changes_nothing() const { return files.empty() && kernel.empty(); }
};

/// Places settings on this node.
/// Errors: unsupported: this node has no place for one of them, detail says why and what instead; malformed: a file that
/// would be changed does not parse as it is; permission_denied, io.
Result<Plan> make_plan(const node::Root& root, const NodeFacts& facts, std::string_view cause,
                       const std::vector<settings::Setting>& wanted);

/// Why one restart is what it is, for a runtime's unit; kubelet's own words are in place_kubelet.cc.
Restart restart_of_engine(const node::Root& root, const NodeFacts& facts);

}  // namespace unsnag::remedy
