// SPDX-License-Identifier: Apache-2.0
#include "readers/journal_export.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "readers/envelope.h"
#include "readers/interpret.h"

namespace unsnag::readers {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A binary value: its length, its bytes, a newline. False when the text ends before it does.
bool take_binary(std::string_view text, std::size_t& at, std::string& value) {
  std::uint64_t length = 0;
  if (text.size() - at < sizeof length) return false;
  std::memcpy(&length, text.data() + at, sizeof length);
  at += sizeof length;
  if (length > text.size() - at) return false;
  value = std::string(text.substr(at, length));
  at = std::min(text.size(), at + length + 1);
  return true;
}

bool read_record(const Fields& fields, std::uint64_t line, const std::string& file, timeline::Sink& sink) {
  const auto envelope = peel_journal_fields(fields);
  Context context;
  context.scope.node = envelope.host;
  context.when = envelope.when;
  context.program = envelope.program;
  context.file = file;
  context.line = line;
  std::string message;
  for (const auto& [key, value] : fields)
    if (key == "MESSAGE") message = value;
  context.shown = message;
  if (const auto image = envelope.field("image"); !image.empty()) context.scope.image = image;
  if (const auto host = envelope.field("host"); !host.empty()) context.attributes.emplace_back("host", host);
  return interpret(message, context, sink) > 0;
}

}  // namespace

bool is_journal_export(std::string_view text) {
  const auto head = text.substr(0, 4096);
  return head.substr(0, 9) == "__CURSOR=" ||
         (contains(head, "\n__REALTIME_TIMESTAMP=") && contains(head, "\n_BOOT_ID=") && contains(head, "MESSAGE"));
}

std::uint64_t read_journal_export(std::string_view text, const std::string& file, timeline::Sink& sink) {
  std::uint64_t understood = 0, line = 1, message_line = 1;
  Fields fields;
  std::size_t at = 0;
  const auto finish = [&] {
    if (!fields.empty() && read_record(fields, message_line, file, sink)) ++understood;
    fields.clear();
  };
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto row = text.substr(at, end - at);
    at = std::min(text.size(), end + 1);
    if (row.empty()) {
      finish();
    } else if (const auto equals = row.find('='); equals != std::string_view::npos) {
      if (row.substr(0, equals) == "MESSAGE") message_line = line;
      fields.emplace_back(row.substr(0, equals), row.substr(equals + 1));
    } else {
      std::string value;
      if (row == "MESSAGE") message_line = line;
      if (!take_binary(text, at, value)) break;
      line += static_cast<std::uint64_t>(std::count(value.begin(), value.end(), '\n'));
      fields.emplace_back(row, std::move(value));
    }
    ++line;
  }
  finish();
  return understood;
}

}  // namespace unsnag::readers
