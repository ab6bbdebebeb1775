// SPDX-License-Identifier: Apache-2.0
#include "node/mounts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <optional>

#include "base/text.h"
#include "node/patience.h"

namespace unsnag::node {
namespace {

constexpr std::size_t k_most = 100'000;
constexpr std::size_t k_most_bytes = std::size_t{64} << 20U;
constexpr std::chrono::milliseconds k_patience{3000};

/// The kernel writes blank, tab, newline and backslash of a name as \040, \011, \012 and \134.
std::string unescape_octal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3) && text[i + 1] < '4') {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool one_of(std::string_view word, const auto& words) { return std::find(words.begin(), words.end(), word) != words.end(); }

}  // namespace

std::vector<Mount> parse_mountinfo(std::string_view text) {
  std::vector<Mount> all;
  for (const auto line : split(text, '\n')) {
    const auto words = split(line, ' ');
    // "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": some optional fields before the dash.
    if (words.size() < 10 || all.size() >= k_most) continue;
    const auto dash = std::find(words.begin() + 6, words.end(), "-");
    if (words.end() - dash < 4 || words[2].find(':') == std::string_view::npos || !words[4].starts_with('/')) continue;
    all.push_back({std::string(words[2]), unescape_octal(words[3]), unescape_octal(words[4]), std::string(words[5]), std::string(dash[1]),
                   unescape_octal(dash[2]), std::string(dash[3])});
  }
  return all;
}

Result<Mounts> mounts(const Root& root, const Proc* proc) {
  std::optional<Error> why;
  if (proc != nullptr) {
    const std::string_view path = root.is_this_machine() ? "/self/mountinfo" : "/1/mountinfo";
    auto text = proc->tree.read(path, k_most_bytes);
    if (text) return Mounts{parse_mountinfo(*text), proc->folder + std::string(path)};
    why = text.error();
  }
  if (root.is_this_machine()) return tl::unexpected<Error>(why.value_or(Error{Errc::not_found, "/proc is not mounted"}));
  // Our own mounts below the root are the node's as far as they were handed in.
  TRY_ASSIGN(const auto here, Root::open("/proc"));
  TRY_ASSIGN(const auto text, here.read("/self/mountinfo", k_most_bytes));
  Mounts seen{{}, "/proc/self/mountinfo below " + root.folder()};
  for (auto& mount : parse_mountinfo(text)) {
    if (mount.point != root.folder() && !mount.point.starts_with(root.folder() + "/")) continue;
    mount.point.erase(0, root.folder().size());
    if (mount.point.empty()) mount.point = "/";
    seen.mounts.push_back(std::move(mount));
  }
  return seen;
}

bool may_hang(const Mount& mount) {
  static constexpr std::array<std::string_view, 19> k_types{"nfs",    "nfs4", "cifs",     "smb3",     "smbfs",     "ceph",   "9p",
                                                            "afs",    "coda", "gfs2",     "ocfs2",    "glusterfs", "lustre", "autofs",
                                                            "beegfs", "gpfs", "orangefs", "virtiofs", "fuseblk"};
  return one_of(mount.type, k_types) || mount.type == "fuse" || mount.type.starts_with("fuse.");
}

Result<Space> space_of(const Root& root, const Mount& mount) {
  if (may_hang(mount)) return fail(Errc::unsupported, mount.type + ", whose server may not answer, is not asked");
  TRY_ASSIGN(auto fd, root.open_path(mount.point, O_PATH | O_DIRECTORY));
  struct Answer {
    struct statvfs space {};
    struct stat info {};
    int error = 0;
  };
  const auto answer = within(k_patience, [file = std::move(fd)] {
    Answer got;
    if (::fstat(file.get(), &got.info) != 0 || ::fstatvfs(file.get(), &got.space) != 0) got.error = errno;
    return got;
  });
  if (!answer) return fail(Errc::io, "no answer for " + std::to_string(k_patience.count() / 1000) + " s");
  if (answer->error != 0) return fail_errno(answer->error);
  // btrfs gives its parts numbers that stand in no mountinfo.
  const auto seen = std::to_string(major(answer->info.st_dev)) + ":" + std::to_string(minor(answer->info.st_dev));
  if (mount.type != "btrfs" && seen != mount.device) return fail(Errc::not_found, "it is not mounted where this process can see it");
  const auto& space = answer->space;
  const std::uint64_t unit = space.f_frsize != 0 ? space.f_frsize : space.f_bsize;
  return Space{space.f_blocks * unit, space.f_bfree * unit, space.f_bavail * unit, space.f_files, space.f_ffree};
}

std::vector<Mount> worth_asking(const std::vector<Mount>& mounts) {
  static constexpr std::array<std::string_view, 25> k_made_up{
      "proc",   "sysfs",    "cgroup",   "cgroup2", "devpts",    "mqueue",   "securityfs", "debugfs",    "tracefs",
      "pstore", "configfs", "bpf",      "fusectl", "hugetlbfs", "efivarfs", "selinuxfs",  "rpc_pipefs", "binfmt_misc",
      "nsfs",   "devtmpfs", "squashfs", "ramfs",   "nfsd",      "autofs",   "binder"};
  // Of containers and pods: there may be thousands, and the file system behind them has its own line.
  const auto others = [](const Mount& mount) {
    const std::string_view point = mount.point;
    for (const std::string_view part : {"/overlay2/", "/rootfs", "/merged", "/sandboxes/", "/pods/", "/tmpmounts/", "/run/netns",
                                        "/run/docker/", "/run/user/", "/run/credentials/", "/volumes/kubernetes.io"})
      if (contains(point, part)) return true;
    for (const std::string_view part : {"/sys/", "/proc/", "/dev/"})
      if (point.starts_with(part)) return true;
    return mount.type == "overlay" && point != "/" && !point.starts_with("/var");
  };
  // What was mounted over another hides it: the last one of a place counts.
  std::map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < mounts.size(); ++i) last[mounts[i].point] = i;
  std::vector<Mount> chosen;
  std::map<std::string, std::size_t> of_device;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const auto& mount = mounts[i];
    if (last[mount.point] != i || one_of(mount.type, k_made_up) || others(mount)) continue;
    const auto [known, is_new] = of_device.emplace(mount.device, chosen.size());
    if (is_new) chosen.push_back(mount);
    else if (mount.point.size() < chosen[known->second].point.size()) chosen[known->second] = mount;
  }
  return chosen;
}

}  // namespace unsnag::node
