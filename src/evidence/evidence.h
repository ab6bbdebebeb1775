// SPDX-License-Identifier: Apache-2.0
// One read-only view of evidence, whatever it came in: a file, a folder, a (compressed) tar, standard input, or
// this node itself. Bytes are streamed, nothing is unpacked to disk, and nothing outside the evidence is opened.
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
  /// Fills at most `size` bytes; 0 at the end. Errors: io, malformed (a damaged archive), too_large.
  virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
};

struct File {
  std::string path;                   // as shown: relative to the target; "-" for standard input
  std::optional<std::uint64_t> size;  // nullopt: not known before it is read
};

struct Visitor {
  std::function<void(const File&, Bytes&)> file;
  /// What could not be read, and why; the walk goes on.
  std::function<void(const std::string& path, const std::string& why)> unreadable;
};

/// Visits every file of a target, in order of path. Symbolic links are not followed; sockets, devices and pipes are
/// reported as unreadable. An archive may hold at most 100,000 files and 64 GiB.
/// Errors: not_found, permission_denied, io, malformed: the target itself can't be read.
Result<void*> walk(const std::string& target, const Visitor& visitor);

/// Visits standard input as one file named "-".
void walk_standard_input(const Visitor& visitor);

/// Visits what explains pulls on this very machine: kubelet's and the runtimes' text logs and configuration.
void walk_this_node(const Visitor& visitor);

}  // namespace unsnag::evidence
