// SPDX-License-Identifier: Apache-2.0
#include "node/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <memory>

#include "base/text.h"

namespace unsnag::node {
namespace {

constexpr int k_most_links = 40;  // as the kernel has it: path_resolution(7)

struct Step {
  Fd parent;         // the folder that holds the last part
  std::string name;  // the last part; "" for the root itself
  std::string path;  // of the parent, as the node names it: "" for its root
};

std::string read_link_at(int folder, const char* name) {
  std::array<char, PATH_MAX> target{};
  const auto size = ::readlinkat(folder, name, target.data(), target.size());
  return size <= 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(size));
}

Result<Fd> duplicate(int fd) {
  Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) return fail_errno(errno);
  return copy;
}

/// Walks part by part, since openat2's RESOLVE_IN_ROOT came with Linux 5.6 and nodes run older kernels. `last_link`: whether a
/// link in the last place is followed too.
enum class LastLink : std::uint8_t { followed, kept };
Result<Step> walk_to(int root, std::string_view path, LastLink last_link) {
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string_view::npos)
    return fail(Errc::malformed, "the path is not absolute");
  std::deque<std::string> rest;
  for (const auto part : split(path, '/'))
    if (!part.empty() && part != ".") rest.emplace_back(part);

  std::vector<Fd> above;  // the folders on the way, the root's first
  TRY_ASSIGN(auto here, duplicate(root));
  std::string shown;
  int links = 0;
  while (!rest.empty()) {
    const auto part = std::move(rest.front());
    rest.pop_front();
    if (part == "..") {
      if (!above.empty()) {
        here = std::move(above.back());
        above.pop_back();
        shown.erase(shown.rfind('/'));
      }
      continue;
    }
    const bool last = rest.empty();
    if (last && last_link == LastLink::kept) return Step{std::move(here), part, std::move(shown)};
    if (const auto target = read_link_at(here.get(), part.c_str()); !target.empty()) {
      if (++links > k_most_links) return fail(Errc::malformed, "too many symbolic links");
      const auto parts = split(target, '/');
      for (auto it = parts.rbegin(); it != parts.rend(); ++it)
        if (!it->empty() && *it != ".") rest.emplace_front(*it);
      if (target.front() == '/') {
        TRY_ASSIGN(here, duplicate(root));
        above.clear();
        shown.clear();
      }
      continue;
    }
    if (last) return Step{std::move(here), part, std::move(shown)};
    Fd next(::openat(here.get(), part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return fail_errno(errno);
    above.push_back(std::move(here));
    here = std::move(next);
    shown += '/' + part;
  }
  return Step{std::move(here), {}, std::move(shown)};
}

tl::unexpected<Error> not_at_hand() { return fail(Errc::not_found, "the node is not at hand"); }

}  // namespace

Result<Root> Root::open(const std::string& folder) {
  Fd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOTDIR) return fail(Errc::unsupported, "not a folder");
    return fail_errno(errno);
  }
  auto shown = folder;
  while (!shown.empty() && shown.back() == '/') shown.pop_back();
  return Root(std::move(shown), std::move(fd));
}

Result<Fd> Root::open_path(std::string_view path, int flags) const {
  if (!fd_) return not_at_hand();
  TRY_ASSIGN(const auto step, walk_to(fd_.get(), path, (flags & O_NOFOLLOW) != 0 ? LastLink::kept : LastLink::followed));
  Fd fd(::openat(step.parent.get(), step.name.empty() ? "." : step.name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return fail_errno(errno);
  return fd;
}

Result<Fd> Root::open_file(std::string_view path) const {
  TRY_ASSIGN(auto fd, open_path(path, O_RDONLY | O_NONBLOCK));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno);
  if (!S_ISREG(info.st_mode)) return fail(Errc::unsupported, "not a regular file");
  return fd;
}

Result<std::string> Root::read(std::string_view path, std::size_t limit) const {
  TRY_ASSIGN(const auto fd, open_file(path));
  std::string content;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) return fail(Errc::too_large, "larger than " + std::to_string(limit) + " bytes");
  }
}

Result<struct stat> Root::status(std::string_view path) const {
  if (!fd_) return not_at_hand();
  TRY_ASSIGN(const auto step, walk_to(fd_.get(), path, LastLink::followed));
  struct stat info {};
  const int flags = step.name.empty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
  if (::fstatat(step.parent.get(), step.name.c_str(), &info, flags) != 0) return fail_errno(errno);
  return info;
}

Result<std::vector<Entry>> Root::list(std::string_view path) const {
  constexpr std::size_t k_most = 100'000;
  TRY_ASSIGN(auto fd, open_path(path, O_RDONLY | O_DIRECTORY));
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(fd.get()), ::closedir);
  if (!folder) return fail_errno(errno);
  fd.release();
  std::vector<Entry> entries;
  errno = 0;
  while (const auto* entry = ::readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    if (entries.size() == k_most) return fail(Errc::too_large, "more than 100,000 entries");
    Entry one{std::string(name), {}};
    // What vanishes meanwhile is not there.
    if (::fstatat(::dirfd(folder.get()), entry->d_name, &one.info, AT_SYMLINK_NOFOLLOW) == 0) entries.push_back(std::move(one));
    errno = 0;
  }
  if (errno != 0) return fail_errno(errno);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

Result<std::string> Root::read_link(std::string_view path) const {
  if (!fd_) return not_at_hand();
  TRY_ASSIGN(const auto step, walk_to(fd_.get(), path, LastLink::kept));
  auto target = read_link_at(step.parent.get(), step.name.c_str());
  if (target.empty()) return fail_errno(errno == 0 ? EINVAL : errno);
  return target;
}

Result<std::string> Root::resolve(std::string_view path) const {
  if (!fd_) return not_at_hand();
  TRY_ASSIGN(const auto step, walk_to(fd_.get(), path, LastLink::followed));
  if (step.name.empty()) return step.path.empty() ? std::string("/") : step.path;
  return step.path + "/" + step.name;
}

}  // namespace unsnag::node
