// SPDX-License-Identifier: Apache-2.0
#include "readers/read.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "bundle/index.h"
#include "bundle/own_files.h"
#include "evidence/evidence.h"
#include "evidence/utf8_bytes.h"
#include "readers/binary.h"
#include "readers/envelope.h"
#include "readers/files.h"
#include "readers/journal_export.h"
#include "readers/log_reader.h"
#include "readers/node_notes.h"
#include "readers/paste.h"
#include "readers/pasted_lines.h"
#include "readers/plain_words.h"
#include "readers/redacting_sink.h"
#include "readers/told_lines.h"
#include "timeline/json_lines.h"

namespace unsnag::readers {
namespace {

/// A line longer than this may be read in parts: no program that we know prints such a line.
constexpr std::size_t k_chunk = std::size_t{4} << 20U;
/// Files up to this size are looked at whole: configuration, objects and tables are never larger.
constexpr std::size_t k_max_whole = std::size_t{16} << 20U;
/// What somebody put together for us to read; longer texts are logs, of which not every line is meant.
constexpr std::uint64_t k_short = 80;

/// Whose log a file is, when its name says so. The lines themselves usually say more.
std::string program_of(std::string_view path) {
  const auto name = path.substr(path.find_last_of("/:") + 1);
  if (contains(name, "kubelet")) return "kubelet";
  if (contains(name, "cri-docker")) return "cri-dockerd";
  if (contains(name, "containerd")) return "containerd";
  if (name.starts_with("docker")) return "dockerd";
  if (contains(name, "crio") || contains(name, "cri-o")) return "cri-o";
  if (contains(name, "dmesg") || contains(name, "kern")) return "kernel";
  return {};
}

/// A paste out of a mail or chat: every line begins with "> ". Tables and objects need it away; line numbers stay.
std::string without_quote_marks(std::string_view text) {
  bool marked = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    if (trim(line).empty()) continue;
    if (line.front() != '>') return {};
    marked = true;
  }
  if (!marked) return {};
  std::string out;
  out.reserve(text.size());
  const auto all = split(text, '\n');
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto line = all[i];
    if (!line.empty()) line.remove_prefix(line.size() > 1 && line[1] == ' ' ? 2 : 1);
    out += line;
    if (i + 1 < all.size()) out += '\n';
  }
  return out;
}

/// People set the words that they mean in bold; the marks hide a name's end from its message. "" when there are none.
std::string without_bold(std::string_view text) {
  constexpr std::string_view k_mark = "**";
  if (!contains(text, k_mark)) return {};
  std::string out;
  out.reserve(text.size());
  bool any = false;
  for (const auto line : split(text, '\n')) {
    std::size_t marks = 0;
    for (auto at = line.find(k_mark); at != std::string_view::npos; at = line.find(k_mark, at + k_mark.size())) ++marks;
    const bool bold = marks != 0 && marks % 2 == 0 && !contains(line, "***") && !contains(line, "/**");
    any = any || bold;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (bold && line.substr(i, k_mark.size()) == k_mark) ++i;
      else out += line[i];
    }
    out += '\n';
  }
  out.pop_back();  // there is one part more than there are newlines
  return any ? out : std::string();
}

/// Lines of a short paste that tell of a failed pull in words that nobody knows.
void note_unknown_words(std::string_view text, const std::string& path, timeline::Sink& sink) {
  if (count_of(text, '\n') > k_short) return;
  node::Notes notes({path, text, {}}, sink);
  notes.reader = "reader.plain-words";
  for (const auto number : lines_of_failed_pulls(text)) notes.add({"unknown-words", {}}, number);
}

class Reader {
 public:
  /// `only_file`: the one target, if it is a file: somebody may have put it together like a paste.
  Reader(timeline::Sink& sink, const ReadOptions& options, std::string only_file = {})
      : sink_(sink), options_(options), only_file_(std::move(only_file)) {}

  evidence::Visitor visitor() {
    return {[this](const evidence::File& file, evidence::Bytes& bytes) { read_file(file, bytes); },
            [this](const std::string& path, const Error& why) {
              if (!stopped()) reading.unreadable.push_back({printable(path), why});
            },
            options_.stop};
  }

  /// A text that is here as a whole: unsnag's own events, kubectl's output, configuration, tables, or log lines.
  void read_whole(std::string_view text, const std::string& path) {
    std::string unquoted, thin, whole;
    if (path == "-" && !(unquoted = without_quote_marks(text)).empty()) text = unquoted;
    if (path == "-" && text.size() <= k_max_paste && !(thin = without_bold(text)).empty()) text = thin;
    if (path == "-" && !(whole = with_whole_lines(text)).empty()) text = whole;
    if (timeline::is_event_line(text)) return read_events(text);
    if (is_journal_export(text)) {
      reading.understood += read_journal_export(text, path, sink_);
      reading.lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
      return;
    }
    const bool paste = path == "-" || path == only_file_;
    std::string rest;
    if (paste && !(rest = read_documents({path, text, {}}, sink_)).empty()) {
      ++reading.understood;
      text = rest;
    }
    const File file{path, text, {}};
    if (!paste && read_node_file(file, sink_)) return;
    LogReader log({path, {}, path == "-" ? "" : program_of(path)}, sink_);
    std::string others;  // what is not kubectl's, each line in its place
    std::uint64_t others_line = 1;
    const auto other_line = [&](std::string_view line, std::uint64_t number) {
      if (paste) {
        others.append(number - others_line, '\n').append(line);
        others_line = number;
      }
      log.feed_line(line, number);
    };
    ToldLines told(sink_);
    if (read_kubernetes(file, other_line, told)) {
      if (paste) read_node_tables({path, others, {}}, sink_);
      reading.understood += log.count().understood + std::max<std::uint64_t>(told.count(), 1);
      reading.lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
      return;
    }
    // A paste may hold a table of disks beside the log lines.
    if (paste && read_node_file(file, sink_) && path != "-") return;
    if (paste) read_tables_in_envelopes(path, text);
    log.feed(text);
    add(log.count());
  }

  /// What is known only at the end.
  void finish() {
    if (stopped()) reading.stopped = true;
    if (reading.files != 0) return;
    for (auto& path : own_files_)
      reading.passed_over.push_back({std::move(path), {Errc::unsupported, "a report of unsnag, which is no evidence"}});
  }

  [[nodiscard]] bool stopped() const { return options_.stop && options_.stop(); }

  Reading reading;

 private:
  /// Somebody sent a table of disks through the journal or a container's log: its rows stand one in each message.
  void read_tables_in_envelopes(const std::string& path, std::string_view text) {
    if (count_of(text, '\n') > k_short) return;
    std::string inside;
    for (const auto line : split(text, '\n')) {
      const auto envelope = peel(line);
      if (!trim(line).empty() && envelope.message.size() >= trim(line).size()) return;
      inside.append(envelope.message).append(1, '\n');
    }
    read_node_tables({path, inside, {}}, sink_);
  }

  void add(const LogReader::Count& count) {
    reading.lines += count.lines;
    reading.understood += count.understood;
  }

  /// What the collector of a bundle could not read is as unreadable as if it had been met here.
  void read_index(std::string_view path, std::string_view text) {
    const auto index = bundle::read_index(text);
    if (!index) {
      reading.unreadable.push_back({printable(path), index.error()});
      return;
    }
    for (const std::string_view name : {"index.json", "unsnag/"})
      if (path.ends_with(name)) path.remove_suffix(name.size());
    for (const auto& [item, outcome, error, bytes, lines, sha256, parts] : index->items) {
      const bool denied = outcome.completeness == bundle::Completeness::missing && error != to_string(Errc::not_found);
      if (!denied && outcome.completeness != bundle::Completeness::partial) continue;
      const auto code = error == to_string(Errc::permission_denied) ? Errc::permission_denied : Errc::io;
      reading.unreadable.push_back({printable(std::string(path) + item.path), {code, printable(outcome.note)}});
    }
  }

  void tell(const std::string& path) const {
    if (options_.progress) options_.progress(path, reading.bytes);
  }

  void read_file(const evidence::File& file, evidence::Bytes& as_stored) {
    if (stopped()) {
      reading.stopped = true;
      return;
    }
    const auto before = reading.bytes;
    if (file.path == "-") reading.pasted = true;
    evidence::Utf8Bytes bytes(as_stored);
    std::string text;
    bool ended = false;
    if (!fill(file.path, bytes, text, k_max_whole, ended)) return;
    if (const auto own = bundle::own_file(text)) {
      own_files_.push_back(printable(file.path));
      if (own == bundle::OwnFile::index) read_index(file.path, text);
      return;
    }
    const bool export_form = is_journal_export(text);  // it has binary lengths in it
    if (!export_form && !is_text(text)) {
      reading.bytes = before;
      reading.passed_over.push_back({printable(file.path), {Errc::unsupported, "a binary file, no text"}});
      return;
    }
    ++reading.files;
    if (!export_form) take_nuls_out(text, ended);
    if (ended) {
      read_whole(text, file.path);
    } else if (timeline::is_event_line(text)) {
      stream(file.path, bytes, text, [this](std::string_view lines) { read_events(lines); });
    } else if (export_form) {
      JournalExportReader journal(file.path, sink_);
      stream(file.path, bytes, text, [&](std::string_view piece) { journal.feed(piece); });
      journal.finish();
      reading.understood += journal.understood();
      reading.lines += journal.lines();
    } else {
      LogReader log({file.path, {}, program_of(file.path)}, sink_);
      std::string clean;
      stream(file.path, bytes, text, [&](std::string_view lines) {
        if (contains(lines, std::string_view("\0", 1))) {
          clean = lines;
          take_nuls_out(clean, false);
          lines = clean;
        }
        log.feed(lines);
      });
      add(log.count());
    }
    if (reading.events != 0) return;
    if (ended && (file.path == "-" || file.path == only_file_)) note_unknown_words(text, file.path, sink_);
    if (file.path == "-") note_paste(text, ended);
  }

  /// Reads on until `text` holds `limit` bytes or the file ends. False: nothing could be read.
  bool fill(const std::string& path, evidence::Bytes& bytes, std::string& text, std::size_t limit, bool& ended) {
    while (text.size() < limit && !stopped()) {
      const auto before = text.size();
      text.resize(std::min(limit, before + std::clamp<std::size_t>(before, 64U << 10U, k_chunk)));
      const auto got = bytes.read(text.data() + before, text.size() - before);
      text.resize(before + (got ? *got : 0));
      if (!got && stopped()) break;
      if (!got) {
        reading.unreadable.push_back({printable(path), got.error()});
        ended = true;
        return !text.empty();
      }
      reading.bytes += *got;
      tell(path);
      if (*got == 0) {
        ended = true;
        return true;
      }
    }
    if (stopped()) {
      reading.stopped = true;
      ended = true;
    }
    return true;
  }

  /// Hands the file on in pieces that end at a line's end, in flat memory.
  template <typename OnLines>
  void stream(const std::string& path, evidence::Bytes& bytes, std::string& text, OnLines&& on_lines) {
    for (bool ended = false;;) {
      const auto newline = text.rfind('\n');
      const auto whole = ended || newline == std::string::npos ? text.size() : newline + 1;
      on_lines(std::string_view(text).substr(0, whole));
      text.erase(0, whole);
      if (ended) return;
      fill(path, bytes, text, text.size() + k_chunk, ended);
    }
  }

  void read_events(std::string_view lines) {
    for (const auto line : split(lines, '\n')) {
      if (trim(line).empty()) continue;
      ++reading.lines;
      if (auto event = timeline::parse_json_line(line)) {
        ++reading.understood;
        ++reading.events;
        event->origin.text = redact(event->origin.text);
        sink_.accept(*event);
      }
    }
  }

  void note_paste(const std::string& text, bool whole) {
    Context context;
    context.file = "-";
    context.certainty = timeline::Certainty::measured;
    const auto lines = whole ? std::count(text.begin(), text.end(), '\n') : 1'000'000;
    note({"evidence", {{"kind", "paste"}, {"lines", std::to_string(lines)}}}, context, "reader.evidence", sink_);
  }

  RedactingSink sink_;
  const ReadOptions& options_;
  const std::string only_file_;
  std::vector<std::string> own_files_;  // of a bundle: what unsnag itself says in it
};

std::string shown(const std::string& target) { return target.empty() ? "\"\" (an empty name)" : target; }

}  // namespace

std::string to_string(const Unread& unread) {
  return unread.path + ": " + unread.why.message() + (unread.command.empty() ? "" : ": " + unread.command);
}

Result<Reading> read_targets(const std::vector<std::string>& targets, timeline::Sink& sink, const ReadOptions& options) {
  Reader reader(sink, options, targets.size() == 1 ? targets.front() : std::string{});
  const auto visitor = reader.visitor();
  if (targets.empty()) {
    evidence::walk_this_node(visitor);
    for (auto& unread : reader.reading.unreadable)
      if (unread.why.code == Errc::permission_denied) unread.command = "sudo unsnag why";
  }
  for (const auto& target : targets) {
    if (reader.stopped()) break;
    if (target == "-") {
      evidence::walk_standard_input(visitor);
    } else if (auto walked = evidence::walk(target, visitor); !walked && !reader.stopped()) {
      if (++reader.reading.failed_targets == targets.size()) {
        const auto& first = reader.reading.unreadable;
        if (targets.size() == 1) return context(Result<Reading>(tl::unexpected<Error>(walked.error())), "{}", shown(target));
        return context(Result<Reading>(tl::unexpected<Error>(first.front().why)), "{}", first.front().path);
      }
      reader.reading.unreadable.push_back({printable(shown(target)), walked.error()});
    }
  }
  reader.finish();
  // One short file is what somebody put together, like a paste.
  const auto& reading = reader.reading;
  if (targets.size() == 1 && targets.front() != "-" && reading.files == 1 && reading.events == 0 && reading.lines <= k_short) {
    Context context;
    context.file = targets.front();
    context.certainty = timeline::Certainty::measured;
    note({"evidence", {{"kind", "paste"}, {"lines", std::to_string(reading.lines)}}}, context, "reader.evidence", sink);
  }
  return std::move(reader.reading);
}

Reading read_walk(const std::function<void(const evidence::Visitor&)>& walk, timeline::Sink& sink, const ReadOptions& options) {
  Reader reader(sink, options);
  walk(reader.visitor());
  reader.finish();
  return std::move(reader.reading);
}

Reading read_paste(std::string_view text, timeline::Sink& sink) {
  const ReadOptions options;
  Reader reader(sink, options);
  reader.reading.files = 1;
  reader.reading.bytes = text.size();
  reader.read_whole(text, "-");
  note_unknown_words(text, "-", sink);
  Context context;
  context.file = "-";
  context.certainty = timeline::Certainty::measured;
  note({"evidence", {{"kind", "paste"}, {"lines", std::to_string(count_of(text, '\n'))}}}, context, "reader.evidence", sink);
  return std::move(reader.reading);
}

}  // namespace unsnag::readers
