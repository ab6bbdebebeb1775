// SPDX-License-Identifier: Apache-2.0
// A blob is a folder HEX-SIZE with two files: "blob", whose lock (flock) its owner has, and "blocks", of which each holder has
// a shared lock. Who gets that one alone may remove the folder: it is renamed first, so that nobody meets half of it.
#include "content/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace unsnag::content {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_gone = ".gone-";  // in the name of a folder that is being removed

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  if (std::getline(file, id) && !id.empty() && id.size() <= 64) return id;
  // Not known: never the same, so that nothing counts that was not synced.
  return fmt::format("pid{}-{}", ::getpid(), std::chrono::system_clock::now().time_since_epoch().count());
}

Result<void*> make_private_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(fs::path(folder).parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(errno);
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0) return fail_errno(errno);
  if (!S_ISDIR(found.st_mode)) return fail(Errc::unsupported, "it is no folder");
  if (found.st_uid != ::geteuid() || (found.st_mode & 022U) != 0)
    return fail(Errc::unsupported, "others may write to it; a folder that is yours alone is wanted");
  return nullptr;
}

Result<Fd> open_file(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno(errno);
  return file;
}

/// Waits for who is just removing it; nobody has it alone for longer.
bool lock_shared(int fd) {
  while (::flock(fd, LOCK_SH) != 0)
    if (errno != EINTR) return false;
  return true;
}

bool is_at(int fd, const std::string& path) {
  struct stat mine {
  }, there{};
  return ::fstat(fd, &mine) == 0 && ::lstat(path.c_str(), &there) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

/// Of a folder whose lock one has alone. Bytes that the disk gets back.
Result<std::uint64_t> remove_folder(const std::string& folder) {
  const auto gone = fmt::format("{}{}{}", folder, k_gone, ::getpid());
  struct stat blob {};
  const bool known = ::lstat((folder + "/blob").c_str(), &blob) == 0;
  if (::rename(folder.c_str(), gone.c_str()) != 0) return fail_errno(errno);
  std::error_code error;
  fs::remove_all(gone, error);
  if (error) return fail_errno(error.value());
  return known && blob.st_nlink == 1 ? static_cast<std::uint64_t>(blob.st_blocks) * 512 : 0;
}

}  // namespace

std::string Store::default_folder() {
  if (::geteuid() == 0) return "/var/lib/unsnag/content";
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') return std::string(cache) + "/unsnag/content";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr && *home == '/' ? home : "/var/tmp") + "/.cache/unsnag/content";
}

Result<Store> Store::open(const std::string& folder) {
  TRY(context(make_private_folder(folder), "the blobs' folder {}", folder));
  return Store(folder, boot_id());
}

Result<std::unique_ptr<Spool>> Store::spool(const oci::Digest& digest, std::uint64_t size) const {
  const auto folder = fmt::format("{}/{}-{}", folder_, digest.hex(), size);
  for (;;) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      return context(Result<std::unique_ptr<Spool>>(fail_errno(errno)), "{}", folder);
    auto blocks_file = open_file(folder + "/blocks");
    if (!blocks_file) {
      if (blocks_file.error().code == Errc::not_found) continue;  // it was removed just now
      return context(Result<std::unique_ptr<Spool>>(tl::unexpected<Error>(blocks_file.error())), "{}", folder);
    }
    if (!lock_shared(blocks_file->get())) return fail_errno(errno);
    if (!is_at(blocks_file->get(), folder + "/blocks")) continue;
    TRY_ASSIGN(auto blob, context(open_file(folder + "/blob"), "{}", folder));
    TRY_ASSIGN(auto blocks, Blocks::of(std::move(*blocks_file), size, boot_));
    std::unique_ptr<Spool> out(new Spool(digest, size, folder + "/blob", std::move(blob), std::move(blocks)));
    TRY(context(out->open(), "{}", folder));
    return out;
  }
}

Result<void*> Store::remove(std::unique_ptr<Spool> spool) const {
  if (::flock(spool->blocks_.file(), LOCK_EX | LOCK_NB) != 0) return nullptr;  // who wants it still has it
  TRY(context(remove_folder(fs::path(spool->path_).parent_path().string()), "removing a blob"));
  return nullptr;
}

Result<std::uint64_t> Store::remove_older(std::chrono::hours age) const {
  std::uint64_t freed = 0;
  const auto before = std::chrono::system_clock::now() - age;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    const auto folder = it->path().string();
    std::error_code unimportant;
    if (it->path().filename().string().find(k_gone) != std::string::npos) {
      fs::remove_all(folder, unimportant);  // of who was killed in the middle; nobody uses it
      continue;
    }
    const Fd blocks(::open((folder + "/blocks").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    struct stat found {};
    if (!blocks || ::fstat(blocks.get(), &found) != 0) continue;
    if (std::chrono::system_clock::from_time_t(found.st_mtime) >= before) continue;
    if (::flock(blocks.get(), LOCK_EX | LOCK_NB) != 0 || !is_at(blocks.get(), folder + "/blocks")) continue;
    if (const auto removed = remove_folder(folder)) freed += *removed;
  }
  if (error) return fail_errno(error.value());
  return freed;
}

}  // namespace unsnag::content
