// SPDX-License-Identifier: Apache-2.0
// Log lines → events, at the speed of a literal scan: only lines that hold a message of the catalogue are looked
// at more closely (peeled, put into context), the rest is counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/literal_scan.h"
#include "readers/repeats.h"
#include "timeline/event.h"

namespace unsnag::readers {

class LogReader {
 public:
  struct Options {
    std::string file;     // as shown in proofs
    std::string node;     // "" unless the evidence says whose log it is
    std::string program;  // "" unless the file's name or folder says
  };
  struct Count {
    std::uint64_t bytes = 0, lines = 0, understood = 0;
  };

  /// `sink` must outlive the reader.
  LogReader(Options options, timeline::Sink& sink);

  /// Reads a piece of the log, which should begin at a line's start and end at a line's end (or at the end of all). A
  /// line that is cut is read as several, which have its number. Linear in its size.
  void feed(std::string_view lines);
  /// Reads one line that somebody else took out of a text, with the number it has there.
  void feed_line(std::string_view line, std::uint64_t number);

  [[nodiscard]] const Count& count() const { return count_; }

 private:
  struct Line;
  /// Reads the lines that begin within [begin, end) of `lines`; returns how far it read (a block may go beyond `end`).
  std::size_t feed_piece(std::string_view lines, std::size_t begin, std::size_t end, std::uint64_t first_number);
  void read_line(Line& line, timeline::Sink& sink);
  void read_new_line(Line& line, const TimedLine& timed);
  void repeat(Repeats::Said& said, const TimedLine& line, std::uint64_t number);
  /// klog prints a value of several lines as key=< … >; returns the whole record's text and its end, or nothing.
  static bool whole_block(std::string_view lines, std::size_t begin, std::string& text, std::size_t& end);

  Options options_;
  timeline::Sink& sink_;
  Count count_;
  bool in_line_ = false;  // the last piece ended within a line, which is counted already
  Repeats repeats_;
  std::vector<catalogue::LiteralScan::Hit> hits_;  // of the piece being read; kept to keep its memory
};

}  // namespace unsnag::readers
