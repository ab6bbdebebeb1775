// SPDX-License-Identifier: Apache-2.0
#include "evidence/evidence.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/fd.h"
#include "evidence/content.h"
#include "places/places.h"

namespace unsnag::evidence {
namespace {

namespace fs = std::filesystem;

bool stopped(const Visitor& visitor) { return visitor.stop && visitor.stop(); }

class FdBytes : public Bytes {
 public:
  FdBytes(int fd, const Visitor& visitor) : fd_(fd), visitor_(visitor) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    for (;;) {
      const auto got = ::read(fd_, buffer, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail_errno(errno);
      if (stopped(visitor_)) return std::size_t{0};
    }
  }

 private:
  int fd_;
  const Visitor& visitor_;
};

/// Opens what the user named, and waits for the writer of a pipe. No descriptor: Ctrl-C ended the wait.
Result<Fd> open_named(const std::string& path, const Visitor& visitor) {
  for (;;) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd) return fd;
    if (errno != EINTR) return fail_errno(errno);
    if (stopped(visitor)) return Fd();
  }
}

/// Opens a regular file; never blocks on a pipe that took its place.
Result<Fd> open_regular(const std::string& path, struct stat& info) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!fd) return fail_errno(errno);
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno);
  if (!S_ISREG(info.st_mode)) return fail(Errc::unsupported, "neither a file nor a folder");
  return fd;
}

Result<void*> visit_file(const std::string& path, Place place, Walk& walk) {
  struct stat info {};
  TRY_ASSIGN(const auto fd, open_regular(path, info));
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  FdBytes bytes(fd.get(), walk.visitor);
  place.fd = fd.get();
  // Files of /proc say 0 and have content.
  const auto size = info.st_size > 0 ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(info.st_size)) : std::nullopt;
  return visit_content(bytes, place, size, walk);
}

void visit_folder(const fs::path& folder, const Visitor& visitor) {
  std::vector<std::string> paths;
  std::error_code error;
  auto it = fs::recursive_directory_iterator(folder, fs::directory_options::none, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code status_error;
    const auto status = it->symlink_status(status_error);
    const auto shown = it->path().lexically_relative(folder).string();
    if (status_error) {
      visitor.unreadable(shown, {Errc::io, status_error.message()});
    } else if (fs::is_regular_file(status)) {
      paths.push_back(shown);
    } else if (fs::is_directory(status)) {
      if (::access(it->path().c_str(), R_OK | X_OK) != 0) {
        visitor.unreadable(shown, fail_errno(errno).value());
        it.disable_recursion_pending();
      }
    } else if (!fs::is_symlink(status)) {
      visitor.unreadable(shown, {Errc::unsupported, "neither a file nor a folder"});
    }
  }
  if (error) visitor.unreadable(folder.string(), {Errc::io, error.message()});
  std::sort(paths.begin(), paths.end());
  Walk walk{visitor};
  for (const auto& path : paths) {
    if (stopped(visitor)) return;
    if (const auto visited = visit_file((folder / path).string(), {path}, walk); !visited) visitor.unreadable(path, visited.error());
  }
  walk.journals.read_all(visitor);
}

}  // namespace

Result<void*> walk(const std::string& target, const Visitor& visitor) {
  struct stat info {};
  if (::stat(target.c_str(), &info) != 0) return fail_errno(errno);
  if (S_ISDIR(info.st_mode)) {
    if (::access(target.c_str(), R_OK | X_OK) != 0) return fail_errno(errno);
    visit_folder(target, visitor);
    return nullptr;
  }
  Walk walk{visitor};
  const auto then_journals = [&](Result<void*> visited) {
    walk.journals.read_all(visitor);
    return visited;
  };
  if (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)) {
    // `unsnag why <(journalctl …)`: a pipe that the user named.
    TRY_ASSIGN(const auto fd, open_named(target, visitor));
    if (!fd) return nullptr;
    FdBytes bytes(fd.get(), visitor);
    return then_journals(visit_content(bytes, {target, -1, 0, true}, std::nullopt, walk));
  }
  if (!S_ISREG(info.st_mode)) return fail(Errc::unsupported, "neither a file, a folder nor a pipe");
  if (::access(target.c_str(), R_OK) != 0) return fail_errno(errno);
  std::error_code error;
  const auto real = fs::canonical(target, error);  // the user may name a link; evidence may not
  return then_journals(visit_file(error ? target : real.string(), {target, -1, 0, true}, walk));
}

Result<void*> walk_open(int fd, const std::string& shown, const Visitor& visitor) {
  Walk walk{visitor};
  FdBytes bytes(fd, visitor);
  const auto visited = visit_content(bytes, {shown, fd, 0, true}, std::nullopt, walk);
  walk.journals.read_all(visitor);
  return visited;
}

void walk_standard_input(const Visitor& visitor) {
  Walk walk{visitor};
  FdBytes bytes(STDIN_FILENO, visitor);
  if (const auto visited = visit_content(bytes, {"-", -1, 0, true}, std::nullopt, walk); !visited) visitor.unreadable("-", visited.error());
  walk.journals.read_all(visitor);
}

void walk_this_node(const Visitor& visitor) {
  const places::List listed = [&](const std::string& folder) {
    std::vector<places::Found> found;
    std::error_code error;
    for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator(); it.increment(error)) {
      std::error_code status_error;
      found.push_back({it->path().filename().string(), fs::is_directory(it->symlink_status(status_error))});
    }
    if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
      visitor.unreadable(folder, {error == std::errc::permission_denied ? Errc::permission_denied : Errc::io, error.message()});
    std::sort(found.begin(), found.end(), [](const places::Found& x, const places::Found& y) { return x.name < y.name; });
    return found;
  };
  std::vector<std::string> paths;
  for (const auto& place : places::all()) {
    if (stopped(visitor)) return;
    if (place.kind != places::Kind::config && place.kind != places::Kind::log) continue;
    for (auto& path : places::expand(place.path, listed)) paths.push_back(std::move(path));
  }
  for (const auto& place : places::units()) {
    const std::string unit(place.unit);
    paths.push_back("/etc/systemd/system/" + unit);
    for (const std::string folder : {"/usr/lib/systemd/system/", "/run/systemd/system/", "/etc/systemd/system/"})
      for (auto& path : places::expand(folder + unit + ".d/*.conf", listed)) paths.push_back(std::move(path));
  }
  for (const auto& place : paths) {
    if (stopped(visitor)) return;
    struct stat info {};
    if (::stat(place.c_str(), &info) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) visitor.unreadable(place, fail_errno(errno).value());
      continue;
    }
    const bool folder = S_ISDIR(info.st_mode);
    const Visitor named{[&](const File& file, Bytes& bytes) {
                          visitor.file({folder ? place + "/" + file.path : place, file.size}, bytes);
                        },
                        [&](const std::string& path, const Error& why) { visitor.unreadable(folder ? place + "/" + path : place, why); },
                        visitor.stop};
    if (auto walked = walk(place, named); !walked) visitor.unreadable(place, walked.error());
  }
  if (!stopped(visitor)) read_journal_of_this_node(visitor);
}

}  // namespace unsnag::evidence
