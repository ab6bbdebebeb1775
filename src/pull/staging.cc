// SPDX-License-Identifier: Apache-2.0
#include "pull/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <random>

namespace unsnag::pull {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_prefix = ".unsnag-staging-";

std::string random_name() {
  std::random_device random;
  return fmt::format("{}{:08x}{:08x}", k_prefix, random(), random());
}

std::string folder_of(const std::string& path) {
  const auto folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Folders that their archive made without permissions are its owner's to remove, too.
void remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return;
  for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code unimportant;
    if (it->is_directory(unimportant) && !it->is_symlink(unimportant))
      fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::add, unimportant);
  }
  fs::remove_all(path, error);
}

}  // namespace

Result<Staging> Staging::create(const std::string& where, Kind kind) {
  for (;;) {
    const auto path = where + "/" + random_name();
    if (kind == Kind::folder && ::mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return fail_errno(errno);
    }
    const int flags = kind == Kind::folder ? O_RDONLY | O_DIRECTORY : O_RDWR | O_CREAT | O_EXCL;
    Fd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) {
      if (errno == EEXIST) continue;
      return fail_errno(errno);
    }
    Staging out(path, std::move(fd), kind);
    (void)::flock(out.fd_.get(), LOCK_EX | LOCK_NB);
    return out;
  }
}

Staging::Staging(Staging&& other) noexcept : path_(std::move(other.path_)), fd_(std::move(other.fd_)), kind_(other.kind_) {
  other.path_.clear();
}

Staging& Staging::operator=(Staging&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(kind_, other.kind_);
  return *this;
}

Staging::~Staging() {
  if (path_.empty()) return;
  if (kind_ == Kind::file) {
    ::unlink(path_.c_str());
  } else {
    remove_tree(path_);
  }
}

Result<void*> Staging::commit(const std::string& name, Sync sync) {
  if (sync == Sync::yes && (kind_ == Kind::folder ? ::syncfs(fd_.get()) : ::fsync(fd_.get())) != 0) return fail_errno(errno);
  if (::rename(path_.c_str(), name.c_str()) != 0) return fail_errno(errno);
  path_.clear();
  (void)::flock(fd_.get(), LOCK_UN);
  if (sync == Sync::yes) TRY(sync_folder(folder_of(name)));
  return nullptr;
}

void Staging::clean(const std::string& where) {
  std::error_code error;
  for (fs::directory_iterator it(where, error), end; !error && it != end; it.increment(error)) {
    const auto path = it->path().string();
    if (!it->path().filename().string().starts_with(k_prefix)) continue;
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) continue;
    remove_tree(path);
  }
}

Result<void*> sync_folder(const std::string& folder) {
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail_errno(errno);
  return nullptr;
}

}  // namespace unsnag::pull
