// SPDX-License-Identifier: Apache-2.0
#include "node/change.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/text.h"

namespace unsnag::node {
namespace {

/// A file in its real folder, which is open.
struct Place {
  Fd folder;
  std::string path, name;
};

Result<Place> place_of(const Root& root, std::string_view path) {
  TRY_ASSIGN(auto real, root.resolve(path));
  const auto slash = real.rfind('/');
  Place place;
  place.name = real.substr(slash + 1);
  if (place.name.empty()) return fail(Errc::unsupported, "it is a folder");
  TRY_ASSIGN(place.folder, root.open_path(slash == 0 ? "/" : real.substr(0, slash), O_RDONLY | O_DIRECTORY));
  place.path = std::move(real);
  return place;
}

/// Hidden, and with an ending that no folder of drop-ins takes (*.conf, *.toml): nobody reads it before its time.
std::string staging_name(const std::string& name) { return "." + name + ".unsnag-new"; }

Result<std::vector<std::pair<std::string, std::string>>> read_xattrs(int fd) {
  std::vector<std::pair<std::string, std::string>> all;
  std::string names(65536, '\0');  // the kernel's limit, XATTR_LIST_MAX
  const auto size = ::flistxattr(fd, names.data(), names.size());
  if (size < 0) {
    if (errno == ENOTSUP) return all;
    return fail_errno(errno);
  }
  names.resize(static_cast<std::size_t>(size));
  for (const auto part : split(names, '\0')) {
    if (part.empty() || part == "security.ima" || part == "security.evm") continue;
    const std::string name(part);
    std::string value(65536, '\0');  // XATTR_SIZE_MAX
    const auto got = ::fgetxattr(fd, name.c_str(), value.data(), value.size());
    if (got < 0) {
      if (errno == ENODATA) continue;
      return fail_errno(errno);
    }
    value.resize(static_cast<std::size_t>(got));
    all.emplace_back(name, std::move(value));
  }
  return all;
}

/// A value that the new file has by itself, as SELinux gives one, is not set: that may need a privilege that isn't there.
Result<void> give_xattrs(int fd, const FileState& as) {
  TRY_ASSIGN(const auto has, read_xattrs(fd));
  for (const auto& wanted : as.xattrs) {
    bool same = false;
    for (const auto& one : has) same = same || one == wanted;
    if (!same && ::fsetxattr(fd, wanted.first.c_str(), wanted.second.data(), wanted.second.size(), 0) != 0)
      return context<void>(fail_errno(errno), "attribute {}", wanted.first);
  }
  return {};
}

Result<void> sync(int fd) {
  // Some file systems can't sync a folder, and say so by EINVAL.
  if (::fsync(fd) != 0 && errno != EINVAL) return fail_errno(errno);
  return {};
}

Result<void> stage(int folder, const std::string& name, std::string_view content, const FileState& as) {
  // A staging file of a run that was killed is ours to overwrite; the unlink keeps a planted link from being followed.
  ::unlinkat(folder, name.c_str(), 0);
  const Fd fd(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno(errno);
  TRY(write_all(fd.get(), content));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno);
  if ((info.st_uid != as.attributes.owner || info.st_gid != as.attributes.group) &&
      ::fchown(fd.get(), as.attributes.owner, as.attributes.group) != 0)
    return fail_errno(errno);
  if (::fchmod(fd.get(), as.attributes.mode) != 0) return fail_errno(errno);  // after the owner: chown clears set-uid
  TRY(give_xattrs(fd.get(), as));
  return sync(fd.get());
}

Result<void> write_at(const Place& place, std::string_view content, const FileState& as) {
  const auto staging = staging_name(place.name);
  auto done = stage(place.folder.get(), staging, content, as);
  if (done && ::renameat(place.folder.get(), staging.c_str(), place.folder.get(), place.name.c_str()) != 0) done = fail_errno(errno);
  if (!done) {
    ::unlinkat(place.folder.get(), staging.c_str(), 0);
    return done;
  }
  return sync(place.folder.get());
}

}  // namespace

Result<std::optional<FileState>> file_state(const Root& root, std::string_view path) {
  auto fd = root.open_file(path);
  if (!fd) {
    if (fd.error().code == Errc::not_found) return std::optional<FileState>();
    return tl::unexpected<Error>(std::move(fd).error());
  }
  FileState state;
  TRY_ASSIGN(state.path, root.resolve(path));
  TRY_ASSIGN(state.content, root.read(path));
  struct stat info {};
  if (::fstat(fd->get(), &info) != 0) return fail_errno(errno);
  state.attributes = {info.st_mode & 07777U, info.st_uid, info.st_gid};
  state.links = info.st_nlink;
  TRY_ASSIGN(state.xattrs, read_xattrs(fd->get()));
  return std::optional<FileState>(std::move(state));
}

Result<void> write_file(const Root& root, std::string_view path, std::string_view content, const FileState* as) {
  TRY_ASSIGN(const auto place, place_of(root, path));
  if (as != nullptr) return write_at(place, content, *as);
  TRY_ASSIGN(const auto there, file_state(root, place.path));
  if (there) return write_at(place, content, *there);
  FileState fresh;
  fresh.attributes.owner = ::geteuid();
  fresh.attributes.group = ::getegid();
  return write_at(place, content, fresh);
}

Result<void> remove_file(const Root& root, std::string_view path) {
  const auto place = place_of(root, path);
  if (!place) {
    if (place.error().code == Errc::not_found) return {};
    return tl::unexpected<Error>(place.error());
  }
  if (::unlinkat(place->folder.get(), place->name.c_str(), 0) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno(errno);
  }
  return sync(place->folder.get());
}

Result<void> remove_staging(const Root& root, std::string_view path) {
  const auto place = place_of(root, path);
  if (!place) {
    if (place.error().code == Errc::not_found) return {};
    return tl::unexpected<Error>(place.error());
  }
  if (::unlinkat(place->folder.get(), staging_name(place->name).c_str(), 0) != 0 && errno != ENOENT) return fail_errno(errno);
  return {};
}

Result<std::vector<std::string>> make_folders(const Root& root, std::string_view path, mode_t mode) {
  std::vector<std::string> made;
  std::string here;
  for (const auto part : split(path, '/')) {
    if (part.empty()) continue;
    const auto above = here.empty() ? std::string("/") : here;
    here += "/" + std::string(part);
    const auto status = root.status(here);
    if (status) {
      if (!S_ISDIR(status->st_mode)) return context<std::vector<std::string>>(fail(Errc::unsupported, "it is no folder"), "{}", here);
      continue;
    }
    if (status.error().code != Errc::not_found) return tl::unexpected<Error>(status.error());
    TRY_ASSIGN(const auto place, place_of(root, here));
    if (::mkdirat(place.folder.get(), place.name.c_str(), mode) != 0 && errno != EEXIST) return fail_errno(errno);
    const Fd fresh(::openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fresh && ::fchmod(fresh.get(), mode) != 0) return fail_errno(errno);  // whatever the umask is
    TRY(sync(place.folder.get()));
    made.push_back(here);
  }
  return made;
}

Result<void> remove_empty_folder(const Root& root, std::string_view path) {
  const auto place = place_of(root, path);
  if (!place) {
    if (place.error().code == Errc::not_found) return {};
    return tl::unexpected<Error>(place.error());
  }
  if (::unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR) == 0) return sync(place->folder.get());
  if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return {};
  return fail_errno(errno);
}

}  // namespace unsnag::node
