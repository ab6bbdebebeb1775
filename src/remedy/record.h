// SPDX-License-Identifier: Apache-2.0
// What was changed on a node, kept on that node so that any later run can undo it, whatever became of the one that began:
//
//   /var/lib/unsnag/fix/3/plan.json    what was to be done: files with mode, owner, attributes and hashes, restarts
//   /var/lib/unsnag/fix/3/old.0        the old content of the first file; nothing for a file that was new
//   /var/lib/unsnag/fix/3/state.json   how far it came; written last of the three, so that without it nothing was changed
//   /var/lib/unsnag/fix/lock           held while a fix is applied or undone
//
// The folder is root's alone: old files may hold secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"
#include "node/change.h"
#include "remedy/plan.h"

namespace unsnag::remedy {

enum class Stage : std::uint8_t {
  applying,       // begun; where nothing holds the lock: interrupted
  applied,        // done and checked
  undoing,        // being undone; where nothing holds the lock: interrupted
  undone,         // by whoever wanted it
  failed_undone,  // the check failed, and it was undone by itself
  failed,         // an action that failed half way; what was done is done
};
std::string_view to_string(Stage stage);  // "applied", "failed and undone", …

struct KeptFile {
  std::string path;  // as in the plan
  bool is_new = false;
  node::FileState old;                 // without the content, which is in its own file; empty for a new file
  std::string old_digest, new_digest;  // sha256 in hexadecimal; old_digest "" for a new file
};

struct Record {
  std::uint32_t id = 0;
  std::string cause, command;
  SysTime when{};
  Stage stage = Stage::applying;
  std::string note;  // why it failed
  std::vector<KeptFile> files;
  std::vector<std::string> folders;  // made for the new files, the outermost first
  std::vector<KernelValue> kernel;
  bool reload_units = false;
  std::vector<Restart> restarts;
  std::vector<std::string> actions;  // the steps of an action, in words
  std::size_t done = 0;              // so many of them
  std::vector<UnitBefore> units;

  /// What an action removed is gone for good.
  [[nodiscard]] bool undoable() const { return actions.empty() || !units.empty(); }
};

/// The records of a node. Reading needs no lock, changing does.
class Records {
 public:
  explicit Records(const node::Root& root) : root_(root) {}

  /// All of them, the oldest first; none when there is no folder. Those that can't be read are left out of the list and named in
  /// `unreadable`. Errors: permission_denied, io.
  [[nodiscard]] Result<std::vector<Record>> list(std::vector<std::string>* unreadable = nullptr) const;
  /// Errors: not_found, malformed, permission_denied, io.
  [[nodiscard]] Result<Record> get(std::uint32_t id) const;

  /// Nobody else changes records or files as long as it is held; the kernel lets go of it when this process ends.
  /// Errors: io: another unsnag holds it; permission_denied, a read-only file system.
  [[nodiscard]] Result<Fd> lock() const;

  /// Keeps what the plan's files are now, on the disk and synced, as the stage `applying`. Nothing of the node is changed yet.
  /// Errors: as node::write_file; malformed: a file is no longer as it was planned.
  [[nodiscard]] Result<Record> begin(const Plan& plan, SysTime now) const;
  Result<void> set_stage(Record& record, Stage stage, std::string note = {}) const;
  /// Errors: as node::Root::read; malformed: the digest is not the one that was noted.
  [[nodiscard]] Result<std::string> old_content(const Record& record, std::size_t file) const;

 private:
  const node::Root& root_;
};

}  // namespace unsnag::remedy
