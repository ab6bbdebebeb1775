// SPDX-License-Identifier: Apache-2.0
// A node's file tree: this machine's own, or one that is mounted somewhere (`--root /host`, an image that is being built).
// Paths are always the node's own ("/etc/containerd/config.toml"); symbolic links, absolute ones too, are followed as the
// node itself would follow them and never lead out of the tree, whatever the tree says.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace unsnag::node {

struct Entry {
  std::string name;
  struct stat info {};  // of the entry itself: a link is a link
};

/// What a file has beside its content.
struct Attributes {
  mode_t mode = 0644;  // permission bits
  uid_t owner = 0;
  gid_t group = 0;
};

class Root {
 public:
  /// "/" is this machine. Errors: not_found, permission_denied, io; unsupported: not a folder.
  static Result<Root> open(const std::string& folder);
  /// A node that is not at hand, of which nothing can be looked at: all paths are not_found.
  static Root nothing() { return {"(no node)", Fd()}; }

  /// Where the tree is mounted here, without a slash at its end ("" for "/"), and a path of the node as this process can
  /// name it. For words and for interfaces that take paths only: what is opened that way can follow a link out.
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string here(std::string_view path) const { return folder_ + std::string(path); }
  /// True when the tree is that of the running machine, "/".
  [[nodiscard]] bool is_this_machine() const { return folder_.empty(); }

  /// Opens what `path` leads to, with open(2)'s flags (O_CLOEXEC is added; O_CREAT is not for here).
  /// Errors: not_found, permission_denied, io, malformed (a path that is not absolute, a ring of links).
  [[nodiscard]] Result<Fd> open_path(std::string_view path, int flags) const;
  /// As open_path, but a regular file and nothing else; never waits for a pipe. Errors: also unsupported.
  [[nodiscard]] Result<Fd> open_file(std::string_view path) const;
  /// The whole of a regular file. Files of /proc and /sys too. Errors: also too_large (more than `limit` bytes).
  [[nodiscard]] Result<std::string> read(std::string_view path, std::size_t limit = k_limit) const;
  /// What `path` leads to. Errors: as open_path.
  [[nodiscard]] Result<struct stat> status(std::string_view path) const;
  [[nodiscard]] bool exists(std::string_view path) const { return status(path).has_value(); }
  /// The entries of a folder but . and .., by name. Errors: as open_path; too_large: more than 100,000.
  [[nodiscard]] Result<std::vector<Entry>> list(std::string_view path) const;
  /// Where a symbolic link points, as it is written there. Errors: as open_path.
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const;
  /// The node's path of what `path` leads to, all links followed; the last part need not exist. Errors: as open_path.
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const;

  static constexpr std::size_t k_limit = std::size_t{16} << 20U;

 private:
  Root(std::string folder, Fd fd) : folder_(std::move(folder)), fd_(std::move(fd)) {}

  std::string folder_;
  Fd fd_;
};

}  // namespace unsnag::node
