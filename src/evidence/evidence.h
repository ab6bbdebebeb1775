// SPDX-License-Identifier: Apache-2.0
// One read-only view of evidence, whatever it came in: a file, a folder, an archive, standard input, or this node
// itself. Bytes are streamed, nothing is unpacked to disk, and nothing outside the evidence is opened. What is there and
// can't be read is named: the answer may stand in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace unsnag::evidence {

/// The content of one file, read once from front to back.
class Bytes {
 public:
  virtual ~Bytes() = default;
  /// Fills at most `size` bytes; 0 at the end. Errors: io, malformed (a damaged archive), too_large; all bytes before the
  /// damage were handed out.
  virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
};

struct File {
  std::string path;                   // as shown: relative to the target; "-" for standard input
  std::optional<std::uint64_t> size;  // nullopt: not known before it is read
};

struct Visitor {
  std::function<void(const File&, Bytes&)> file;
  /// What could not be read, and why; the walk goes on.
  std::function<void(const std::string& path, const Error& why)> unreadable;
  /// True when whoever reads wants no more (Ctrl-C): the walk ends soon, and a read that waited says that it is at the end.
  std::function<bool()> stop = {};
};

/// Visits every file of a target, in order of path, archives in it too; the journal's binary files last, as text, those of one
/// folder together as one file. Symbolic links are not followed; sockets, devices
/// and pipes in a folder are reported as unreadable. Archives of one target hold at most 100,000 files and 64 GiB together.
/// Errors: not_found, permission_denied, io, malformed, unsupported: the target itself can't be read.
Result<void*> walk(const std::string& target, const Visitor& visitor);

/// Visits an open regular file, or what is in it, as walk() would: `shown` is its path in reports.
Result<void*> walk_open(int fd, const std::string& shown, const Visitor& visitor);

/// Visits standard input as one file named "-", or the files of the archive that it is.
void walk_standard_input(const Visitor& visitor);

/// Visits what explains pulls on this very machine: kubelet's and the runtimes' text logs and configuration, and of the last
/// 24 hours of its journal what concerns pulls.
void walk_this_node(const Visitor& visitor);

}  // namespace unsnag::evidence
