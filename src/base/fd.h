// SPDX-License-Identifier: Apache-2.0
// Owner of a file descriptor, and reading and writing whole pieces through one.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace unsnag {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  /// Hands the descriptor over to whoever closes it.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct ReadAt {
  std::size_t bytes = 0;
  int error = 0;  // errno of what broke it off; 0: all of it, or the end of the file
};
/// Fills `buffer` from a place of a file as far as that goes.
ReadAt read_at(int fd, std::uint64_t offset, char* buffer, std::size_t size);

/// Writes all of it, to where `fd` stands or to a place of a file. Errors: those of fail_errno, in the kernel's words.
Result<void*> write_all(int fd, std::string_view bytes);
Result<void*> write_all_at(int fd, std::uint64_t offset, std::string_view bytes);

}  // namespace unsnag
