// SPDX-License-Identifier: Apache-2.0
// Takes secrets out of files while they are copied, so that what is collected can be handed on. The engine is redact()
// of base/redact.h, which `why` shows its lines through; here it is made to work on gigabytes, which come in pieces cut
// anywhere and are nearly all clean, and on secrets that stand in several lines. What is removed leaves *** in its place,
// its quotes around it, and the file its number of lines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "redaction/stand_ins.h"

namespace unsnag::redaction {

/// What was removed of one kind. No byte of a secret is in it, nor its length.
struct Found {
  std::string kind;  // a word of base/redact.h, or of a stand-in: "password", "private-key", "address"
  std::uint64_t count = 0;
  std::uint64_t first_line = 0;  // 1 is the first
};

struct Options {
  /// Names and addresses are replaced as well. Shared by all files of a bundle, and outlives its redactors.
  StandIns* stand_ins = nullptr;
};

/// One file. Memory: a line, at most k_longest_line, and twice that while a Kubernetes object of unknown kind is read. Not
/// for several threads at once.
class Redactor {
 public:
  /// Longer lines are worked off in parts.
  static constexpr std::size_t k_longest_line = std::size_t{1} << 20U;

  /// `path` is the file's on the node: the words in /etc/shadow and in a file called "token" have no name beside them.
  explicit Redactor(Options options = {}, std::string_view path = {});
  Redactor(Redactor&&) noexcept;
  Redactor& operator=(Redactor&&) noexcept;
  Redactor(const Redactor&) = delete;
  Redactor& operator=(const Redactor&) = delete;
  ~Redactor();

  /// Takes the file's next bytes, and appends to `out` what may be written of it by now.
  void feed(std::string_view bytes, std::string& out);
  /// Appends the rest. Nothing may be fed afterwards.
  void end(std::string& out);

  /// Lines that ended so far; behind end(), the last one without an end, too.
  [[nodiscard]] std::uint64_t lines() const;
  /// By kind, in alphabetical order.
  [[nodiscard]] std::vector<Found> found() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A whole text at once.
std::string redact_text(std::string_view text, Options options = {}, std::string_view path = {});

}  // namespace unsnag::redaction
