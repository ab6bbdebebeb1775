// SPDX-License-Identifier: Apache-2.0
// Secrets that stand in several lines, or whose line doesn't say that they are one: keys in PEM, block scalars of YAML,
// multi-line strings of TOML, variables whose name and value are two lines, Kubernetes' Secrets, whose kind may follow
// their data. What stands in one line redact() of base/redact.h finds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/redact.h"
#include "redaction/stand_ins.h"

namespace unsnag::redaction {

class Lines {
 public:
  struct Tally {
    std::uint64_t count = 0;
    std::uint64_t first_line = 0;
  };

  Lines(StandIns* stand_ins, std::string_view path);

  /// False: the next line is no part of what came before, and may be passed over if next_suspect() knows nothing of it.
  [[nodiscard]] bool within() const { return state_ != State::none || every_line_; }
  /// Within a key or an object.
  [[nodiscard]] bool in_secret() const { return state_ != State::none; }
  /// The file's next line, without its end.
  void line(std::string_view line, std::string& out);
  /// Lines that were passed over.
  void passed(std::uint64_t lines) { read_ += lines; }
  /// So far, of both.
  [[nodiscard]] std::uint64_t lines() const { return read_; }
  /// A part of a line that is too long to be held, without its end. Returns how much of it was used; the rest belongs to the next
  /// part. `open`: a secret goes on behind it.
  std::size_t part(std::string_view text, std::string& out, bool& open);
  void end(std::string& out);

  [[nodiscard]] const std::array<Tally, k_secret_kinds>& secrets() const { return secrets_; }
  [[nodiscard]] const std::array<Tally, k_stand_in_kinds>& stand_ins() const { return replaced_; }

 private:
  enum class State : std::uint8_t { none, pem, block, users, next_value, argument, pair, toml_string, object };
  enum class Path : std::uint8_t { any, shadow, secret, environment, netrc };

  void take(std::string_view line, std::string& out, int nesting);
  void fresh(std::string_view line, std::string& out, int nesting);
  void pem(std::string_view line, std::string& out, int nesting);
  void toml_string(std::string_view line, std::string& out);
  bool block(std::string_view line, std::string& out);
  bool users(std::string_view line, std::string& out);
  bool next_value(std::string_view line, std::string& out);
  bool argument(std::string_view line, std::string& out);
  bool pair(std::string_view line, std::string& out);
  bool object(std::string_view line, std::string& out, int nesting);
  void settle(bool secret, std::string& out, int nesting);
  void secret_map(std::string_view line, std::string& out, std::size_t& entries);
  bool by_path(std::string_view line, std::string& out);
  void open_state(std::string_view line);
  void enter(State state, SecretKind kind, std::size_t column);
  std::string redacted(std::string_view line);
  std::string with_stand_ins(std::string_view text);
  /// A line through the stand-ins, with its end.
  void put(std::string_view line, std::string& out);
  /// The same, through redact() before.
  void write(std::string_view line, std::string& out);
  /// `***` behind the line's indentation.
  void hide(std::string_view line, std::string& out);
  void count(SecretKind kind, std::uint32_t many = 1);

  StandIns* stand_ins_;
  Path path_ = Path::any;
  bool every_line_ = false;
  std::uint64_t read_ = 0;    // lines so far
  std::uint64_t number_ = 0;  // of the line that is written

  State state_ = State::none;
  SecretKind kind_ = SecretKind::secret;
  std::size_t column_ = 0;                         // of the key that a block, a value or an object belongs to
  std::size_t lines_ = 0;                          // in this state
  std::size_t misses_ = 0;                         // lines among a key's that are none of its
  bool talk_ = false;                              // the value's name stood at the end of a sentence
  std::string delimiter_;                          // of a multi-line string
  std::string held_;                               // an object whose kind isn't known, lines with their ends
  std::uint64_t held_from_ = 0;                    // its first line
  std::size_t secret_column_ = std::string::npos;  // of the last "kind: Secret"

  std::array<Tally, k_secret_kinds> secrets_{};
  std::array<Tally, k_stand_in_kinds> replaced_{};
};

}  // namespace unsnag::redaction
