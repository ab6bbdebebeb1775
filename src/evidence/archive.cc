// SPDX-License-Identifier: Apache-2.0
#include "evidence/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "base/fd.h"

namespace unsnag::evidence {
namespace {

constexpr std::uint64_t k_max_files = 100'000;
constexpr std::uint64_t k_max_bytes = 64ULL << 30U;
constexpr std::size_t k_block = std::size_t{256} << 10U;

struct Closer {
  void operator()(struct archive* a) const { archive_read_free(a); }
};
using Archive = std::unique_ptr<struct archive, Closer>;

std::string words(struct archive* a) {
  const char* text = archive_error_string(a);
  return text == nullptr ? "damaged archive" : text;
}

class MemberBytes : public Bytes {
 public:
  MemberBytes(struct archive* a, std::uint64_t& total) : archive_(a), total_(total) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto got = archive_read_data(archive_, buffer, size);
    if (got < 0) return fail(Errc::malformed, words(archive_));
    total_ += static_cast<std::uint64_t>(got);
    if (total_ > k_max_bytes) return fail(Errc::too_large, "more than 64 GiB unpacked");
    return static_cast<std::size_t>(got);
  }

 private:
  struct archive* archive_;
  std::uint64_t& total_;
};

bool begins_with(std::string_view bytes, std::string_view magic) { return bytes.substr(0, magic.size()) == magic; }

bool is_compressed(std::string_view head) {
  return begins_with(head, "\x1f\x8b") || begins_with(head, "\x28\xb5\x2f\xfd") ||
         begins_with(head, std::string_view("\xfd"
                                            "7zXZ\0",
                                            6)) ||
         begins_with(head, "BZh");
}

/// "./kubelet/kubelet.log" and "eks_i-0abc/kubelet/kubelet.log" are shown without what says nothing.
std::string shown_path(std::string path) {
  while (path.compare(0, 2, "./") == 0) path.erase(0, 2);
  return path;
}

}  // namespace

bool is_archive(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return false;
  std::array<char, 512> head{};
  const auto got = ::read(fd.get(), head.data(), head.size());
  if (got < 6) return false;
  const std::string_view bytes(head.data(), static_cast<std::size_t>(got));
  return is_compressed(bytes) || (got == 512 && bytes.substr(257, 5) == "ustar");
}

Result<void*> walk_archive(const std::string& path, const Visitor& visitor) {
  const Archive a(archive_read_new());
  archive_read_support_filter_gzip(a.get());
  archive_read_support_filter_zstd(a.get());
  archive_read_support_filter_xz(a.get());
  archive_read_support_filter_bzip2(a.get());
  archive_read_support_format_tar(a.get());
  archive_read_support_format_raw(a.get());
  if (archive_read_open_filename(a.get(), path.c_str(), k_block) != ARCHIVE_OK) return fail(Errc::malformed, words(a.get()));

  std::uint64_t files = 0, total = 0;
  for (;;) {
    struct archive_entry* entry = nullptr;
    const int status = archive_read_next_header(a.get(), &entry);
    if (status == ARCHIVE_EOF) return nullptr;
    if (status < ARCHIVE_WARN) {
      // What came before the damage was read; say where it ends.
      if (files == 0) return fail(Errc::malformed, words(a.get()));
      visitor.unreadable("(the rest of the archive)", words(a.get()));
      return nullptr;
    }
    if (++files > k_max_files) {
      visitor.unreadable("(the rest of the archive)", "more than 100,000 files");
      return nullptr;
    }
    if (archive_entry_filetype(entry) != AE_IFREG && archive_format(a.get()) != ARCHIVE_FORMAT_RAW) continue;
    const char* raw_name = archive_entry_pathname_utf8(entry);
    if (raw_name == nullptr) raw_name = archive_entry_pathname(entry);
    auto name = shown_path(raw_name == nullptr ? "?" : raw_name);
    if (archive_format(a.get()) == ARCHIVE_FORMAT_RAW) name = path.substr(path.rfind('/') + 1);
    const auto size = archive_entry_size_is_set(entry) != 0
                          ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(archive_entry_size(entry)))
                          : std::nullopt;
    MemberBytes bytes(a.get(), total);
    visitor.file({name, size}, bytes);
    if (total > k_max_bytes) return nullptr;
  }
}

}  // namespace unsnag::evidence
