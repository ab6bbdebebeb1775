// SPDX-License-Identifier: Apache-2.0
// libsystemd at work on open files, in this very process: reading.cc is the one place that includes <systemd/sd-journal.h>.
// On files that may mean harm it belongs into a process of its own; journal.h sees to that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"

namespace unsnag::journal {

/// A file as libsystemd sees it: the descriptor is borrowed.
struct OpenFile {
  int fd;
  std::string name;
};

/// Takes what a reading has to say. False: whoever listens wants no more.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual bool text(std::string_view lines) = 0;
  virtual bool unit(std::string_view name) = 0;
  virtual void damage(std::string_view file, std::string_view what) = 0;
  virtual void summary(const Summary& summary) = 0;  // once, at the end; without damage
  /// Called at least once for so many entries: it is still at work.
  virtual bool at_work() = 0;
};

void read_text(const std::vector<OpenFile>& files, const Slice& slice, Listener& listener);
void read_units(const std::vector<OpenFile>& files, Listener& listener);

}  // namespace unsnag::journal
