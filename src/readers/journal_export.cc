// SPDX-License-Identifier: Apache-2.0
#include "readers/journal_export.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "readers/envelope.h"
#include "readers/interpret.h"

namespace unsnag::readers {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t k_max_value = std::size_t{1} << 20U;
constexpr std::size_t k_max_fields = 512;  // journald itself takes 1024 of a client and cuts there
/// systemd's own readers of this format take no longer value (DATA_SIZE_MAX in shared/journal-importer.h).
constexpr std::uint64_t k_max_length = std::uint64_t{768} << 20U;

void append(std::string& kept, std::string_view more) { kept += more.substr(0, k_max_value - std::min(k_max_value, kept.size())); }

bool is_name(std::string_view row) {
  return !row.empty() && row.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
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

void JournalExportReader::end_record() {
  if (!fields_.empty() && read_record(fields_, message_line_, file_, sink_)) ++understood_;
  fields_.clear();
}

void JournalExportReader::end_row() {
  const auto equals = row_.find('=');
  if (std::string_view(row_).substr(0, equals) == "MESSAGE") message_line_ = line_;
  field_line_ = line_;
  ++line_;
  if (row_.empty()) return end_record();
  if (equals == std::string::npos) {
    if (is_name(row_)) part_ = Part::length;
    else row_.clear();  // a program's hint, a line that somebody wrote or broke
    return;
  }
  if (fields_.size() < k_max_fields) fields_.emplace_back(row_.substr(0, equals), row_.substr(equals + 1));
  row_.clear();
}

void JournalExportReader::end_length() {
  left_ = 0;
  for (std::size_t i = sizeof left_; i-- > 0;) left_ = left_ << 8U | static_cast<unsigned char>(length_[i]);
  const auto bytes = std::exchange(length_, {});
  if (left_ > k_max_length) {
    lose();
    blank_ = true;
    return feed(bytes);  // they are text, and the blank line may be among them
  }
  line_ += count_of(bytes, '\n');  // as an editor counts
  part_ = left_ > 0 ? Part::value : Part::newline;
}

void JournalExportReader::end_value() {
  if (fields_.size() < k_max_fields) fields_.emplace_back(std::move(row_), std::move(value_));
  row_.clear();
  value_.clear();
}

void JournalExportReader::lose() {
  tell_hole();
  row_.clear();
  value_.clear();
  blank_ = false;
  part_ = Part::lost;
}

void JournalExportReader::tell_hole() {
  Context context;
  context.file = file_;
  context.line = field_line_;
  context.program = "journald";
  const auto shown = row_ + ": its value is cut off or damaged";
  context.shown = shown;
  note({"evidence-hole", {{"how", "truncated"}}}, context, "reader.journal-export", sink_);
}

void JournalExportReader::feed(std::string_view piece) {
  while (!piece.empty()) {
    switch (part_) {
      case Part::row: {
        const auto end = piece.find('\n');
        append(row_, piece.substr(0, end));
        if (end == std::string_view::npos) return;
        piece.remove_prefix(end + 1);
        end_row();
        break;
      }
      case Part::length: {
        const auto count = std::min(piece.size(), sizeof left_ - length_.size());
        length_ += piece.substr(0, count);
        piece.remove_prefix(count);
        if (length_.size() < sizeof left_) return;
        end_length();
        break;
      }
      case Part::value: {
        const auto bytes = piece.substr(0, left_);
        append(value_, bytes);
        line_ += count_of(bytes, '\n');
        piece.remove_prefix(bytes.size());
        left_ -= bytes.size();
        if (left_ == 0) part_ = Part::newline;
        break;
      }
      case Part::newline:
        if (piece.front() != '\n') {
          lose();
          break;
        }
        end_value();
        piece.remove_prefix(1);
        ++line_;
        part_ = Part::row;
        break;
      case Part::lost: {
        const auto end = piece.find('\n');
        if (end == std::string_view::npos) {
          blank_ = false;
          return;
        }
        const bool found = end == 0 && blank_;
        piece.remove_prefix(end + 1);
        ++line_;
        blank_ = true;
        if (!found) break;
        part_ = Part::row;
        end_record();
        break;
      }
    }
  }
}

void JournalExportReader::finish() {
  if (part_ == Part::row && !row_.empty()) {
    end_row();
    row_.clear();
  } else if (part_ == Part::newline) {
    end_value();
  } else if (part_ == Part::length || part_ == Part::value) {
    tell_hole();
  }
  part_ = Part::row;
  end_record();
}

std::uint64_t read_journal_export(std::string_view text, const std::string& file, timeline::Sink& sink) {
  JournalExportReader reader(file, sink);
  reader.feed(text);
  reader.finish();
  return reader.understood();
}

}  // namespace unsnag::readers
