// SPDX-License-Identifier: Apache-2.0
#include "node/proc.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace unsnag::node {
namespace {

/// Processes are there: a folder that is only the place where /proc would be mounted is empty.
bool has_processes(const Root& tree) { return tree.exists("/stat") && (tree.exists("/1") || tree.exists("/self")); }

// Why this container's own /proc does not do instead is nothing that would help whoever reads it.
constexpr std::string_view k_not_running = " shows no process of the node: it isn't running, or its /proc isn't mounted there";

}  // namespace

Result<Proc> open_proc(const Root& root) {
  const std::string folder = root.here("/proc");
  const auto resolved = root.resolve("/proc");
  // A link would be followed out of the tree, since it is opened by its name here.
  if (resolved && *resolved == "/proc") {
    auto tree = Root::open(folder);
    if (tree && has_processes(*tree))
      return Proc{std::move(*tree), folder, root.is_this_machine() ? "this machine's" : "the node's root holds it"};
  }
  if (root.is_this_machine()) return fail(Errc::not_found, "/proc is not mounted");

  // The container may share the node's process ids: then the root of the first process is the root that we were given, and that
  // process is outside of our container: a container whose root is a copy of the node's mount has a first process of its own.
  TRY_ASSIGN(auto own, Root::open("/proc"));
  struct stat first {};
  if (::stat("/proc/1/root/", &first) != 0) {
    return fail(Errc::not_found, folder + std::string(k_not_running));
  }
  TRY_ASSIGN(const auto given, root.status("/"));
  if (first.st_dev != given.st_dev || first.st_ino != given.st_ino) return fail(Errc::not_found, folder + std::string(k_not_running));
  const auto its_mounts = own.read_link("/1/ns/mnt"), our_mounts = own.read_link("/self/ns/mnt");
  if (!its_mounts || !our_mounts || *its_mounts == *our_mounts) return fail(Errc::not_found, folder + std::string(k_not_running));
  return Proc{std::move(own), "/proc", "this container shares the node's process ids"};
}

Result<Head> read_head(int fd, std::size_t limit) {
  Head head;
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno);
    if (got == 0) return head;
    head.text.append(buffer.data(), static_cast<std::size_t>(got));
    if (head.text.size() > limit) {
      head.text.resize(limit);
      head.cut = true;
      return head;
    }
  }
}

Result<Head> read_head(const Root& tree, std::string_view path, std::size_t limit) {
  TRY_ASSIGN(const auto fd, tree.open_file(path));
  return read_head(fd.get(), limit);
}

std::string link_text(const Root& tree, std::string_view path) { return tree.read_link(path).value_or(""); }

Result<bool> same_namespace(const Proc& proc, std::string_view kind) {
  const std::string ns = "/ns/" + std::string(kind);
  TRY_ASSIGN(const auto node, proc.tree.read_link("/1" + ns));
  TRY_ASSIGN(const auto own_proc, Root::open("/proc"));
  TRY_ASSIGN(const auto own, own_proc.read_link("/self" + ns));
  return node == own;
}

}  // namespace unsnag::node
