// SPDX-License-Identifier: Apache-2.0
#include "bundle/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/fd.h"

namespace unsnag::bundle {
namespace {

/// Writes all of it. To what isn't a file in pieces that a pipe takes without blocking when it says that it has room
/// (pipe(7): PIPE_BUF), so that a reader who stopped reading can't hold up the end.
Result<void*> write_all(int fd, std::string_view bytes, bool is_file, const std::stop_token& stop,
                        const std::atomic<bool>* give_up = nullptr) {
  constexpr int k_look_up_ms = 100;
  while (!bytes.empty()) {
    if (!is_file) {
      pollfd ready{fd, POLLOUT, 0};
      const int count = ::poll(&ready, 1, k_look_up_ms);
      if (stop.stop_requested()) return fail(Errc::io, "stopped");
      if (give_up != nullptr && give_up->load()) return fail(Errc::cancelled, "interrupted");
      if (count < 0 && errno != EINTR) return fail_errno(errno);
      if (count <= 0) continue;
    }
    const auto wrote = ::write(fd, bytes.data(), is_file ? bytes.size() : std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (wrote < 0 && errno != EINTR && errno != EAGAIN) return fail_errno(errno);
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return nullptr;
}

class FileOutput final : public Output {
 public:
  FileOutput(std::string path, std::string staging, Fd fd) : path_(std::move(path)), staging_(std::move(staging)), fd_(std::move(fd)) {}
  ~FileOutput() override {
    if (!staging_.empty()) ::unlink(staging_.c_str());
  }

  Result<void*> write(std::string_view bytes, const std::stop_token& stop) override {
    TRY(context(write_all(fd_.get(), bytes, true, stop), "writing {}", path_));
    written_ += bytes.size();
    // The disk begins while the next bytes are made, so that little is left for the sync at the end.
    constexpr std::uint64_t k_stretch = std::uint64_t{4} << 20U;
    if (written_ - begun_ >= k_stretch) {
      ::sync_file_range(fd_.get(), static_cast<off_t>(begun_), static_cast<off_t>(written_ - begun_), SYNC_FILE_RANGE_WRITE);
      begun_ = written_;
    }
    return nullptr;
  }

  Result<void*> commit() override {
    const auto done = [&]() -> Result<void*> {
      if (::fsync(fd_.get()) != 0) return fail_errno(errno);
      if (::close(fd_.release()) != 0) return fail_errno(errno);  // where a network's file system tells that it is full
      TRY(rename_new(staging_, path_));
      staging_.clear();
      sync_folder_of(path_);
      return nullptr;
    };
    return context(done(), "writing {}", path_);
  }

 private:
  std::string path_, staging_;
  Fd fd_;
  std::uint64_t written_ = 0, begun_ = 0;  // bytes; before `begun_` the disk was told to begin
};

class DescriptorOutput final : public Output {
 public:
  DescriptorOutput(int fd, const std::atomic<bool>* give_up) : fd_(fd), give_up_(give_up) {
    struct stat info {};
    is_file_ = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  }
  Result<void*> write(std::string_view bytes, const std::stop_token& stop) override {
    return context(write_all(fd_, bytes, is_file_, stop, give_up_), "writing the bundle");
  }
  Result<void*> commit() override { return nullptr; }

 private:
  const int fd_;
  const std::atomic<bool>* const give_up_;
  bool is_file_;
};

}  // namespace

std::string staging_pattern(const std::string& path) {
  const std::filesystem::path whole(path);
  return (whole.parent_path() / ("." + whole.filename().string() + ".partial-XXXXXX")).string();
}

Result<void*> must_be_new(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return fail(Errc::invalid_argument, "it is already there");
  if (errno != ENOENT) return fail_errno(errno);
  return nullptr;
}

Result<void*> rename_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return nullptr;
  if (errno == EEXIST) return fail(Errc::invalid_argument, "it is already there");
  if (errno != EINVAL && errno != ENOSYS) return fail_errno(errno);
  // NFS and old kernels don't know the flag. Between these two steps somebody could still put a file there.
  TRY(must_be_new(to));
  if (::rename(from.c_str(), to.c_str()) != 0) return fail_errno(errno);
  return nullptr;
}

// A failure is no failure of the bundle, which is whole under its name; only a power cut could still take the name away.
void sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  const Fd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

Result<std::unique_ptr<Output>> file_output(const std::string& path) {
  const auto open = [&]() -> Result<std::unique_ptr<Output>> {
    TRY(must_be_new(path));
    auto staging = staging_pattern(path);
    Fd fd(::mkostemp(staging.data(), O_CLOEXEC));
    if (!fd) return fail_errno(errno);
    return std::make_unique<FileOutput>(path, std::move(staging), std::move(fd));
  };
  return context(open(), "writing {}", path);
}

std::unique_ptr<Output> descriptor_output(int fd, const std::atomic<bool>* give_up) {
  return std::make_unique<DescriptorOutput>(fd, give_up);
}

}  // namespace unsnag::bundle
