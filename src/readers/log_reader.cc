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

std::uint64_t count_lines(std::string_view text) { return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')); }

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

}  // namespace

struct LogReader::Line {
  std::string_view text;  // without its newline
  std::uint64_t number;
  std::vector<Found> found;
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
  const auto& catalogue = messages();
  std::size_t counted_to = 0;                // newlines before this offset are in count_.lines
  std::size_t done_to = 0;                   // lines before this offset were read
  std::size_t line_begin = 0, line_end = 0;  // the line that hits are being gathered for
  std::vector<Found> found;
  std::string block;

  const auto finish_line = [&] {
    if (found.empty()) return;
    count_.lines += count_lines(lines.substr(counted_to, line_begin - counted_to));
    counted_to = line_begin;
    Line line{lines.substr(line_begin, line_end - line_begin), count_.lines + 1, std::move(found)};
    found.clear();
    std::size_t block_end = 0;
    if (const auto text = trim(line.text);
        text.size() > 2 && text.substr(text.size() - 2) == "=<" && whole_block(lines, line_begin, block, block_end)) {
      line.text = block;
      line.found = catalogue.find(block);
      done_to = block_end;
    }
    catalogue::Catalogue::settle(line.found);
    read_line(line);
  };

  hits_.clear();
  catalogue.find_anchors(lines, hits_);
  for (const auto& hit : hits_) {
    if (hit.at < done_to) continue;
    if (hit.at >= line_end || hit.at < line_begin) {
      finish_line();
      if (hit.at < done_to) continue;
      const auto newline = hit.at == 0 ? std::string_view::npos : lines.rfind('\n', hit.at - 1);
      line_begin = newline == std::string_view::npos ? 0 : newline + 1;
      line_end = std::min(lines.find('\n', hit.at), lines.size());
    }
    catalogue.verify(hit.id, lines.substr(line_begin, line_end - line_begin), hit.at - line_begin, found);
  }
  finish_line();
  count_.lines += count_lines(lines.substr(counted_to));
  if (!lines.empty() && lines.back() != '\n') ++count_.lines;
  count_.bytes += lines.size();
}

void LogReader::feed_line(std::string_view line, std::uint64_t number) {
  count_.bytes += line.size() + 1;
  ++count_.lines;
  auto found = messages().find(line);
  if (!found.empty()) read_line({line, number, std::move(found)});
}

void LogReader::read_line(const Line& line) {
  const auto envelope = peel(line.text);
  Context context;
  context.scope.node = envelope.host.empty() ? options_.node : envelope.host;
  context.when = envelope.when;
  context.program = envelope.program.empty() ? options_.program : envelope.program;
  context.file = options_.file;
  context.line = line.number;
  context.shown = trim(line.text);
  take_fields(envelope, context);

  std::string json_text;
  std::vector<Found> found = line.found;
  std::string_view searched = line.text;
  if (is_json(line.text)) {
    json_text = plain_text(envelope);
    searched = json_text;
    found = messages().find(json_text);
  }
  const auto not_at_start = [&](const Found& one) {
    return messages().messages()[one.message].at_start && !is_message_start(envelope, searched.substr(one.begin, one.end - one.begin));
  };
  found.erase(std::remove_if(found.begin(), found.end(), not_at_start), found.end());
  if (found.empty()) return;
  ++count_.understood;
  emit(found, context, sink_);
}

}  // namespace unsnag::readers
