// SPDX-License-Identifier: Apache-2.0
// A bundle as a folder: plain files, each whole, in a folder that has its name only at the end.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/fd.h"
#include "bundle/pack.h"

namespace unsnag::bundle {
namespace {

namespace fs = std::filesystem;

class FolderPack final : public Pack {
 public:
  FolderPack(std::string path, std::string staging) : path_(std::move(path)), staging_(std::move(staging)) {}
  ~FolderPack() override {
    std::error_code ignored;
    if (!staging_.empty()) fs::remove_all(staging_, ignored);
  }

  Result<void*> begin(std::string path, SysTime mtime, const std::stop_token&) override {
    const auto whole = fs::path(staging_) / path;
    std::error_code error;
    fs::create_directories(whole.parent_path(), error);
    if (error) return failed(error.value());
    fd_ = Fd(::open(whole.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd_) return failed(errno);
    file_ = descriptor_output(fd_.get());
    name_ = std::move(path);
    mtime_ = mtime;
    return nullptr;
  }

  Result<void*> add(std::string_view bytes, const std::stop_token& stop) override {
    written_ += bytes.size();
    auto wrote = file_->write(bytes, stop);
    if (!wrote) wrote.error().context = {"writing " + path_};
    return wrote;
  }

  Result<std::vector<std::string>> end(const std::stop_token&) override {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(mtime_).time_since_epoch().count();
    const std::array<timespec, 2> times{{{0, UTIME_NOW}, {seconds, 0}}};
    ::futimens(fd_.get(), times.data());  // a file system may not know times; the index does
    if (::close(fd_.release()) != 0) return tl::unexpected<Error>(failed(errno).value());
    return std::vector<std::string>{std::move(name_)};
  }

  // One syncfs in place of a fsync for each of a thousand files.
  Result<void*> commit(const std::stop_token&) override {
    const Fd folder(::open(staging_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::syncfs(folder.get()) != 0) return failed(errno);
    auto renamed = context(rename_new(staging_, path_), "writing {}", path_);
    if (!renamed) return renamed;
    staging_.clear();
    sync_folder_of(path_);
    return nullptr;
  }

  [[nodiscard]] std::uint64_t written() const override { return written_; }

 private:
  [[nodiscard]] tl::unexpected<Error> failed(int error_number) const {
    auto error = fail_errno(error_number);
    error.value().context.push_back("writing " + path_);
    return error;
  }

  std::string path_, staging_;
  std::string name_;
  SysTime mtime_{};
  Fd fd_;
  std::unique_ptr<Output> file_;  // writes to fd_
  std::uint64_t written_ = 0;
};

}  // namespace

Result<std::unique_ptr<Pack>> folder_pack(const std::string& path) {
  const auto open = [&]() -> Result<std::unique_ptr<Pack>> {
    TRY(must_be_new(path));
    auto staging = staging_pattern(path);
    if (::mkdtemp(staging.data()) == nullptr) return fail_errno(errno);
    return std::make_unique<FolderPack>(path, std::move(staging));
  };
  return context(open(), "writing {}", path);
}

}  // namespace unsnag::bundle
