// SPDX-License-Identifier: Apache-2.0
#include "journal/reading.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "journal/file.h"

namespace unsnag::journal {
namespace {

constexpr std::size_t k_most_message = std::size_t{16} << 20U;  // longer ones are cut; also what a compressed field may become
constexpr int k_most_fields = 1024;                             // journald's own limit (ENTRY_FIELD_COUNT_MAX)
constexpr std::size_t k_block = std::size_t{64} << 10U;
constexpr std::uint64_t k_beat = 4096;  // entries

struct Closer {
  void operator()(sd_journal* journal) const { sd_journal_close(journal); }
};
using Handle = std::unique_ptr<sd_journal, Closer>;

std::string words_of(int status) {
  switch (-status) {
    case EBADMSG:
    case ENODATA:
    case EIO: return "damaged, and can't be read";
    case EPROTONOSUPPORT: return "written by a newer systemd than this machine's libsystemd knows";
    case EMFILE:
    case ENFILE: return "too many open files";
    default: return std::strerror(-status);
  }
}

/// 0, or what libsystemd says against it. It gets descriptors of its own: 252 closes them with the journal, which its manual
/// denies; a version that keeps its word leaves them to the end of this process.
int open_together(const std::vector<int>& fds, Handle& handle) {
  std::vector<int> own;
  own.reserve(fds.size());
  for (const int fd : fds) own.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (own.empty()) return -ENOENT;
  if (own.back() < 0) return -EMFILE;
  sd_journal* journal = nullptr;
  const int status = sd_journal_open_files_fd(&journal, own.data(), static_cast<unsigned>(own.size()), 0);
  handle.reset(journal);
  if (status >= 0) sd_journal_set_data_threshold(journal, k_most_message + 1);
  return std::min(status, 0);
}

/// Those of the files that can be opened, each for itself and all together; the others are told, since libsystemd would open
/// none because of one.
class Files {
 public:
  struct One {
    std::string name;
    std::uint64_t entries;  // as its header says
    bool told;              // that it is damaged
    Handle handle;
  };

  Files(const std::vector<OpenFile>& files, Listener& listener) {
    raise_limit();
    for (const auto& file : files)
      if (auto why_not = add(file, listener); !why_not.empty()) listener.damage(file.name, why_not);
    if (!fds_.empty())
      if (const int status = open_together(fds_, journal); status < 0) listener.damage({}, words_of(status));
    names_.clear();
  }

  std::vector<One> all;
  Handle journal;  // all of them; null: none

 private:
  /// Each file takes two descriptors more.
  static void raise_limit() {
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }

  /// "" or why it can't be read.
  std::string add(const OpenFile& file, Listener& listener) {
    const auto facts = look_at(file.fd);
    if (!facts) return facts.error().detail;
    int fd = file.fd;
    const bool breaks_off = facts->declared > facts->size, mended = facts->ring || breaks_off;
    if (breaks_off)
      listener.damage(file.name, fmt::format("breaks off: {} of {} bytes are there; read as far as it goes", facts->size, facts->declared));
    else if (facts->ring) listener.damage(file.name, "damaged: its index leads in a circle; read as far as it goes");
    if (mended || is_nameless(fd)) {
      auto name = mended ? Result<Name>(fail(Errc::io, {})) : Name::give(fd);
      if (!name) {  // it had one already
        auto copy = mended_copy(file.fd, *facts);
        if (!copy) return copy.error().message();
        fd = copy->get();
        copies_.push_back(std::move(*copy));
        name = Name::give(fd);
      }
      if (!name) return "no place where libsystemd could open it: " + name.error().message();
      names_.push_back(std::move(*name));
    }
    Handle alone;
    if (const int status = open_together({fd}, alone); status < 0) return words_of(status);
    fds_.push_back(fd);
    all.push_back({file.name, facts->entries, mended, std::move(alone)});
    return {};
  }

  std::vector<int> fds_;
  std::vector<Fd> copies_;
  std::vector<Name> names_;
};

/// As journalctl -u (src/shared/logs-show.c, add_matches_for_unit), one unit or name after the other.
void match(sd_journal* journal, const Slice& slice) {
  const auto field = [&](const std::string& text) { sd_journal_add_match(journal, text.data(), text.size()); };
  for (const auto& unit : slice.units) {
    field("_SYSTEMD_UNIT=" + unit);
    sd_journal_add_disjunction(journal);
    field("MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1");  // a core dump
    field("_UID=0");
    field("COREDUMP_UNIT=" + unit);
    sd_journal_add_disjunction(journal);
    field("_PID=1");
    field("UNIT=" + unit);
    sd_journal_add_disjunction(journal);
    field("_UID=0");
    field("OBJECT_SYSTEMD_UNIT=" + unit);
    sd_journal_add_disjunction(journal);
  }
  for (const auto& identifier : slice.identifiers) {
    field("SYSLOG_IDENTIFIER=" + identifier);
    sd_journal_add_disjunction(journal);
  }
  if (slice.kernel) field("_TRANSPORT=kernel");
}

bool take(std::string_view data, std::string_view name, std::string& into) {
  if (!data.starts_with(name)) return false;
  into.assign(data.substr(name.size()));
  return true;
}

/// Of a field that stands twice the last counts, as for journalctl. All fields in one pass: five calls of
/// sd_journal_get_data take three times as long.
/// False: none of its fields could be read, and every entry has some.
bool get(sd_journal* journal, Entry& entry, bool& cut) {
  entry.clear();
  sd_journal_get_realtime_usec(journal, &entry.realtime);
  const void* at = nullptr;
  std::size_t size = 0;
  sd_journal_restart_data(journal);
  int fields = 0;
  for (; fields < k_most_fields && sd_journal_enumerate_available_data(journal, &at, &size) > 0; ++fields) {
    const std::string_view data(static_cast<const char*>(at), size);
    if (data.size() < 5) continue;
    if (data[0] == 'M') {
      constexpr std::string_view k_name = "MESSAGE=";
      if (!data.starts_with(k_name)) continue;
      cut = data.size() > k_most_message;
      entry.message.assign(data.substr(0, k_most_message).substr(k_name.size()));
      entry.has_message = true;
    } else if (data[0] == '_') {
      if (data[1] == 'H') take(data, "_HOSTNAME=", entry.host);
      else if (data[1] == 'P') take(data, "_PID=", entry.pid);
      else if (data[1] == 'C') take(data, "_COMM=", entry.command);
      else if (constexpr std::string_view k_source = "_SOURCE_REALTIME_TIMESTAMP="; data.starts_with(k_source)) {
        const auto* const end = data.data() + data.size();
        std::uint64_t value = 0;
        if (const auto read = std::from_chars(data.data() + k_source.size(), end, value); read.ec == std::errc() && read.ptr == end)
          entry.source_realtime = value;
      }
    } else if (data[0] == 'S') {
      if (!take(data, "SYSLOG_IDENTIFIER=", entry.identifier)) take(data, "SYSLOG_PID=", entry.claimed_pid);
    }
  }
  return fields != 0;
}

std::uint64_t microseconds(SysTime at) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count()));
}

std::optional<SysTime> time_of(std::uint64_t microseconds) {
  if (microseconds > std::uint64_t{1} << 53U) return std::nullopt;  // year 2255
  return SysTime(std::chrono::microseconds(static_cast<std::int64_t>(microseconds)));
}

class TextReading {
 public:
  TextReading(const Files& files, const Slice& slice, Listener& listener)
      : files_(files), slice_(slice), listener_(listener), journal_(files.journal.get()) {
    for (const auto& file : files.all) most_entries_ += file.entries;
  }

  Summary run() {
    if (journal_ == nullptr) return summary_;
    match(journal_, slice_);
    if (seek()) forward();
    if (is_whole_) tell_what_is_missing();
    return summary_;
  }

 private:
  /// Goes to just before the first entry that is wanted. False: given up.
  bool seek() {
    if (slice_.max_bytes == 0) {
      to_the_beginning();
      return true;
    }
    if (slice_.until) sd_journal_seek_realtime_usec(journal_, microseconds(*slice_.until) + 1);
    else sd_journal_seek_tail(journal_);
    std::uint64_t bytes = 0, seen = 0;
    std::string line;
    while (sd_journal_previous(journal_) > 0) {
      if (++seen % k_beat == 0 && !listener_.at_work()) return false;
      get(journal_, entry_, cut_);
      if (slice_.since && entry_.realtime < microseconds(*slice_.since)) break;
      line.clear();
      render(entry_, slice_.binary, line);
      if ((bytes += line.size()) > slice_.max_bytes) {
        summary_.left_out = true;
        return true;  // the next one is the first that is kept
      }
    }
    to_the_beginning();
    return true;
  }

  void to_the_beginning() {
    if (slice_.since) sd_journal_seek_realtime_usec(journal_, microseconds(*slice_.since));
    else sd_journal_seek_head(journal_);
  }

  void forward() {
    std::string block;
    std::uint64_t first = 0, last = 0, cut = 0, empty = 0;
    const auto until = slice_.until ? microseconds(*slice_.until) : ~std::uint64_t{0};
    bool wanted = true;
    while (wanted && sd_journal_next(journal_) > 0) {
      if (++seen_ > most_entries_ + k_grown) break;
      if (seen_ % k_beat == 0) wanted = listener_.at_work();
      if (!get(journal_, entry_, cut_)) ++empty;
      if (entry_.realtime > until) break;
      if (!entry_.has_message) continue;
      // The walk backwards may have counted less than was written since.
      if (summary_.entries++ == 0) first = entry_.realtime;
      last = entry_.realtime;
      cut += cut_ ? 1 : 0;
      cut_ = false;
      render(entry_, slice_.binary, block);
      if (block.size() >= k_block) wanted = hand_out(block);
    }
    is_whole_ = wanted;
    if (!block.empty()) hand_out(block);
    if (summary_.entries != 0) {
      summary_.first = time_of(first);
      summary_.last = time_of(last);
    }
    if (empty != 0) listener_.damage({}, fmt::format("damaged: of {} entries no field can be read", empty));
    if (cut != 0) listener_.damage({}, fmt::format("messages of more than 16 MiB were cut: {}", cut));
  }

  bool hand_out(std::string& block) {
    summary_.bytes += block.size();
    const bool wanted = listener_.text(block);
    block.clear();
    return wanted;
  }

  /// libsystemd drops a file silently where it can't go on. What the headers say and what came out is compared, and only then
  /// is it worth while to look which file it was.
  void tell_what_is_missing() {
    const bool all =
        slice_.units.empty() && slice_.identifiers.empty() && !slice_.kernel && !slice_.since && !slice_.until && !summary_.left_out;
    if (!all || seen_ >= most_entries_) return;
    for (const auto& file : files_.all) {
      std::uint64_t count = 0;
      sd_journal_seek_head(file.handle.get());
      while (count <= file.entries && sd_journal_next(file.handle.get()) > 0)
        if (++count % k_beat == 0 && !listener_.at_work()) return;
      if (count < file.entries)
        listener_.damage(file.name, fmt::format("{}{} of its {} entries can't be read", file.told ? "" : "damaged: ", file.entries - count,
                                                file.entries));
    }
  }

  static constexpr std::uint64_t k_grown = 10'000'000;  // entries that journald may add meanwhile

  const Files& files_;
  const Slice& slice_;
  Listener& listener_;
  sd_journal* journal_;
  Summary summary_;
  Entry entry_;
  std::uint64_t most_entries_ = 0, seen_ = 0;
  bool cut_ = false, is_whole_ = false;
};

}  // namespace

void read_text(const std::vector<OpenFile>& files, const Slice& slice, Listener& listener) {
  const Files readable(files, listener);
  listener.summary(TextReading(readable, slice, listener).run());
}

void read_units(const std::vector<OpenFile>& files, Listener& listener) {
  constexpr std::string_view k_field = "_SYSTEMD_UNIT=";
  constexpr std::size_t k_most_units = 100'000, k_longest_name = 255;  // UNIT_NAME_MAX
  const Files readable(files, listener);
  std::set<std::string> units;
  if (auto* journal = readable.journal.get(); journal != nullptr && sd_journal_query_unique(journal, "_SYSTEMD_UNIT") >= 0) {
    const void* at = nullptr;
    std::size_t size = 0;
    while (units.size() < k_most_units && sd_journal_enumerate_available_unique(journal, &at, &size) > 0) {
      const std::string_view data(static_cast<const char*>(at), size);
      if (data.starts_with(k_field) && data.size() <= k_field.size() + k_longest_name) units.emplace(data.substr(k_field.size()));
    }
  }
  for (const auto& unit : units) listener.unit(unit);
  listener.summary({});
}

}  // namespace unsnag::journal
