// SPDX-License-Identifier: Apache-2.0
#include "evidence/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>

namespace unsnag::evidence {
namespace {

constexpr std::size_t k_block = std::size_t{256} << 10U;

struct Closer {
  void operator()(struct archive* a) const { archive_read_free(a); }
};
using Archive = std::unique_ptr<struct archive, Closer>;

std::string words(struct archive* a) {
  const char* text = archive_error_string(a);
  return text == nullptr ? "damaged archive" : text;
}

/// What libarchive reads from.
struct Source {
  Bytes& bytes;
  std::string buffer;
  std::optional<Error> error = {};  // its own, which says more than libarchive's "truncated"
};

la_ssize_t read_source(struct archive* a, void* client, const void** buffer) {
  auto& source = *static_cast<Source*>(client);
  const auto got = source.bytes.read(source.buffer.data(), source.buffer.size());
  if (!got) {
    source.error = got.error();
    archive_set_error(a, EIO, "%s", got.error().detail.c_str());
    return -1;
  }
  *buffer = source.buffer.data();
  return static_cast<la_ssize_t>(*got);
}

/// A member, block by block: archive_read_data() would keep for itself what it had read before it met damage.
class MemberBytes : public Bytes {
 public:
  MemberBytes(struct archive* a, Budget& budget) : archive_(a), budget_(budget) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (size == 0) return std::size_t{0};
    while (at_ == size_) {
      if (ended_) return std::size_t{0};
      const void* block = nullptr;
      la_int64_t offset = 0;  // gaps of sparse files are left out
      const int status = archive_read_data_block(archive_, &block, &size_, &offset);
      at_ = 0;
      block_ = static_cast<const char*>(block);
      if (status == ARCHIVE_EOF) {
        ended_ = true;
        size_ = 0;
      } else if (status < ARCHIVE_WARN) {
        size_ = 0;
        return fail(Errc::malformed, words(archive_));
      }
      TRY(budget_.take(size_));
    }
    const auto part = std::min(size, size_ - at_);
    std::copy_n(block_ + at_, part, buffer);
    at_ += part;
    return part;
  }

 private:
  struct archive* archive_;
  Budget& budget_;
  const char* block_ = nullptr;
  std::size_t at_ = 0, size_ = 0;
  bool ended_ = false;
};

constexpr std::array<std::string_view, 7> k_magics{"\x28\xb5\x2f\xfd",
                                                   "\xfd"
                                                   "7zXZ",
                                                   "BZh",
                                                   "\x04\x22\x4d\x18",
                                                   "\x1f\x9d",
                                                   "PK\x03\x04",
                                                   "PK\x05\x06"};

/// "./kubelet/kubelet.log" and "eks_i-0abc/kubelet/kubelet.log" are shown without what says nothing.
std::string shown_path(std::string path) {
  while (path.compare(0, 2, "./") == 0) path.erase(0, 2);
  return path;
}

std::string name_of(struct archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return shown_path(name == nullptr ? "?" : name);
}

Archive reader() {
  Archive a(archive_read_new());
  archive_read_support_filter_zstd(a.get());
  archive_read_support_filter_xz(a.get());
  archive_read_support_filter_bzip2(a.get());
  archive_read_support_filter_lz4(a.get());
  archive_read_support_filter_compress(a.get());
  archive_read_support_format_tar(a.get());
  archive_read_support_format_zip_streamable(a.get());
  archive_read_support_format_raw(a.get());
  archive_read_support_format_empty(a.get());
  return a;
}

}  // namespace

bool is_archive(std::string_view head) {
  constexpr std::size_t k_least = 6, k_tar_magic = 257;
  if (head.size() < k_least) return false;
  if (head.size() == 512 && head.substr(k_tar_magic, 5) == "ustar") return true;
  return std::any_of(k_magics.begin(), k_magics.end(), [&](std::string_view magic) { return head.starts_with(magic); });
}

Result<void*> walk_archive(Bytes& bytes, const Place& place, Walk& walk) {
  const auto& visitor = walk.visitor;
  auto& budget = walk.budget;
  Source source{bytes, std::string(k_block, '\0'), {}};
  const auto a = reader();
  if (archive_read_open(a.get(), &source, nullptr, read_source, nullptr) != ARCHIVE_OK)
    return tl::unexpected<Error>(source.error.value_or(Error{Errc::malformed, words(a.get())}));
  const auto prefix = place.target ? std::string() : place.shown + ":";
  const auto the_rest = [&](const Error& why) {
    visitor.unreadable(prefix + "(the rest of the archive)", why);
    return nullptr;
  };
  for (std::uint64_t files = 0;; ++files) {
    if (visitor.stop && visitor.stop()) return nullptr;
    struct archive_entry* entry = nullptr;
    const int status = archive_read_next_header(a.get(), &entry);
    if (status == ARCHIVE_EOF) return nullptr;
    if (status < ARCHIVE_WARN) {
      // What came before the damage was read; say where it ends.
      const auto why = source.error.value_or(Error{Errc::malformed, words(a.get())});
      if (files == 0) return tl::unexpected<Error>(why);
      return the_rest(why);
    }
    if (budget.files == 0) return the_rest({Errc::too_large, "more than 100,000 files"});
    --budget.files;
    const bool raw = archive_format(a.get()) == ARCHIVE_FORMAT_RAW;
    if (archive_entry_filetype(entry) != AE_IFREG && !raw) continue;
    Place inside{place.shown, -1, place.depth + 1, place.target && raw};
    if (!raw) inside.shown = prefix + name_of(entry);
    if (archive_entry_is_encrypted(entry) != 0) {
      visitor.unreadable(inside.shown, {Errc::unsupported, "it is encrypted: unpack the archive (unzip) and give unsnag the folder"});
      continue;
    }
    const auto size = archive_entry_size_is_set(entry) != 0
                          ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(archive_entry_size(entry)))
                          : std::nullopt;
    MemberBytes member(a.get(), budget);
    if (raw && archive_filter_code(a.get(), 0) == ARCHIVE_FILTER_NONE) {
      visitor.file({inside.shown, size}, member);  // it only began like an archive: "BZhello"
      continue;
    }
    if (const auto visited = visit_content(member, inside, size, walk); !visited) visitor.unreadable(inside.shown, visited.error());
    if (budget.bytes == 0) return the_rest({Errc::too_large, "more than 64 GiB unpacked"});
  }
}

}  // namespace unsnag::evidence
