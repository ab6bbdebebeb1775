// SPDX-License-Identifier: Apache-2.0
// What cures a running node without a change of its files: content of the runtime's store that is removed and fetched anew,
// a service that is started. An action is one file in actions/: it looks (which reads only), and names its steps; they are done
// one by one, noted as they are done, and what they were for is looked at again afterwards. To add one: write actions/NAME.cc
// with a `const Action k_NAME`, and add it to the table in action.cc and to CMakeLists.txt.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "node/root.h"
#include "remedy/cure.h"
#include "remedy/facts.h"
#include "remedy/machine.h"
#include "remedy/record.h"
#include "remedy/store.h"

namespace unsnag::remedy {

/// What an action stands on.
struct Ground {
  const node::Root& root;
  const NodeFacts& facts;
  SysTime now;
  std::function<Result<std::shared_ptr<Store>>()> store;      // of the runtime. Errors: those of store_of
  std::function<Result<std::shared_ptr<Machine>>()> machine;  // Errors: those of this_machine
  std::function<void(std::string_view)> reading = {};         // what takes long is said before it is begun
};

struct Step {
  std::string what;                               // "remove the layer sha256:… (12.3 MB): what is there digests to sha256:…"
  std::string effect;                             // on running pods, and what comes of it; "" nothing to be said
  std::function<Result<std::string>()> run = {};  // what came of it, in a sentence; "" it is done and that is all
};

struct ActionPlan {
  std::string cause, node, about, command;
  std::vector<std::string> found;       // what was looked at, and how it is; whole sentences
  std::vector<Step> steps;              // none: nothing to do
  std::vector<std::string> in_the_way;  // the steps are done in spite of these only if forced
  std::vector<std::string> notes;       // what whoever does it should know
  std::string undo;                     // a sentence: how it is undone, or that it can't be
  std::vector<UnitBefore> units;        // what undoing puts back; none: it can't be undone
  std::string check;                    // how it is seen that it helped: "every blob of the image is read again"
  /// Looks again. What is so now, in a sentence. Errors: it did not help, in words.
  std::function<Result<std::string>()> verify = {};
};

struct Action {
  std::string_view cause;
  std::string_view summary;
  std::vector<Parameter> parameters;
  /// Looks and plans; changes nothing.
  /// Errors: invalid_argument: a parameter is missing; unsupported: it can't be done on this node, detail says why and what
  /// instead; those of Store and Machine.
  Result<ActionPlan> (*plan)(const Ground& ground, const Values& values);
};

/// In the order of the causes' names.
const std::vector<const Action*>& actions();
/// nullptr: no action cures it.
const Action* find_action(std::string_view cause);

struct ActOptions {
  std::function<void(std::string_view step)> step = {};  // called before each, with what it is
  std::function<bool()> stop = {};                       // Ctrl-C: no further step is begun
};

struct ActOutcome {
  Record record;                   // stage applied, or failed
  std::vector<std::string> notes;  // what came of the steps
  std::string now;                 // applied: what was seen afterwards
  std::string why;                 // failed: at what, and why
};

/// Does it. The lock is held by the caller. Errors: nothing was changed: permission_denied, io (the record can't be written).
Result<ActOutcome> act(const node::Root& root, const ActionPlan& plan, SysTime now, const ActOptions& options);

}  // namespace unsnag::remedy
