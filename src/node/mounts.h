// SPDX-License-Identifier: Apache-2.0
// What is mounted on a node and how full it is, without df and mount. A file system whose server is gone never answers, so
// those of the network are not asked, and the others only for a while.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/proc.h"
#include "node/root.h"

namespace unsnag::node {

/// A line of /proc/PID/mountinfo, proc(5).
struct Mount {
  std::string device;         // "259:1"
  std::string root;           // what of the file system is mounted here: "/"
  std::string point;          // on the node
  std::string options;        // of the mount: "rw,noatime"
  std::string type;           // "xfs"
  std::string source;         // "/dev/nvme0n1p1"
  std::string super_options;  // of the file system: "rw,attr2"
};

/// At most 100,000 mounts; lines that are none are passed over.
std::vector<Mount> parse_mountinfo(std::string_view text);

struct Mounts {
  std::vector<Mount> mounts;  // in the order in which they were mounted
  std::string source;         // where that was read: "/host/proc/1/mountinfo"
};
/// The node's mounts: those of its first process; else, as far as this process sees them below the root, its own.
/// `proc` may be null: the node's processes can't be seen. Errors: not_found, permission_denied, io.
Result<Mounts> mounts(const Root& root, const Proc* proc);

/// Served over the network or by another program, so that asking may never end: nfs, cifs, ceph, fuse, autofs, …
bool may_hang(const Mount& mount);

/// Sizes in bytes, as statvfs(3) tells them.
struct Space {
  std::uint64_t size = 0, free = 0, available = 0;  // available: to others than root
  std::uint64_t inodes = 0, inodes_free = 0;        // 0 inodes: the file system does not count them
};
/// Errors: unsupported (may_hang), not_found (another file system is at that place as seen from here), io (also: no answer),
/// permission_denied.
Result<Space> space_of(const Root& root, const Mount& mount);

/// The mounts that df would show: one of each file system that holds files of the node (not /proc and its like, not what
/// belongs to a container or a pod), the shortest name of it.
std::vector<Mount> worth_asking(const std::vector<Mount>& mounts);

}  // namespace unsnag::node
