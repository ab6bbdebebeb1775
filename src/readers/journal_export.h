// SPDX-License-Identifier: Apache-2.0
// `journalctl -o export`: KEY=value lines, records parted by blank lines; a value with newlines or other bytes is
// given as KEY, a 64-bit little-endian length and the bytes (systemd.io/JOURNAL_EXPORT_FORMATS).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "timeline/event.h"

namespace unsnag::readers {

bool is_journal_export(std::string_view text);

/// Reads records from pieces of any size, cut anywhere. Of a value at most a megabyte is kept, of a record at most some
/// hundred fields (a core dump is a value, too), so memory stays flat. Linear in what it is fed. A row that is no field is
/// passed over. Behind a value that does not end where its length says, the reading begins again at the next blank line;
/// that, and a value that the end cuts off, is told as a hole in the evidence.
class JournalExportReader {
 public:
  /// `sink` must outlive the reader.
  JournalExportReader(std::string file, timeline::Sink& sink) : file_(std::move(file)), sink_(sink) {}

  void feed(std::string_view piece);
  /// Ends the last record, which may lack the blank line; a value that was cut off is no part of it.
  void finish();

  [[nodiscard]] std::uint64_t understood() const { return understood_; }  // records that held a message of the catalogue
  [[nodiscard]] std::uint64_t lines() const { return line_ - 1; }

 private:
  enum class Part : std::uint8_t { row, length, value, newline, lost };

  void end_row();
  void end_length();
  void end_value();
  /// What the value of the binary field in row_ is, nobody knows.
  void lose();
  void tell_hole();
  void end_record();

  const std::string file_;
  timeline::Sink& sink_;
  Part part_ = Part::row;
  std::string row_, length_, value_;  // what came so far of each
  std::uint64_t left_ = 0;            // bytes of the value to come
  std::vector<std::pair<std::string, std::string>> fields_;
  bool blank_ = false;  // lost, and the line began with the byte to come
  std::uint64_t line_ = 1, message_line_ = 1, field_line_ = 1, understood_ = 0;
};

/// Reads all records of a text; returns how many held a message of the catalogue.
std::uint64_t read_journal_export(std::string_view text, const std::string& file, timeline::Sink& sink);

}  // namespace unsnag::readers
