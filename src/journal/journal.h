// SPDX-License-Identifier: Apache-2.0
// The binary journal as text: of a node that runs, of a folder that was copied, of files inside an archive. Slices of it,
// by time, unit and size, in the form of `journalctl -o short-iso-precise` in UTC.
//
// libsystemd reads the files, in a process of its own (isolated.h): it maps them, so that a file which becomes shorter
// while it is read ends the process (SIGBUS), and it holds damage for a bug in more than one place (SIGABRT). Here that
// is a `Damage`, and what came before it was handed out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"
#include "journal/render.h"

namespace unsnag::journal {

/// Which entries. What is named is joined by "or"; if nothing is named, all are meant.
struct Slice {
  std::optional<SysTime> since, until;   // both included, by the time at which journald received an entry
  std::vector<std::string> units;        // "kubelet.service": its own lines, and what systemd says about it (as journalctl -u)
  std::vector<std::string> identifiers;  // SYSLOG_IDENTIFIER: "kubelet"
  bool kernel = false;                   // what the kernel says
  std::uint64_t max_bytes = 0;           // of text; of more than that the newest is kept. 0: everything
  Binary binary = Binary::named;
};

/// "system.journal", "breaks off: 300 of 4096 bytes are there; read as far as it goes".
struct Damage {
  std::string file;  // "": the journal as a whole
  std::string what;
};

struct Summary {
  std::uint64_t entries = 0, bytes = 0;  // handed out
  std::optional<SysTime> first, last;    // of them; journald's time, as in Slice
  bool left_out = false;                 // max_bytes: older entries were left out, it is complete from `first` on
  std::vector<Damage> damage;            // what could not be read
};

class Child;

/// A slice as text, oldest entry first. Reading may be given up at any time.
class Text {
 public:
  Text(Text&&) noexcept;
  Text& operator=(Text&&) noexcept;
  ~Text();
  /// Fills at most `size` bytes; 0 at the end. A damaged file is no error, but a line in summary().damage.
  /// Errors: io (no process could be made).
  Result<std::size_t> read(char* buffer, std::size_t size);
  /// Complete when read() has said 0.
  [[nodiscard]] const Summary& summary() const { return summary_; }
  /// Asked while read() waits and a signal came: true ends the text.
  void stop_when(std::function<bool()> stop);

 private:
  friend class Journal;
  explicit Text(std::unique_ptr<Child> child);

  std::unique_ptr<Child> child_;
  Summary summary_;
  std::string ready_;
  std::size_t handed_ = 0;
  bool ended_ = false;
};

/// A set of journal files, interleaved by time as one journal.
class Journal {
 public:
  struct Unreadable {
    std::string name;
    Error why;
  };

  /// Adds an open file (on disk or in memory). `name` is for words, and tells users' journals from the system's: users' are read
  /// only where there are no others.
  void add(Fd file, std::string name);
  /// Adds the *.journal and *.journal~ in an open folder and in the folders in it (a machine's id each), through no symbolic
  /// link. What can't be opened is in unreadable(). Errors: io.
  Result<void*> add_folder(const Fd& folder, const std::string& shown);
  /// Adds what this machine's journald keeps, or that of the root folder `root`: var/log/journal and run/log/journal.
  /// `root` is trusted (the node itself); for a tree that is not, open the folders through node::Root and use add_folder.
  void add_machine(const std::string& root = "/");

  [[nodiscard]] bool empty() const { return files_.empty(); }
  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }
  /// Files that will be read, newest part of a name first: "system.journal" when it is among them, else the first.
  [[nodiscard]] std::string name() const;

  /// All units that logged (_SYSTEMD_UNIT), by name. Errors: io.
  [[nodiscard]] Result<std::vector<std::string>> units() const;
  [[nodiscard]] Result<Text> text(const Slice& slice) const;

 private:
  struct File {
    Fd fd;
    std::string name;
  };
  [[nodiscard]] std::vector<const File*> chosen() const;

  std::vector<File> files_;
  std::vector<Unreadable> unreadable_;
};

/// True for units whose lines explain image pulls: kubelet and the runtimes under all their names (k3s, rke2-agent,
/// snap.microk8s.daemon-containerd, cri-docker …), what sets a node up and pulls by itself, the clock, name resolution.
bool concerns_pulls(std::string_view unit);

}  // namespace unsnag::journal
