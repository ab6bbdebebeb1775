// SPDX-License-Identifier: Apache-2.0
// Whose processes a /proc shows. A container with the node's root mounted has a /proc of its own, which says nothing about the
// node unless the container shares its process ids; a root folder that isn't running has none at all. Taking one for the
// other would tell a stranger's settings as the node's, so it is found out here, once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "node/root.h"

namespace unsnag::node {

/// The /proc in which the node's processes are.
struct Proc {
  Root tree;           // its root is /proc itself: "/1/status"
  std::string folder;  // how this process names it: "/proc", "/host/proc"
  std::string why;     // "the node's root holds it", for whoever asks how we know
};

/// Errors: not_found: no /proc that can be seen from here shows this node's processes (detail says what was tried).
Result<Proc> open_proc(const Root& root);

/// The first `limit` bytes of a file of /proc or elsewhere. `cut`: there was more.
struct Head {
  std::string text;
  bool cut = false;
};
/// Errors: as Root::open_file.
Result<Head> read_head(const Root& tree, std::string_view path, std::size_t limit);
Result<Head> read_head(int fd, std::size_t limit);

/// A symbolic link that the kernel makes up: "net:[4026531840]". "" when it can't be read.
std::string link_text(const Root& tree, std::string_view path);

/// True when this process is in the same namespace of a kind ("net", "mnt", "pid", "uts") as the node's first process.
/// Errors: permission_denied, not_found: can't be told.
Result<bool> same_namespace(const Proc& proc, std::string_view kind);

}  // namespace unsnag::node
