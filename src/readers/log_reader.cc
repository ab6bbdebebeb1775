// SPDX-License-Identifier: Apache-2.0
#include "readers/log_reader.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.h"
#include "readers/envelope.h"
#include "readers/messages.h"

namespace unsnag::readers {
namespace {

using Found = catalogue::Catalogue::Found;

/// A piece of this size is scanned, and its lines are read, while it is in the processor's cache.
constexpr std::size_t k_piece = std::size_t{256} << 10U;

std::uint64_t count_lines(std::string_view text) { return count_of(text, '\n'); }

/// Where the line that holds `at` begins, if it does so at `least` or later.
std::size_t begin_of_line(std::string_view text, std::size_t at, std::size_t least) {
  while (at > least && text[at - 1] != '\n') --at;
  return at;
}

/// Hands events on and keeps copies of them.
class Keeper : public timeline::Sink {
 public:
  explicit Keeper(timeline::Sink& sink) : sink_(sink) {}
  void accept(const timeline::Event& event) noexcept override {
    sink_.accept(event);
    try {
      events.push_back(event);
    } catch (...) {
      complete = false;
    }
  }
  std::vector<timeline::Event> events;
  bool complete = true;

 private:
  timeline::Sink& sink_;
};

/// JSON around a message escapes more than quotes; such a line is put together again from its parts.
bool is_json(std::string_view line) {
  const auto end = line.find_last_not_of(" \r\t");
  return end != std::string_view::npos && line[end] == '}' && contains(line, "{\"");
}

std::string plain_text(const Envelope& envelope) {
  std::string text = '"' + envelope.message + '"';
  for (const auto& [key, value] : envelope.fields) {
    const bool journals_own = key.empty() || key.front() == '_' || (key.front() >= 'A' && key.front() <= 'Z');
    if (!journals_own) text.append(" ").append(key).append("=\"").append(value).append("\"");
  }
  return text;
}

/// Fields of structured lines that say what the line is about.
void take_fields(const Envelope& envelope, Context& context) {
  static constexpr std::array<std::string_view, 5> k_attributes{"host", "url", "digest", "mediatype", "method"};
  for (const auto key : k_attributes)
    if (const auto value = envelope.field(key); !value.empty()) context.attributes.emplace_back(key, value);
  if (const auto image = envelope.field("image"); !image.empty()) context.scope.image = image;
  if (const auto pod = envelope.field("pod"); contains(pod, "/")) context.scope.pod = pod;
  if (envelope.program == "cri-o" && contains(envelope.field("name"), "ImageService")) context.scope.request = envelope.field("id");
}

bool is_message_start(const Envelope& envelope, std::string_view matched) {
  std::string_view message = envelope.message;
  while (!message.empty() && (message.front() == '"' || message.front() == ' ')) message.remove_prefix(1);
  const auto length = std::min<std::size_t>(matched.size(), 24);
  return message.substr(0, length) == matched.substr(0, length);
}

/// What the kernel and the system around it say explains pulls, and never tells how one went: a bundle that holds no more
/// deserves no all-clear.
bool of_the_system_only(const std::vector<catalogue::Catalogue::Found>& found) {
  constexpr std::array<std::string_view, 5> k_system{"kernel", "systemd", "journald", "chrony", "earlyoom"};
  return std::all_of(found.begin(), found.end(), [&](const auto& one) {
    return std::find(k_system.begin(), k_system.end(), messages().messages()[one.message].program) != k_system.end();
  });
}

}  // namespace

struct LogReader::Line {
  std::string_view text;  // without its newline
  std::uint64_t number;
  std::vector<Found> found;
  // What read_line() learned on the way.
  Stamp when;
  bool understood = false;
  bool own_text = true;  // what was found stands in `text`, not in a text made of its parts
};

LogReader::LogReader(Options options, timeline::Sink& sink) : options_(std::move(options)), sink_(sink) {}

bool LogReader::whole_block(std::string_view lines, std::size_t begin, std::string& text, std::size_t& end) {
  constexpr int k_max_lines = 64;
  auto line_end = std::min(lines.find('\n', begin), lines.size());
  text = std::string(lines.substr(begin, line_end - begin));
  for (int i = 0; i < k_max_lines && line_end < lines.size(); ++i) {
    const auto next = line_end + 1;
    line_end = std::min(lines.find('\n', next), lines.size());
    const auto line = lines.substr(next, line_end - next);
    // A journal repeats its own prefix on each line of the block; what counts is what follows it.
    text.append(" ").append(trim(line));
    if (const auto mark = line.find_first_not_of(" \t"); mark != std::string_view::npos && line[mark] == '>') {
      end = line_end;
      return true;
    }
  }
  return false;
}

void LogReader::feed(std::string_view lines) {
  if (lines.empty()) return;
  if (in_line_) --count_.lines;  // it goes on here, and keeps its number
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto newline = lines.size() - begin <= k_piece ? std::string_view::npos : lines.find('\n', begin + k_piece - 1);
    const auto end = newline == std::string_view::npos ? lines.size() : newline + 1;
    const auto read_to = feed_piece(lines, begin, end, count_.lines + 1);
    count_.lines += count_lines(lines.substr(begin, read_to - begin));
    begin = read_to;
  }
  in_line_ = lines.back() != '\n';
  if (in_line_) ++count_.lines;
  count_.bytes += lines.size();
}

std::size_t LogReader::feed_piece(std::string_view lines, std::size_t begin, std::size_t end, std::uint64_t first_number) {
  const auto& catalogue = messages();
  const auto piece = lines.substr(begin, end - begin);
  hits_.clear();
  catalogue.find_anchors(piece, hits_);
  auto counted_to = begin;  // first_number is the number of the line there
  auto done_to = begin;     // lines before this offset were read
  std::string block;
  for (std::size_t i = 0; i < hits_.size();) {
    const auto at = begin + hits_[i].at;
    if (at < done_to) {
      ++i;
      continue;
    }
    const auto line_begin = begin_of_line(lines, at, done_to);
    const auto line_end = std::min(lines.find('\n', at), lines.size());
    first_number += count_lines(lines.substr(counted_to, line_begin - counted_to));
    counted_to = line_begin;
    done_to = line_end;
    Line line{lines.substr(line_begin, line_end - line_begin), first_number, {}, {}, false, true};

    const auto timed = read_timed(line.text);
    if (timed)
      if (auto* said = repeats_.find(*timed); said != nullptr) {
        repeat(*said, *timed, line.number);
        continue;
      }
    for (; i < hits_.size() && begin + hits_[i].at < line_end; ++i)
      catalogue.verify(hits_[i].id, line.text, begin + hits_[i].at - line_begin, line.found);

    std::size_t block_end = 0;
    if (!line.found.empty() && trim(line.text).ends_with("=<") && whole_block(lines, line_begin, block, block_end)) {
      line.text = block;
      line.found = catalogue.find(block);
      done_to = block_end;
      read_line(line, sink_);
    } else if (timed && repeats_.seen(*timed)) {
      catalogue::Catalogue::settle(line.found);
      read_new_line(line, *timed);
    } else if (!line.found.empty()) {
      catalogue::Catalogue::settle(line.found);
      read_line(line, sink_);
    }
  }
  // What a block took of the piece behind this one is read.
  return done_to > end ? std::min(done_to + 1, lines.size()) : end;
}

void LogReader::feed_line(std::string_view line, std::uint64_t number) {
  count_.bytes += line.size() + 1;
  ++count_.lines;
  Line read{line, number, messages().find(line), {}, false, true};
  if (!read.found.empty()) read_line(read, sink_);
}

/// Reads a line that came before, and remembers what it said if nothing of that depends on its time.
void LogReader::read_new_line(Line& line, const TimedLine& timed) {
  const auto begin = line.found.empty() ? line.text.size() : line.found.front().begin;
  const bool block = trim(line.text).ends_with("=<");  // more lines belong to it, and they may differ
  if (line.found.empty()) {
    if (!block) repeats_.learn(timed, {}, false, true);
    return;
  }
  if (block || begin < timed.end[1]) return read_line(line, sink_);
  Keeper keeper(sink_);
  read_line(line, keeper);
  const auto same = [](const Stamp& a, const Stamp& b) {
    return a.at == b.at && a.uncertainty == b.uncertainty && a.year_known == b.year_known && a.zone_known == b.zone_known;
  };
  // Without events nothing depends on the time.
  if (!keeper.complete || !line.own_text || (!keeper.events.empty() && !same(line.when, timed.when))) return;
  const bool as_is =
      std::all_of(keeper.events.begin(), keeper.events.end(), [&](const auto& event) { return event.origin.text == trim(line.text); });
  repeats_.learn(timed, std::move(keeper.events), line.understood, as_is);
}

void LogReader::repeat(Repeats::Said& said, const TimedLine& line, std::uint64_t number) {
  if (said.understood) ++count_.understood;
  if (said.events.empty()) return;
  const auto shown = said.shown_as_is ? std::string(trim(line.text)) : shown_text(trim(line.text));
  for (auto& event : said.events) {
    event.when = line.when;
    event.origin.line = number;
    event.origin.text = shown;
    if (auto* retry = std::get_if<timeline::Retry>(&event.what)) retry->words = shown;
    sink_.accept(event);
  }
}

void LogReader::read_line(Line& line, timeline::Sink& sink) {
  const auto& catalogue = messages();
  const auto may_say = [&](const Found& one) {
    return !catalogue.assertions(one.message).empty() || catalogue.messages()[one.message].at_start;
  };
  const bool json = is_json(line.text);
  if (!json && std::none_of(line.found.begin(), line.found.end(), may_say)) {
    // Frames around nothing that is known.
    line.understood = !of_the_system_only(line.found);
    if (line.understood) ++count_.understood;
    line.when = {};
    return;
  }
  const auto envelope = peel(line.text);
  Context context;
  context.scope.node = envelope.host.empty() ? options_.node : envelope.host;
  context.when = line.when = envelope.when;
  context.program = envelope.program.empty() ? options_.program : envelope.program;
  context.file = options_.file;
  context.line = line.number;
  context.shown = trim(line.text);
  take_fields(envelope, context);

  std::string json_text;
  auto& found = line.found;
  std::string_view searched = line.text;
  if (json) {
    json_text = plain_text(envelope);
    searched = json_text;
    line.own_text = false;
    found = catalogue.find(json_text);
  }
  const auto not_at_start = [&](const Found& one) {
    return catalogue.messages()[one.message].at_start && !is_message_start(envelope, searched.substr(one.begin, one.end - one.begin));
  };
  found.erase(std::remove_if(found.begin(), found.end(), not_at_start), found.end());
  if (found.empty()) return;
  line.understood = !of_the_system_only(found);
  if (line.understood) ++count_.understood;
  emit(found, context, sink);
}

}  // namespace unsnag::readers
