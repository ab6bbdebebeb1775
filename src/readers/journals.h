// SPDX-License-Identifier: Apache-2.0
// The journal's binary files, which are evidence that only journalctl can read: what to say of them. A node has dozens in
// a folder, so each folder is named once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "readers/read.h"

namespace unsnag::readers {

class Journals {
 public:
  /// `on_disk`: where it can be opened; "" when it stands in an archive.
  void add(const std::string& path, const std::string& on_disk);
  /// What was not read, each with the command that makes it readable.
  [[nodiscard]] std::vector<Unread> take();

 private:
  struct Folder {
    std::string first, first_on_disk;
    std::size_t files = 0;
  };
  std::map<std::string, Folder> folders_;
};

}  // namespace unsnag::readers
