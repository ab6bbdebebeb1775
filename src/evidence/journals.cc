// SPDX-License-Identifier: Apache-2.0
#include "evidence/journals.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "journal/file.h"

namespace unsnag::evidence {
namespace {

constexpr std::size_t k_most_open = 500;  // files; a process may often have 1,024

class TextBytes : public Bytes {
 public:
  explicit TextBytes(journal::Text text) : text_(std::move(text)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override { return text_.read(buffer, size); }
  [[nodiscard]] const journal::Summary& summary() const { return text_.summary(); }

 private:
  journal::Text text_;
};

void visit(const journal::Journal& journal, journal::Slice slice, const Visitor& visitor) {
  // What journalctl shows as "[97B blob data]" may be the line that was looked for: progress with colours.
  slice.binary = journal::Binary::whole;
  const auto path = journal.name();
  auto text = journal.text(slice);
  if (!text) return visitor.unreadable(path, text.error());
  text->stop_when(visitor.stop);
  TextBytes bytes(std::move(*text));
  visitor.file({path, std::nullopt}, bytes);
  const auto& summary = bytes.summary();
  for (const auto& damage : summary.damage) visitor.unreadable(damage.file.empty() ? path : damage.file, {Errc::malformed, damage.what});
  if (summary.left_out && summary.first)
    visitor.unreadable(path,
                       {Errc::too_large, "more than 256 MiB: only what was written since " + format_rfc3339(*summary.first) + " was read"});
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of("/:");
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

/// Errors: those of `bytes`, too_large, io.
Result<std::uint64_t> copy(Bytes& bytes, int fd) {
  std::vector<char> buffer(std::size_t{256} << 10U);
  for (std::uint64_t size = 0;;) {
    TRY_ASSIGN(const auto got, bytes.read(buffer.data(), buffer.size()));
    if (got == 0) return size;
    size += got;
    if (size > Journals::k_most_copied)
      return fail(Errc::too_large, "a journal of more than 512 MiB in an archive: unpack it and give unsnag the folder");
    TRY(write_all(fd, {buffer.data(), got}));
  }
}

}  // namespace

bool Journals::is_one(std::string_view head) { return journal::is_journal(head); }

Result<void*> Journals::add(const std::string& shown, int fd, Bytes& bytes, const Visitor& visitor) {
  Fd file;
  Result<void*> whole = nullptr;
  if (fd >= 0) {
    file = Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!file) return fail_errno(errno);
  } else {
    TRY_ASSIGN(file, journal::file_in_memory());
    const auto size = copy(bytes, file.get());
    // What came before the damage is a journal that breaks off.
    if (!size && size.error().code != Errc::malformed) return tl::unexpected<Error>(size.error());
    if (!size) whole = tl::unexpected<Error>(size.error());
    const auto copied = static_cast<std::uint64_t>(std::max<off_t>(0, ::lseek(file.get(), 0, SEEK_CUR)));
    if (copied_ + copied > k_most_copied) read_all(visitor);
    copied_ += copied;
  }
  if (files_ == k_most_open) read_all(visitor);
  ++files_;
  folders_[folder_of(shown)].add(std::move(file), shown);
  return whole;
}

void Journals::read_all(const Visitor& visitor) {
  const auto folders = std::exchange(folders_, {});
  copied_ = files_ = 0;
  for (const auto& [folder, journal] : folders)
    if (!visitor.stop || !visitor.stop()) visit(journal, {}, visitor);
}

void read_journal_of_this_node(const Visitor& visitor) {
  journal::Journal journal;
  journal.add_machine();
  for (const auto& [name, why] : journal.unreadable()) visitor.unreadable(name, why);
  if (journal.empty()) return;
  journal::Slice slice;
  slice.since = std::chrono::system_clock::now() - std::chrono::hours(24);
  slice.max_bytes = std::uint64_t{256} << 20U;
  if (auto units = journal.units(); units)
    std::copy_if(units->begin(), units->end(), std::back_inserter(slice.units), journal::concerns_pulls);
  slice.kernel = !slice.units.empty();
  visit(journal, std::move(slice), visitor);
}

}  // namespace unsnag::evidence
