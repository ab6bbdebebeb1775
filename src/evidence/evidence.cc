// SPDX-License-Identifier: Apache-2.0
#include "evidence/evidence.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/fd.h"
#include "evidence/archive.h"

namespace unsnag::evidence {
namespace {

namespace fs = std::filesystem;

class FdBytes : public Bytes {
 public:
  explicit FdBytes(int fd) : fd_(fd) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    // A signal ends the read: whoever installed a handler (Ctrl-C) wants to look at what it set.
    const auto got = ::read(fd_, buffer, size);
    if (got < 0) return fail_errno(errno);
    return static_cast<std::size_t>(got);
  }

 private:
  int fd_;
};

/// Opens a regular file; never blocks on a pipe that took its place.
Result<Fd> open_regular(const std::string& path, struct stat& info) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!fd) return fail_errno(errno);
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno);
  if (!S_ISREG(info.st_mode)) return fail(Errc::unsupported, "neither a file nor a folder");
  return fd;
}

void visit_file(const std::string& path, const std::string& shown, const Visitor& visitor) {
  struct stat info {};
  auto fd = open_regular(path, info);
  if (!fd) {
    visitor.unreadable(shown, fd.error().detail);
    return;
  }
  ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  FdBytes bytes(fd->get());
  // Files of /proc say 0 and have content.
  const auto size = info.st_size > 0 ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(info.st_size)) : std::nullopt;
  visitor.file({shown, size}, bytes);
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
      visitor.unreadable(shown, status_error.message());
    } else if (fs::is_regular_file(status)) {
      paths.push_back(shown);
    } else if (fs::is_directory(status)) {
      if (::access(it->path().c_str(), R_OK | X_OK) != 0) {
        visitor.unreadable(shown, std::generic_category().message(errno));
        it.disable_recursion_pending();
      }
    } else if (!fs::is_symlink(status)) {
      visitor.unreadable(shown, "neither a file nor a folder");
    }
  }
  if (error) visitor.unreadable(folder.string(), error.message());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    const auto whole = (folder / path).string();
    if (is_archive(whole)) {
      const Visitor inside{[&](const File& file, Bytes& bytes) {
                             visitor.file({path + ":" + file.path, file.size}, bytes);
                           },
                           [&](const std::string& member, const std::string& why) { visitor.unreadable(path + ":" + member, why); }};
      if (auto walked = walk_archive(whole, inside); !walked) visitor.unreadable(path, walked.error().message());
    } else {
      visit_file(whole, path, visitor);
    }
  }
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
  if (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)) {
    // `unsnag why <(journalctl …)`: a pipe that the user named.
    const Fd fd(::open(target.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail_errno(errno);
    FdBytes bytes(fd.get());
    visitor.file({target, std::nullopt}, bytes);
    return nullptr;
  }
  if (::access(target.c_str(), R_OK) != 0) return fail_errno(errno);
  if (is_archive(target)) return walk_archive(target, visitor);
  std::error_code error;
  const auto real = fs::canonical(target, error);  // the user may name a link; evidence may not
  visit_file(error ? target : real.string(), target, visitor);
  return nullptr;
}

void walk_standard_input(const Visitor& visitor) {
  FdBytes bytes(STDIN_FILENO);
  visitor.file({"-", std::nullopt}, bytes);
}

void walk_this_node(const Visitor& visitor) {
  static constexpr std::array<const char*, 24> k_places{"/var/log/messages",
                                                        "/var/log/syslog",
                                                        "/var/log/kern.log",
                                                        "/var/log/kubelet.log",
                                                        "/var/log/containerd.log",
                                                        "/var/log/docker.log",
                                                        "/var/log/crio.log",
                                                        "/var/lib/rancher/k3s/agent/containerd/containerd.log",
                                                        "/var/lib/rancher/rke2/agent/containerd/containerd.log",
                                                        "/var/lib/rancher/rke2/agent/logs/kubelet.log",
                                                        "/etc/containerd",
                                                        "/etc/docker/daemon.json",
                                                        "/etc/crio",
                                                        "/etc/containers/registries.conf",
                                                        "/etc/containers/registries.conf.d",
                                                        "/etc/rancher",
                                                        "/var/lib/kubelet/config.yaml",
                                                        "/etc/kubernetes/kubelet",
                                                        "/etc/systemd/system/kubelet.service",
                                                        "/etc/systemd/system/kubelet.service.d",
                                                        "/etc/systemd/system/containerd.service",
                                                        "/etc/systemd/system/containerd.service.d",
                                                        "/etc/systemd/system/docker.service",
                                                        "/etc/systemd/system/docker.service.d"};
  for (const auto* place : k_places) {
    struct stat info {};
    if (::stat(place, &info) != 0) {
      if (errno != ENOENT && errno != ENOTDIR) visitor.unreadable(place, std::generic_category().message(errno));
      continue;
    }
    const std::string prefix(place);
    const bool folder = S_ISDIR(info.st_mode);
    const Visitor named{
        [&](const File& file, Bytes& bytes) {
          visitor.file({folder ? prefix + "/" + file.path : prefix, file.size}, bytes);
        },
        [&](const std::string& path, const std::string& why) { visitor.unreadable(folder ? prefix + "/" + path : prefix, why); }};
    if (auto walked = walk(prefix, named); !walked) visitor.unreadable(prefix, walked.error().message());
  }
}

}  // namespace unsnag::evidence
