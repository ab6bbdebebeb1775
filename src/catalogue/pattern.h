// SPDX-License-Identifier: Apache-2.0
// One pattern of the catalogue: literal runs and typed captures, matched around an anchor that the scan found.
// docs/catalogue.md describes the language. Matching is linear in the text and never backtracks over more than
// one capture, since the text is other people's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace unsnag::catalogue {

enum class CaptureType : std::uint8_t {
  any,  // up to the literal that follows
  word,
  integer,
  size,
  duration,
  image,
  layer,
  digest,
  url,
  host,
  addr,
  path,
  time,
  rest,  // to the end of the line
};

struct Capture {
  std::string_view name;  // borrowed from the pattern
  std::string_view text;  // borrowed from the searched text
};

class Pattern {
 public:
  /// Errors: malformed (unknown type, no anchor, `rest` not at the end, …), with words for the author.
  static Result<Pattern> parse(std::string_view text);

  /// The literal run that the scan looks for: at least k_min_anchor bytes.
  [[nodiscard]] std::string_view anchor() const { return anchor_; }

  struct Match {
    std::size_t begin = 0, end = 0;  // of the matched stretch; a trailing `rest` is not part of it
    std::vector<Capture> captures;
  };
  /// Matches the whole pattern with its anchor at `at`. False: the surroundings do not fit.
  /// `text` should be one line; captures never cross a newline.
  bool match_around(std::string_view text, std::size_t at, Match& match) const;

  [[nodiscard]] std::vector<std::string_view> capture_names() const;
  [[nodiscard]] const std::string& text() const { return text_; }

  static constexpr std::size_t k_min_anchor = 5;
  static constexpr std::size_t k_max_capture = 1000;
  static constexpr std::size_t k_max_rest = 4096;  // no fact shows more, and many may stand in one long line

 private:
  struct Element {
    bool literal = true;
    CaptureType type = CaptureType::any;
    std::string text;  // the literal, or the capture's name
  };
  bool match_right(std::string_view text, std::size_t from, std::size_t element, Match& match) const;
  bool match_left(std::string_view text, std::size_t to, std::size_t element, Match& match) const;

  std::string text_;
  std::vector<Element> elements_;
  std::string anchor_;
  std::size_t anchor_element_ = 0;
  std::size_t anchor_offset_ = 0;  // within that literal
};

}  // namespace unsnag::catalogue
