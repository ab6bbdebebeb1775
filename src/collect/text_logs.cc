// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/fd.h"
#include "collect/configured.h"
#include "collect/logs.h"
#include "collect/text_log.h"
#include "evidence/evidence.h"

namespace unsnag::collect {
namespace {

/// More of all text logs together the diagnosis does not read: neither its time nor its memory shall grow with them. The newest
/// log may have half of it, and of each log it is the end.
constexpr std::uint64_t k_diagnosed = std::uint64_t{64} << 20U;
constexpr std::size_t k_piece = std::size_t{256} << 10U;

struct Log {
  std::string path, what;
  SysTime modified;
  std::uint64_t size = 0;
};

bool is_compressed(std::string_view path) {
  return path.ends_with(".gz") || path.ends_with(".xz") || path.ends_with(".zst") || path.ends_with(".bz2");
}

bundle::Item item_of(const Log& log, const node::Root& root) {
  auto name = log.path;
  if (is_compressed(name)) name.erase(name.rfind('.'));
  bundle::Item item{"logs" + name, log.what, root.here(log.path), bundle::Kind::log};
  item.mtime = log.modified;
  return item;
}

std::vector<Log> newest_first(const Survey& survey, Sink& sink, Lacks& lacks, Result<void*>& written) {
  std::vector<Log> logs;
  for (const auto& place : places_of(survey)) {
    if (place.kind != places::Kind::log && place.kind != places::Kind::old_log) continue;
    const auto info = survey.root.status(place.path);
    if (info && S_ISREG(info->st_mode)) {
      const SysTime modified{std::chrono::seconds{info->st_mtim.tv_sec}};
      logs.push_back({place.path, place.what, modified, static_cast<std::uint64_t>(info->st_size)});
    } else if (written && (info ? !S_ISDIR(info->st_mode) : info.error().code != Errc::not_found)) {
      // A pipe or a device in a log's place would be waited for.
      const auto why = info ? Error{Errc::unsupported, "not a regular file"} : info.error();
      lacks.add(why);
      written = sink.missing({"logs" + place.path, place.what, survey.root.here(place.path), bundle::Kind::log}, why);
    }
  }
  std::stable_sort(logs.begin(), logs.end(), [](const Log& a, const Log& b) { return a.modified > b.modified; });
  return logs;
}

/// Copies a stretch of an open file. What is written to it meanwhile is left for next time.
Result<void*> copy(int fd, const Slice& slice, Sink& sink, bundle::Outcome& outcome) {
  std::string buffer(k_piece, '\0');
  for (auto at = slice.begin; at < slice.end;) {
    const auto got = ::pread(fd, buffer.data(), std::min<std::uint64_t>(buffer.size(), slice.end - at), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      outcome.completeness = bundle::Completeness::partial;
      outcome.note = got == 0 ? "it became shorter while it was read" : fail_errno(errno).value().detail;
      return nullptr;
    }
    TRY(sink.add({buffer.data(), static_cast<std::size_t>(got)}));
    at += static_cast<std::uint64_t>(got);
  }
  return nullptr;
}

void note_cut(const Slice& slice, const Wants& wants, bundle::Outcome& outcome) {
  if (slice.begin == 0) return;
  outcome.completeness = bundle::Completeness::cut;
  outcome.dropped_bytes = slice.begin;
  if (slice.older != 0 && wants.since) outcome.note = "lines before " + format_rfc3339(*wants.since) + " were left out (--since)";
  if (slice.over != 0) outcome.note += std::string(outcome.note.empty() ? "" : "; ") + "older lines were left out (--max-size)";
}

/// Copies logs while there is room.
class Copier {
 public:
  Copier(const node::Root& root, const Wants& wants, Room& room, Sink& sink, Lacks& lacks)
      : root_(root), wants_(wants), room_(room), sink_(sink), lacks_(lacks) {}

  /// `last`: no other log follows.
  Result<void*> plain(const Log& log, const Fd& fd, const bundle::Item& item, bool last);
  Result<void*> compressed(const Log& log, const Fd& fd, const bundle::Item& item, bool last);

 private:
  using Take = std::function<Result<void*>(std::string_view)>;

  Result<Result<void*>> unpack(const Log& log, const Take& take);
  /// What the diagnosis reads of a log of that size; nullopt: it isn't known.
  Diagnosed diagnosed(std::optional<std::uint64_t> size, bool last);

  const node::Root& root_;
  const Wants& wants_;
  Room& room_;
  Sink& sink_;
  Lacks& lacks_;
  Room diagnosable_{k_diagnosed};
};

Diagnosed Copier::diagnosed(std::optional<std::uint64_t> size, bool last) {
  const auto most = std::min(diagnosable_.share(last), size.value_or(k_diagnosed));
  diagnosable_.took(most);
  return {size.value_or(0) - std::min(size.value_or(0), most), most};
}

Result<void*> Copier::plain(const Log& log, const Fd& fd, const bundle::Item& item, bool last) {
  const auto slice = slice_of(fd.get(), wants_.since, room_.share(last));
  if (!slice) {
    lacks_.add(slice.error());
    return sink_.missing(item, slice.error());
  }
  if (slice->begin == slice->end) {
    return slice->end == 0 ? Result<void*>(nullptr) : sink_.left_out(item, "none of it is new enough (--since)");
  }
  const auto size = slice->end - slice->begin;
  room_.took(size);
  bundle::Outcome outcome;
  note_cut(*slice, wants_, outcome);
  TRY(sink_.begin(item, log.path, diagnosed(size, last)));
  TRY(copy(fd.get(), *slice, sink_, outcome));
  return sink_.end(std::move(outcome));
}

/// What a gzip's end says of the size of what is in it. Not of several in one file, of more than 4 GiB or of one that was cut
/// off: nullopt where that shows, since no log is packed that well, or grows; else it may still be wrong.
std::optional<std::uint64_t> told_size(const Log& log, int fd) {
  constexpr std::uint64_t k_least = 20, k_best_packed = 100;
  if (!log.path.ends_with(".gz") || log.size < k_least) return std::nullopt;
  std::array<char, 4> bytes{};
  if (read_at(fd, log.size - bytes.size(), bytes.data(), bytes.size()).bytes != bytes.size()) return std::nullopt;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) size |= std::uint64_t{static_cast<unsigned char>(bytes.at(i))} << (8 * i);
  if (size + k_least < log.size || size > log.size * k_best_packed) return std::nullopt;
  return size;
}

Result<Result<void*>> Copier::unpack(const Log& log, const Take& take) {
  TRY_ASSIGN(const auto fd, root_.open_file(log.path));
  Result<void*> taken = nullptr;
  std::string buffer(k_piece, '\0');
  evidence::Visitor visitor;
  visitor.stop = [&] { return !taken || sink_.stopped(); };
  std::optional<Error> broken;
  visitor.unreadable = [&](const std::string&, const Error& why) { broken = why; };
  visitor.file = [&](const evidence::File&, evidence::Bytes& bytes) {
    for (;;) {
      const auto got = bytes.read(buffer.data(), buffer.size());
      if (!got) broken = got.error();
      if (!got || *got == 0 || !taken) return;
      taken = take({buffer.data(), *got});
    }
  };
  TRY(evidence::walk_open(fd.get(), log.path, visitor));
  if (broken) return tl::unexpected<Error>(std::move(*broken));
  return taken;
}

/// Rotated and compressed. How much text there is a gzip says; where that would be too much for its room, or nothing says it,
/// it is counted first, and unpacked once more for its newest part.
Result<void*> Copier::compressed(const Log& log, const Fd& fd, const bundle::Item& item, bool last) {
  std::uint64_t skip = 0;
  const auto share = room_.share(last);
  auto size = told_size(log, fd.get());
  if (share != 0 && (!size || *size > share)) {
    std::uint64_t all = 0;
    (void)unpack(log, [&](std::string_view piece) -> Result<void*> {
      all += piece.size();
      return nullptr;
    });
    if (sink_.stopped()) return fail(Errc::cancelled, "interrupted");
    size = all;
    skip = all - std::min(all, share);
  }
  bundle::Outcome outcome;
  note_cut({skip, skip, 0, skip}, {}, outcome);
  std::uint64_t at = 0, taken = 0;
  const auto most = share == 0 ? std::numeric_limits<std::uint64_t>::max() : room_.left();
  TRY(sink_.begin(item, log.path, diagnosed(size ? std::optional(*size - skip) : std::nullopt, last)));
  auto read = unpack(log, [&](std::string_view piece) -> Result<void*> {
    const auto begin = at;
    at += piece.size();
    if (at <= skip) return nullptr;
    if (begin < skip) {
      const auto newline = piece.find('\n', skip - begin);
      piece.remove_prefix(newline == std::string_view::npos ? piece.size() : newline + 1);
    }
    if (piece.size() > most - taken) {
      outcome.completeness = bundle::Completeness::partial;
      outcome.note = "it holds more than its end says: newer lines were left out (--max-size)";
      piece = piece.substr(0, most - taken);
    }
    taken += piece.size();
    return piece.empty() ? Result<void*>(nullptr) : sink_.add(piece);
  });
  room_.took(taken);
  if (!read) {
    lacks_.add(read.error());
    outcome.completeness = bundle::Completeness::partial;
    outcome.note = read.error().message();
  } else {
    TRY(std::move(*read));
  }
  return sink_.end(std::move(outcome));
}

}  // namespace

Result<void*> text_logs(const Survey& survey, const Wants& wants, Room& room, Sink& sink, Lacks& lacks) {
  Result<void*> written = nullptr;
  const auto logs = newest_first(survey, sink, lacks, written);
  TRY(std::move(written));
  Copier copier(survey.root, wants, room, sink, lacks);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const auto& log = logs[i];
    const auto item = item_of(log, survey.root);
    if (wants.since && log.modified < *wants.since) {
      TRY(sink.left_out(item, "last written " + format_rfc3339(log.modified) + ", before what was asked for (--since)"));
      continue;
    }
    if (room.full()) {
      TRY(sink.left_out(item, "no room was left for it (--max-size)"));
      continue;
    }
    auto fd = survey.root.open_file(log.path);
    if (!fd) {
      lacks.add(fd.error());
      TRY(sink.missing(item, fd.error()));
      continue;
    }
    const bool last = i + 1 == logs.size();
    if (is_compressed(log.path)) TRY(copier.compressed(log, *fd, item, last));
    else TRY(copier.plain(log, *fd, item, last));
  }
  return nullptr;
}

}  // namespace unsnag::collect
